#include "prox/anchored_correlations.hpp"

#include "linalg/column_products.hpp"
#include "linalg/shared_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace thresher::prox {

namespace {

/// A vector is new to the anchors if this part of its length is.
constexpr double kNewPart = 1e-6;

/// Removes the part of `v` along the unit vector `direction` and returns its length.
double remove_part(std::span<double const> direction, std::span<double> v) {
  double const part = linalg::inner_product(direction, v);
  double const* const from = direction.data();
  linalg::add_combination({&from, 1}, std::array{-part}, v);
  return part;
}

}  // namespace

bool AnchoredCorrelations::orthogonalise(Anchor& anchor, std::size_t before) const {
  anchor.direction = anchor.vector;
  anchor.triangle.assign(before + 1, 0.0);
  for (int round = 0; round < 2; ++round)  // the second removes what rounding of the first left
    for (std::size_t k = 0; k < before; ++k)
      anchor.triangle[k] += remove_part(anchors_[k].direction, anchor.direction);
  double const left = std::sqrt(linalg::inner_product(anchor.direction, anchor.direction));
  anchor.triangle[before] = left;
  for (double& entry : anchor.direction) entry /= left;
  return left > kNewPart * anchor.norm;
}

void AnchoredCorrelations::add(std::span<double const> vector, std::span<double const> products) {
  Anchor fresh;
  fresh.vector.assign(vector.begin(), vector.end());
  fresh.norm = std::sqrt(linalg::inner_product(vector, vector));
  if (!orthogonalise(fresh, anchors_.size())) return;
  fresh.per_row.resize(products.size());
  for (std::size_t j = 0; j < products.size(); ++j)
    fresh.per_row[j] = static_cast<float>(products[j] / static_cast<double>(rows_));
  if (anchors_.size() == kMostAnchors) {
    anchors_.erase(anchors_.begin());
    // Without the oldest the others are at least as new to those before them as they were.
    for (std::size_t k = 0; k < anchors_.size(); ++k) orthogonalise(anchors_[k], k);
    orthogonalise(fresh, anchors_.size());
  }
  anchors_.push_back(std::move(fresh));
}

std::vector<double> AnchoredCorrelations::combination(std::span<double const> r) const {
  std::vector<double> a;
  for (auto const& anchor : anchors_) a.push_back(linalg::inner_product(anchor.direction, r));
  for (std::size_t k = a.size(); k-- > 0;) {
    a[k] /= anchors_[k].triangle[k];
    for (std::size_t i = 0; i < k; ++i) a[i] -= a[k] * anchors_[k].triangle[i];
  }
  return a;
}

double AnchoredCorrelations::estimate(std::span<double const> r, std::span<float> estimates) const {
  std::fill(estimates.begin(), estimates.end(), 0.0F);
  if (empty()) return std::numeric_limits<double>::infinity();
  auto const a = combination(r);

  std::vector<double const*> vectors;
  std::vector<double> minus_a;
  double magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    vectors.push_back(anchors_[i].vector.data());
    minus_a.push_back(-a[i]);
    magnitude += std::abs(a[i]) * anchors_[i].norm;
  }
  std::vector<double> rest(r.begin(), r.end());
  linalg::add_combination(vectors, minus_a, rest);

  constexpr std::size_t piece = 2048;  // stays in the first-level cache while all anchors are added
  for (std::size_t begin = 0; begin < estimates.size(); begin += piece) {
    std::size_t const end = std::min(begin + piece, estimates.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      auto const coefficient = static_cast<float>(a[i]);
      float const* const from = anchors_[i].per_row.data();
      float* const to = estimates.data();
      for (std::size_t j = begin; j < end; ++j) to[j] += coefficient * from[j];
    }
    for (std::size_t j = begin; j < end; ++j) estimates[j] = std::abs(estimates[j]);
  }
  // Rounding of the coefficients, the products and their sum to single precision, twice over.
  double const rounding = static_cast<double>(a.size() + 3) * std::numeric_limits<float>::epsilon();
  double const distance = std::sqrt(linalg::inner_product(rest, rest));
  return (distance + rounding * magnitude) / std::sqrt(static_cast<double>(rows_));
}

void AnchoredCorrelations::save(bytes::Writer& state, mpi::Communicator const& comm) const {
  state.put(anchors_.size());
  for (auto const& anchor : anchors_) {
    linalg::put_shared<double>(state, comm, anchor.vector);
    state.put(anchor.per_row);
  }
}

void AnchoredCorrelations::load(bytes::Reader& state, mpi::Communicator const& comm) {
  anchors_.clear();
  auto const count = state.get<std::size_t>();
  for (std::size_t k = 0; k < count; ++k) {
    Anchor anchor;
    anchor.vector = linalg::get_shared<double>(state, comm);
    anchor.norm = std::sqrt(linalg::inner_product(anchor.vector, anchor.vector));
    anchor.per_row = state.get<std::vector<float>>();
    orthogonalise(anchor, k);
    anchors_.push_back(std::move(anchor));
  }
}

}  // namespace thresher::prox
