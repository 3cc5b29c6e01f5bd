#include "experiments/hierarchical_features/data/tensor_features.hpp"

#include <algorithm>
#include <array>

namespace thresher::hierarchical_features {

namespace {

/// One sample of a strip.
void copy_sample(double const* strip, std::int64_t s, std::span<double> x) {
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = strip[static_cast<std::int64_t>(k) * kStrip + s];
}

}  // namespace

TensorFeatures::TensorFeatures(SampleStrips const& samples, std::int64_t q)
    : samples_(samples),
      tiles_(samples.coordinates(), q),
      layout_(samples.communicator(), MultiIndex(samples.coordinates(), q).size()) {}

linalg::DenseMatrix TensorFeatures::times(linalg::ConstMatrixView own_panel) const {
  auto const own = samples_.owned();
  linalg::DenseMatrix result(own.size(), own_panel.columns);
  // A tensor at a time: a pass over samples is cheap beside the work on them.
  linalg::DenseMatrix whole(layout_.rows(), own_panel.columns);
  linalg::gather_rows(layout_, own_panel, whole.view());
  mpi::agree(layout_.communicator(), [&] {
    linalg::DenseMatrix coefficients(static_cast<std::int64_t>(tiles_.size()), whole.columns());
    std::vector<double> constants;
    for (std::int64_t j = 0; j < whole.columns(); ++j)
      constants.push_back(tiles_.coefficients(whole.column(j), coefficients.column(j)));
    whole = {};
    samples_.visit([&](mpi::Range rows, Strips strips) {
      alignas(numerics::kCacheLine) std::array<double, kStrip> values;
      for (std::int64_t j = 0; j < result.columns(); ++j)
        for (std::int64_t t = 0; t < strips.count; ++t) {
          polynomial_values(tiles_, coefficients.column(j), constants[static_cast<std::size_t>(j)],
                            strips.first + t * samples_.coordinates() * kStrip, values.data());
          auto const first = rows.begin - own.begin + t * kStrip;
          std::copy_n(values.begin(), std::min(kStrip, rows.size() - t * kStrip),
                      result.column(j).begin() + first);
        }
    });
  });
  return result;
}

template <class Weigh>
void TensorFeatures::sum_over_samples(Weigh weigh, std::span<double> own_out) const {
  linalg::DenseMatrix partial(layout_.rows(), 1);
  mpi::agree(layout_.communicator(), [&] {
    numerics::AlignedVector sums(tiles_.size());
    numerics::AlignedVector weights;
    double total = 0;
    samples_.visit([&](mpi::Range rows, Strips strips) {
      weights.assign(static_cast<std::size_t>(strips.count * kStrip), 0.0);
      weigh(rows, strips, std::span<double>(weights));
      for (double const weight : weights) total += weight;
      add_monomial_sums(tiles_, strips, weights.data(), sums);
    });
    tiles_.features_from_sums(sums, total, partial.column(0));
  });
  linalg::sum_to_rows(layout_, partial.view(),
                      {own_out.data(), static_cast<std::int64_t>(own_out.size()), 1});
}

void TensorFeatures::transposed_times(std::span<double const> own_w, std::span<double> own_out) const {
  auto const begin = samples_.owned().begin;
  sum_over_samples(
      [&](mpi::Range rows, Strips, std::span<double> weights) {
        std::copy_n(own_w.begin() + (rows.begin - begin), rows.size(), weights.begin());
      },
      own_out);
}

void TensorFeatures::weighted_gram_times(std::span<double const> own_w, std::span<double const> own_a,
                                         std::span<double> own_out) const {
  auto const begin = samples_.owned().begin;
  linalg::DenseMatrix whole(layout_.rows(), 1);
  linalg::gather_rows(layout_, {own_a.data(), static_cast<std::int64_t>(own_a.size()), 1}, whole.view());
  std::vector<double> coefficients(tiles_.size());
  double const constant = tiles_.coefficients(whole.column(0), coefficients);
  sum_over_samples(
      [&](mpi::Range rows, Strips strips, std::span<double> weights) {
        for (std::int64_t t = 0; t < strips.count; ++t)
          polynomial_values(tiles_, coefficients, constant,
                            strips.first + t * samples_.coordinates() * kStrip, weights.data() + t * kStrip);
        for (std::int64_t row = 0; row < rows.size(); ++row)
          weights[static_cast<std::size_t>(row)] *= own_w[static_cast<std::size_t>(rows.begin - begin + row)];
        std::fill(weights.begin() + rows.size(), weights.end(), 0.0);
      },
      own_out);
}

std::vector<double> TensorFeatures::squared_norms() const {
  std::vector<double> norms;
  std::vector<double> x(static_cast<std::size_t>(samples_.coordinates()));
  samples_.visit([&](mpi::Range rows, Strips strips) {
    for (std::int64_t row = 0; row < rows.size(); ++row) {
      copy_sample(strips.first + row / kStrip * samples_.coordinates() * kStrip, row % kStrip, x);
      norms.push_back(squared_feature_norm(tiles_.index().q(), x));
    }
  });
  return norms;
}

void TensorFeatures::visit(Visitor const& visitor) const {
  std::vector<double> x(static_cast<std::size_t>(samples_.coordinates()));
  linalg::DenseMatrix block;
  samples_.visit([&](mpi::Range rows, Strips strips) {
    if (block.columns() < rows.size()) block = linalg::DenseMatrix(layout_.rows(), rows.size());
    for (std::int64_t row = 0; row < rows.size(); ++row) {
      copy_sample(strips.first + row / kStrip * samples_.coordinates() * kStrip, row % kStrip, x);
      hermite_features(tiles_.index(), x, block.column(row));
    }
    visitor(rows, block.columns_from(0, rows.size()));
  });
}

}  // namespace thresher::hierarchical_features
