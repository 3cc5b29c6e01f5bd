#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"
#include "random/stream.hpp"
#include "study/description.hpp"
#include "study/input.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace thresher::study {

/// Thrown (on all ranks together) by a stage that saw `Team::stopping()`: the trial is dropped, not failed.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Number of the trial in what all trials share.
inline constexpr std::int64_t kNoTrial = -1;

/// Who a trial is: everything that its random numbers depend on but the trial's number.
struct TrialIdentity {
  std::string text;
  std::int64_t trial = 0;
  /// Key of trial number `number` of the same point.
  random::Key key(std::int64_t number) const;
};

/// An array that a trial leaves beside its metrics.
struct Artifact {
  std::string name;
  std::vector<std::int64_t> extents;  ///< one per declared dimension
  std::vector<double> values;         ///< row-major
  std::string file = {};              ///< for the engine: where a large array lies
  static constexpr std::tuple members{&Artifact::name, &Artifact::extents, &Artifact::values,
                                      &Artifact::file};
};

/// What the engine does for a running trial; a stage sees it through `Team` only.
class TrialServices {
 public:
  virtual ~TrialServices() = default;
  virtual bool wants(std::string_view artifact) const = 0;
  virtual void store(Artifact artifact) = 0;
  virtual void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents,
                                 mpi::Range rows, std::span<double const> values) = 0;
  virtual void warn(std::string const& message) = 0;
  virtual void progress(double part) = 0;
  virtual bool stopping() = 0;
  virtual void keep(std::span<std::byte const> state) = 0;
  virtual std::optional<std::vector<std::byte>> restore() = 0;
};

/// What a trial has to work with.
struct Resources {
  int ranks = 1;              ///< of its team
  double bytes_per_rank = 0;  ///< that each of them may hold
};

/// The MPI ranks that work on one trial together, and what the engine gives them: communicators, random
/// streams, memory budget, the user's input, artifacts, warnings, progress, interruption and kept state.
class Team {
 public:
  /// A team over `comm` (which must outlive it) without services: artifacts are unwanted, warnings are
  /// dropped, nothing stops it. Tests use it as it is. Collective.
  explicit Team(mpi::Communicator const& comm, std::uint64_t memory_budget = std::uint64_t{1} << 32);

  mpi::Communicator const& communicator() const { return comm_; }
  /// One of `parts` sub-teams of consecutive ranks (for chains, restarts, clients); made once per `parts`.
  /// Collective the first time.
  mpi::Communicator const& split(int parts);
  /// Which of `parts` sub-teams this rank is in.
  int part(int parts) const;

  /// Named stream of the running trial.
  random::Stream stream(std::string_view name) const { return stream_of_trial(identity_.trial, name); }
  /// Named stream of trial `number` of the same point (modes in which one trial averages over several data
  /// sets).
  random::Stream stream_of_trial(std::int64_t number, std::string_view name) const;
  std::int64_t trial() const { return identity_.trial; }

  /// Bytes that each rank of the team may hold.
  std::uint64_t memory_budget() const { return memory_budget_; }
  Resources resources() const { return {comm_.size(), static_cast<double>(memory_budget_)}; }
  /// The reader of the user's input, or null.
  InputReader const* input() const { return input_; }

  /// Whether artifact `name` is asked for in this trial.
  bool wants(std::string_view artifact) const { return services_ != nullptr && services_->wants(artifact); }
  /// Leaves an array (held by the team's rank 0; other ranks' values are ignored).
  void store(Artifact artifact);
  /// Leaves an array whose leading dimension is distributed: this rank holds `rows` of it. Collective.
  void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range rows,
                         std::span<double const> values);
  /// A message to the user (the team's rank 0 speaks; repeated texts are told once).
  void warn(std::string const& message);
  /// How much of the running stage is done, 0..1.
  void progress(double part);
  /// Whether the run wants to end: long loops ask, save with `keep` and throw Interrupted. Collective and
  /// cheap.
  bool stopping();
  /// Leaves this rank's state of the running trial, from which `restore` of a later run of the same trial on
  /// the same team size continues. Collective.
  void keep(std::span<std::byte const> state);
  /// State left by an earlier run, on all ranks or on none. Collective.
  std::optional<std::vector<std::byte>> restore();

  /// For the engine and tests: what the next stages work on.
  void begin_trial(TrialIdentity identity) { identity_ = std::move(identity); }
  void set_services(TrialServices* services) { services_ = services; }
  void set_input(InputReader const* input) { input_ = input; }

 private:
  mpi::Communicator const& comm_;
  std::uint64_t memory_budget_;
  std::map<int, mpi::Communicator> parts_;
  TrialIdentity identity_;
  TrialServices* services_ = nullptr;
  InputReader const* input_ = nullptr;
};

}  // namespace thresher::study
