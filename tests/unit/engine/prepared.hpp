#pragma once

#include "../study/small_experiment.hpp"
#include "engine/schedule.hpp"
#include "engine/unit_runner.hpp"

#include <utility>
#include <vector>

namespace thresher::engine {

/// A small study, ready to be handed out; `strikes` count when the schedule begins.
struct Prepared : SmallStudy {
  /// Without predictions, unless the inputs ask for them.
  explicit Prepared(Texts inputs)
      : SmallStudy(with_theory(std::move(inputs))), schedule(study, ledger, strikes) {}
  static Texts with_theory(Texts inputs) {
    inputs.try_emplace("theory", "none");
    return inputs;
  }
  Strikes strikes;
  Schedule schedule;
};

/// What a unit comes to on a team of one rank.
inline std::vector<Record> run(Prepared& prepared, Unit const& unit) {
  auto const self = mpi::Communicator::self();
  Team team(self);
  Agreement const agreement(self, {});
  UnitRunner runner(prepared.study, team, agreement);
  std::vector<Record> records;
  runner.run(unit, [&](Record record) { records.push_back(std::move(record)); });
  return records;
}

}  // namespace thresher::engine
