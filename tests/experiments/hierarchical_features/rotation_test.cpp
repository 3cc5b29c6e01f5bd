#include "experiments/hierarchical_features/data/tensor_features.hpp"
#include "experiments/hierarchical_features/estimators/first_layer.hpp"
#include "experiments/hierarchical_features/estimators/readout.hpp"
#include "experiments/hierarchical_features/estimators/second_layer.hpp"
#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <tuple>

namespace thresher::hierarchical_features {
namespace {

/// A rotation of coordinates 1 and 4.
struct Rotation {
  double c = std::cos(0.7);
  double s = std::sin(0.7);

  void turn(double& a, double& b) const { std::tie(a, b) = std::pair(c * a - s * b, s * a + c * b); }
  /// The packed vector of R U R^T, U the symmetric tensor of `a`: <turned, F(R x)> = <a, F(x)>.
  std::vector<double> turned(std::span<double const> a, std::int64_t d) const {
    MultiIndex const index(d, 2);
    linalg::DenseMatrix u(d, d);
    for (std::int64_t i = 0; i < d; ++i)
      for (std::int64_t j = i; j < d; ++j)
        u(i, j) = u(j, i) = a[static_cast<std::size_t>(index.at(i, j))] / (i == j ? std::sqrt(2.0) : 2);
    for (std::int64_t j = 0; j < d; ++j) turn(u(1, j), u(4, j));
    for (std::int64_t i = 0; i < d; ++i) turn(u(i, 1), u(i, 4));
    std::vector<double> packed(a.size());
    for (std::int64_t i = 0; i < d; ++i)
      for (std::int64_t j = i; j < d; ++j)
        packed[static_cast<std::size_t>(index.at(i, j))] = u(i, j) * (i == j ? std::sqrt(2.0) : 2);
    return packed;
  }
};

// Rotating x turns F into other coordinates of the same space: with the hidden direction turned as well
// nothing that is measured may change.
TEST(RotatedInputs, AreLearnedAlikeWithTheDirectionsRotated) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.begin_trial({"rotation\n", 0});
  constexpr std::int64_t kDim = 6;
  constexpr std::int64_t kRows = 500;
  auto point = small();
  point.d = kDim;
  point.preprocess = Preprocess::clip;
  auto const stream = team.stream("rotated");
  Rotation const rotation;
  auto const generator = [&](bool rotated) -> SampleStrips::Generator {
    return [=](mpi::Range rows, std::span<double> out, std::int64_t leading) {
      random::fill_normals(stream, {rows.begin, rows.end, 0, kDim}, random::Layout::column_major, out,
                           leading);
      if (!rotated) return;
      for (std::int64_t row = 0; row < rows.size(); ++row)
        rotation.turn(out[static_cast<std::size_t>(leading + row)],
                      out[static_cast<std::size_t>(4 * leading + row)]);
    };
  };
  SampleStrips const plain(comm, kRows, kDim, Holding::stored, generator(false));
  SampleStrips const turned(comm, kRows, kDim, Holding::stored, generator(true));

  struct Seen {
    std::vector<double> labels;
    std::vector<double> eigenvalues;
    double cosine;
    double nmse;
  };
  auto const pipeline = [&](SampleStrips const& samples, std::vector<double> const& hidden) {
    TensorFeatures const features(samples, 2);
    auto const h = features.times({hidden.data(), std::ssize(hidden), 1});
    Seen seen;
    for (double const value : h.values()) seen.labels.push_back((value * value - 1) / std::sqrt(2.0));
    auto const weights = mapped_weights(point, comm, kRows, seen.labels);
    auto const norms = features.squared_norms();
    auto const layer =
        first_layer(point, {features, weights, norms}, point.extra_eigs, team.stream("krylov_start_0"), team);
    seen.eigenvalues = layer.values;
    auto const found = layer.own_directions.column(0);
    double const product = std::inner_product(hidden.begin(), hidden.end(), found.begin(), 0.0);
    seen.cosine = product * product;
    auto const learned = features.times(layer.own_directions.view());
    auto const b = second_layer(SecondLayer::full, comm, kRows, learned.view(), seen.labels);
    ScalarFold const fold{kRows, quadratic_values(learned.view(), b), seen.labels};
    seen.nmse = readout_error(point, comm, fold, fold).nmse();
    return seen;
  };
  std::vector<double> hidden(static_cast<std::size_t>(MultiIndex(kDim, 2).size()));
  team.stream("hidden").normals({}, 0, hidden);
  double const norm = std::sqrt(std::inner_product(hidden.begin(), hidden.end(), hidden.begin(), 0.0));
  for (double& entry : hidden) entry /= norm;
  auto const one = pipeline(plain, hidden);
  auto const two = pipeline(turned, rotation.turned(hidden, kDim));
  for (std::size_t k = 0; k < one.labels.size(); ++k) EXPECT_NEAR(one.labels[k], two.labels[k], 1e-11);
  for (std::size_t k = 0; k < one.eigenvalues.size(); ++k)
    EXPECT_NEAR(one.eigenvalues[k], two.eigenvalues[k], 1e-10);
  EXPECT_GT(one.cosine, 0.5);
  EXPECT_NEAR(one.cosine, two.cosine, 1e-10);
  EXPECT_LT(one.nmse, 0.8);
  EXPECT_NEAR(one.nmse, two.nmse, 1e-10);
  // The direction that is not turned is not the one that is found.
  EXPECT_GT(std::abs(pipeline(turned, hidden).nmse - two.nmse), 1e-6);
}

}  // namespace
}  // namespace thresher::hierarchical_features
