#include "experiments/hierarchical_features/model/multi_index.hpp"

#include "experiments/hierarchical_features/model/setting.hpp"
#include "numerics/hermite.hpp"

#include <array>
#include <vector>

namespace thresher::hierarchical_features {

namespace {

constexpr std::size_t kDegrees = 4;  // 0 .. 3
using Powers = std::array<double, kDegrees>;

/// he_0(x) .. he_q(x); higher degrees are not asked for.
void polynomials_up_to(std::int64_t q, double x, Powers& he) {
  numerics::orthonormal_hermite(x, std::span(he).first(static_cast<std::size_t>(q) + 1));
}

}  // namespace

std::int64_t MultiIndex::size() const {
  return multi_indices(d_, q_);
}

std::int64_t MultiIndex::at(std::int64_t i, std::int64_t j, std::int64_t k) const {
  // Triples that begin below i, then pairs (j, k) of i .. d - 1.
  std::int64_t const rest = d_ - i;
  std::int64_t const before = multi_indices(d_, 3) - multi_indices(rest, 3);
  std::int64_t const row = j - i;
  return before + row * rest - row * (row - 1) / 2 + (k - j);
}

void hermite_features(MultiIndex const& index, std::span<double const> x, std::span<double> out) {
  auto const d = x.size();
  std::size_t at = 0;
  if (index.q() == 1) {
    for (std::size_t i = 0; i < d; ++i) out[at++] = x[i];
    return;
  }
  std::vector<Powers> he(d);
  for (std::size_t j = 0; j < d; ++j) polynomials_up_to(index.q(), x[j], he[j]);
  if (index.q() == 2) {
    for (std::size_t i = 0; i < d; ++i) {
      out[at++] = he[i][2];
      for (std::size_t j = i + 1; j < d; ++j) out[at++] = x[i] * x[j];
    }
    return;
  }
  for (std::size_t i = 0; i < d; ++i) {
    out[at++] = he[i][3];
    for (std::size_t k = i + 1; k < d; ++k) out[at++] = he[i][2] * x[k];
    for (std::size_t j = i + 1; j < d; ++j) {
      out[at++] = x[i] * he[j][2];
      for (std::size_t k = j + 1; k < d; ++k) out[at++] = x[i] * x[j] * x[k];
    }
  }
}

double squared_feature_norm(std::int64_t q, std::span<double const> x) {
  // Coefficient of t^q in prod_j sum_a he_a(x_j)^2 t^a.
  Powers product{1, 0, 0, 0};
  for (double const value : x) {
    Powers he;
    polynomials_up_to(q, value, he);
    for (std::size_t a = static_cast<std::size_t>(q); a >= 1; --a)
      for (std::size_t b = 1; b <= a; ++b) product[a] += he[b] * he[b] * product[a - b];
  }
  return product[static_cast<std::size_t>(q)];
}

}  // namespace thresher::hierarchical_features
