#pragma once

#include "experiments/entropy_coupling/estimators/stages.hpp"
#include "experiments/entropy_coupling/model/metrics.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"
#include "experiments/entropy_coupling/solvers/coupling.hpp"
#include "experiments/entropy_coupling/solvers/reading.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::entropy_coupling {

/// What an estimator found for the number of observations of a point.
struct Solution {
  std::optional<Reading> reading;  ///< nothing: there is no coupling without uncertainty yet
  Coupling<double> coupling;       ///< of estimators that have it at hand
};

/// Everything that an estimator answers for a point. Each has a file with one object, without state, and a
/// row in ENTROPY_COUPLING_ESTIMATORS (model/parameters.hpp); nothing else knows it.
class Method {
 public:
  virtual ~Method() = default;

  /// Parameters that not every estimator reads, of those the ones that this one does.
  virtual std::vector<std::string_view> reads() const { return {}; }
  /// Whether its search tells the smallest number of observations without uncertainty.
  virtual bool finds_zero() const { return false; }
  /// Metrics that do not apply. Here: those of that number, where it is not found.
  virtual std::vector<double Metrics::*> omits() const;

  /// Refuses what makes no sense for this estimator; `alphabets` are the sizes of the m observations. Here:
  /// shards.
  virtual void check(Parameters const& point, std::span<std::int64_t const> alphabets,
                     study::Verdict& verdict) const;

  /// Memory per rank and work of the stages, from operation counts; memory includes what earlier stages hold.
  study::Cost search_cost(Parameters const& point, int ranks) const;
  study::Cost reading_cost(Parameters const& point) const;

  /// One search for all numbers of observations that the points ask for. Here: there is nothing to search.
  /// Collective.
  virtual void search(BoundsResult const&, std::span<Parameters const>, study::Team&, SearchResult&) const {}
  /// Reads a point off its search, or solves it. On the team's rank 0.
  virtual Solution solve(SearchResult const& search, Parameters const& point) const = 0;
  /// Whether an entropy in bits is none.
  virtual bool is_zero(double h_bits) const { return h_bits == 0; }

  /// Whether `SearchOutcome::trajectory` is filled.
  virtual bool has_trajectory() const { return false; }
  /// Whether masses of couplings are integers, in units of 2^-mass_bits.
  virtual bool has_integer_masses() const { return true; }
  /// Leaves the artifacts atom_x, atom_mass and atom_code, running once more with all atoms. Here: there is
  /// nothing to leave. On the team's rank 0.
  virtual void store_coupling(Solution const&, Marginals const&, Parameters const&, study::Team&) const {}
  /// Leaves the artifacts that no other estimator has. On the team's rank 0.
  virtual void store_own(SearchResult const&, Parameters const&, study::Team&) const {}

 protected:
  virtual void add_search_cost(Parameters const&, int /*ranks*/, study::Cost&) const {}
  virtual void add_reading_cost(Parameters const&, study::Cost&) const {}
};

/// The table of estimators, in the order of the enumeration, and their names.
std::span<Method const* const> methods();
std::vector<std::string> estimator_names();
Method const& method_of(Parameters const& point);

/// The first m laws of the observations.
std::span<Law const> observations_of(Marginals const& marginals, Parameters const& point);

/// Estimators with one search over all numbers of observations.
class SequentialMethod : public Method {
 public:
  bool finds_zero() const override { return true; }
  Solution solve(SearchResult const& search, Parameters const& point) const override;
};

}  // namespace thresher::entropy_coupling
