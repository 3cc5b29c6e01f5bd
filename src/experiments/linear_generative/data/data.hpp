#pragma once

#include "experiments/linear_generative/data/examples.hpp"
#include "experiments/linear_generative/data/user_images.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/model/population.hpp"
#include "study/experiment.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>

namespace thresher::linear_generative {

/// How one data set is held on a team whose ranks have `room` bytes each for rows: `auto` stores it where it
/// fits.
linalg::RowStorage settled_storage(Parameters const& point, int ranks, double room);

/// Result of the stage `data`: the population of a trial and its two data sets, made when they are asked for.
class DataSets : public study::StageResult {
 public:
  /// Makes what `points` need (they share the data parameters). `bytes_besides` are what the busiest rank
  /// needs for other things than rows. Collective.
  DataSets(std::span<Parameters const> points, study::Team& team, double bytes_besides = 0);

  Population const& population() const { return population_; }
  /// Spectrum of the user's reference population; null for generated data and without reference rows.
  PopulationSpectrum const* reference_spectrum() const { return reference_ ? &*reference_ : nullptr; }
  /// Whether Sigma is known: not for user images without reference rows.
  bool population_is_known() const { return population_is_known_; }
  /// (N - 2n) / d for user images.
  double reference_ratio() const { return reference_ratio_; }

  /// What an example of a set is called: its row in the user's file, for generated data its number.
  std::int64_t name_of_example(int number, std::int64_t example) const;

  /// Data set 0 or 1, held as `point` asks. The sets share memory: the other one is kept only where there is
  /// room for both, so a reference is good until the next call. Collective.
  linalg::TallMatrix const& set(int number, Parameters const& point) const;

  /// Generator of any rows of a set. Not collective.
  linalg::RowGenerator const& generator(int number) const {
    return generators_[static_cast<std::size_t>(number)];
  }

 private:
  study::Team& team_;
  Population population_;
  std::optional<PopulationSpectrum> reference_;
  bool population_is_known_ = true;
  double reference_ratio_ = 0;
  double room_ = 0;  ///< bytes that rows may take on each rank
  std::array<linalg::RowGenerator, kSets> generators_;
  std::array<std::vector<std::int64_t>, kSets> file_rows_;  ///< of the user's images
  // Holding is not state that anyone sees: any set can be made again, bit for bit.
  mutable std::array<std::unique_ptr<linalg::TallMatrix>, kSets> held_;
};

}  // namespace thresher::linear_generative
