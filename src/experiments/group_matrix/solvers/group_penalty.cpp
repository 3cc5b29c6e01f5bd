#include "experiments/group_matrix/solvers/group_penalty.hpp"

#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "experiments/group_matrix/solvers/row_spectra.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace thresher::group_matrix {

GroupPenalty::GroupPenalty(mpi::Communicator const& comm, std::vector<PenalisedGroup> groups,
                           Observations const& observations)
    : groups_(std::move(groups)),
      total_weight_(static_cast<std::size_t>(observations.own().size())),
      coverage_(total_weight_.size()) {
  for (auto const& group : groups_)
    for (auto const i : group.rows->own) {
      total_weight_[static_cast<std::size_t>(i)] += group.weight;
      coverage_[static_cast<std::size_t>(i)] += 1;
    }
  auto const columns = static_cast<double>(observations.columns());
  std::vector<double> sums(groups_.size() + 1);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (auto const i : groups_[g].rows->own)
      sums[g] += share(g, i) * share(g, i) * static_cast<double>(observations.entries(i).size()) / columns;
  for (double const value : observations.values()) sums.back() += value * value;
  mpi::sum_in_place(comm, sums);
  data_norm_ = std::sqrt(sums.back());
  for (std::size_t g = 0; g < groups_.size(); ++g)
    noise_sizes_.push_back(std::sqrt(sums[g]) *
                           (1 + std::sqrt(columns / static_cast<double>(groups_[g].rows->size))));

  std::vector<bool> seen;
  for (double const size : noise_sizes_) seen.push_back(size > 0);
  std::vector<double> shared;
  auto const norms = spectral_norms(
      comm, observations.columns(), rows(), seen, [&](std::size_t g) -> std::unique_ptr<RowOperator> {
        shared.assign(observations.values().begin(), observations.values().end());
        for (auto const i : groups_[g].rows->own) {
          auto const entries = observations.entries(i);
          for (auto k = entries.begin; k < entries.end; ++k)
            shared[static_cast<std::size_t>(k)] *= share(g, i);
        }
        return std::make_unique<SparseAndFactoredRows>(observations, shared, std::vector{groups_[g].rows},
                                                       std::vector<SparseAndFactoredRows::Part>{});
      });
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (seen[g]) start_ = std::max(start_, norms[g] / noise_sizes_[g]);
}

std::vector<GroupRows const*> GroupPenalty::rows() const {
  std::vector<GroupRows const*> result;
  for (auto const& group : groups_) result.push_back(group.rows);
  return result;
}

std::vector<double> GroupPenalty::levels(double f) const {
  std::vector<double> result;
  for (double const size : noise_sizes_) result.push_back(f * size);
  return result;
}

}  // namespace thresher::group_matrix
