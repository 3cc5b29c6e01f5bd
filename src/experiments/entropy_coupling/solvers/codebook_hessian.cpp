#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"

#include <algorithm>

// The Hessian of the dual as a matrix.

namespace thresher::entropy_coupling {

void CodebookDual::list_features(std::size_t codeword, std::vector<std::uint32_t>& features) const {
  features.clear();
  std::uint32_t const* entry = entries_.data() + codeword * groups_.size();
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = groups_[g];
    features.insert(features.end(), group.features.begin() + group.feature_start[entry[g]],
                    group.features.begin() + group.feature_start[entry[g] + 1]);
  }
}

// weight (phi_a - phi_b)(phi_a - phi_b)^T: only the values in which two codewords differ.
void CodebookDual::add_pair(std::size_t a, std::size_t b, double weight, std::span<double> square) {
  list_features(a, features_a_);
  list_features(b, features_b_);
  difference_.clear();
  auto in_a = features_a_.begin();
  auto in_b = features_b_.begin();
  while (in_a != features_a_.end() || in_b != features_b_.end()) {
    if (in_b == features_b_.end() || (in_a != features_a_.end() && *in_a < *in_b)) {
      difference_.emplace_back(*in_a++, 1.0);
    } else if (in_a == features_a_.end() || *in_b < *in_a) {
      difference_.emplace_back(*in_b++, -1.0);
    } else {
      ++in_a;
      ++in_b;
    }
  }
  for (std::size_t s = 0; s < difference_.size(); ++s) {
    double* const row = square.data() + difference_[s].first * dimension();
    double const scaled = weight * difference_[s].second;
    for (std::size_t t = s; t < difference_.size(); ++t)
      row[difference_[t].first] += scaled * difference_[t].second;
  }
}

// P_x Cov_x, upper triangle: over pairs of codewords while they are few, else second moments minus that of
// the mean.
void CodebookDual::add_covariance(std::size_t symbol, std::span<double> square) {
  std::size_t const begin = starts_[symbol];
  std::size_t const end = starts_[symbol + 1];
  double const mass = symbol_masses_[symbol];
  if (end - begin <= 3) {
    for (std::size_t a = begin; a < end; ++a)
      for (std::size_t b = a + 1; b < end; ++b) add_pair(a, b, masses_[a] * masses_[b] / mass, square);
    return;
  }
  std::size_t const d = dimension();
  mean_.assign(d, 0.0);
  features_b_.clear();
  for (std::size_t j = begin; j < end; ++j) {
    list_features(j, features_a_);
    for (std::size_t s = 0; s < features_a_.size(); ++s) {
      double* const row = square.data() + features_a_[s] * d;
      for (std::size_t t = s; t < features_a_.size(); ++t) row[features_a_[t]] += masses_[j];
      if (mean_[features_a_[s]] == 0) features_b_.push_back(features_a_[s]);
      mean_[features_a_[s]] += masses_[j];
    }
  }
  std::sort(features_b_.begin(), features_b_.end());
  features_b_.erase(std::unique(features_b_.begin(), features_b_.end()), features_b_.end());
  for (std::size_t s = 0; s < features_b_.size(); ++s) {
    double* const row = square.data() + features_b_[s] * d;
    double const scaled = mean_[features_b_[s]] / mass;
    for (std::size_t t = s; t < features_b_.size(); ++t)
      row[features_b_[t]] -= scaled * mean_[features_b_[t]];
  }
}

void CodebookDual::hessian_here(std::span<double const> beta, std::span<double> triangle) {
  fill_tables(beta);
  std::size_t const d = dimension();
  std::vector<double> square(d * d);
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        std::fill(square.begin(), square.end(), 0.0);
        for (auto x = static_cast<std::size_t>(block.begin) - first_symbol_;
             x < static_cast<std::size_t>(block.end) - first_symbol_; ++x) {
          soften(x);
          add_covariance(x, square);
        }
        std::size_t at = 0;
        for (std::size_t s = 0; s < d; ++s)
          for (std::size_t t = s; t < d; ++t) partial[at++] += square[s * d + t];
      },
      triangle);
}

}  // namespace thresher::entropy_coupling
