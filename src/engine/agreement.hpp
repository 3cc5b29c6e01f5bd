#pragma once

#include "mpi/communicator.hpp"

#include <functional>
#include <optional>
#include <string>

namespace thresher::engine {

/// How a piece of a trial ended on the team.
struct Ending {
  enum class Kind { done, failed, interrupted } kind = Kind::done;
  std::string reason;  ///< of a failure: that of the lowest rank that threw
};

/// Brings the ranks of a team to one view of how a stage ended.
class Agreement {
 public:
  /// `alone` is called on a rank that threw when the others have not followed within `patience` seconds (they
  /// wait for it inside a collective call, for ever); it must not return. Collective over `team`.
  Agreement(mpi::Communicator const& team, std::function<void(std::string const&)> alone,
            double patience = 60);

  /// Runs `work` on every rank and agrees on the ending. Collective.
  Ending run(std::function<void()> const& work) const;

 private:
  mpi::Communicator control_;  ///< apart from the team's, whose collective calls may be unfinished
  std::function<void(std::string const&)> alone_;
  double patience_;
};

}  // namespace thresher::engine
