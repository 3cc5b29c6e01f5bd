#include "experiments/linear_generative/data/examples.hpp"

#include "experiments/linear_generative/model/field_power.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/fft2.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace thresher::linear_generative {

namespace {

/// Independent entries of mean 0 and variance 1.
linalg::RowGenerator entries(Parameters const& point, random::Stream stream) {
  auto const dim = static_cast<std::size_t>(point.dim);
  if (point.entry == Entry::gaussian)
    return [stream, dim = point.dim](mpi::Range rows, std::span<double> out) {
      random::fill_normals(stream, {rows.begin, rows.end, 0, dim}, random::Layout::row_major, out, dim);
    };
  bool const signs = point.entry == Entry::rademacher;
  return [stream, dim, signs](mpi::Range rows, std::span<double> out) {
    for (auto mu = rows.begin; mu < rows.end; ++mu) {
      auto const row = out.subspan(static_cast<std::size_t>(mu - rows.begin) * dim, dim);
      random::Row const address{static_cast<std::uint64_t>(mu)};
      if (signs) {
        stream.signs(address, 0, row);
        continue;
      }
      stream.uniforms(address, 0, row);
      double const width = 2 * std::sqrt(3.0);
      for (double& value : row) value = width * (value - 0.5);
    }
  };
}

/// x_j = deviation_j g_j in the first coordinates.
linalg::RowGenerator scaled(linalg::RowGenerator inner, std::vector<double> deviations, std::size_t dim) {
  return [inner = std::move(inner), deviations = std::move(deviations), dim](mpi::Range rows,
                                                                             std::span<double> out) {
    inner(rows, out);
    for (std::size_t at = 0; at < out.size(); at += dim)
      for (std::size_t j = 0; j < deviations.size(); ++j) out[at + j] *= deviations[j];
  };
}

/// x = g + sum_k (sqrt(1 + theta_k) - 1) (u_k . g) u_k. The inner products have an order of their own: a
/// row's bits do not depend on the rows that are made with it.
linalg::RowGenerator stretched(linalg::RowGenerator inner, linalg::DenseMatrix directions,
                               std::vector<double> stretches) {
  return [inner = std::move(inner), directions = std::move(directions), stretches = std::move(stretches)](
             mpi::Range rows, std::span<double> out) {
    inner(rows, out);
    auto const dim = static_cast<std::size_t>(directions.rows());
    std::vector<double const*> columns;
    for (std::int64_t k = 0; k < directions.columns(); ++k) columns.push_back(directions.column(k).data());
    std::vector<double> scores(columns.size());
    for (std::size_t at = 0; at < out.size(); at += dim) {
      auto const row = out.subspan(at, dim);
      std::ranges::fill(scores, 0.0);
      linalg::add_column_products(columns, row, scores);
      for (std::size_t k = 0; k < scores.size(); ++k) scores[k] *= stretches[k];
      linalg::add_combination(columns, scores, row);
    }
  };
}

/// x = IFFT2(sqrt(P) . FFT2(g)) + sqrt(spike) w u.
linalg::RowGenerator field(linalg::RowGenerator inner, Parameters const& point, std::vector<double> image,
                           random::Stream scores, std::uint64_t set) {
  auto const side = *image_side(point.dim);
  auto filter = field_power(side, point.alpha);
  for (double& value : filter) value = std::sqrt(value);
  auto const transform = std::make_shared<linalg::Fft2>(side);
  return [=, inner = std::move(inner), image = std::move(image), filter = std::move(filter),
          spike = std::sqrt(point.spike)](mpi::Range rows, std::span<double> out) {
    inner(rows, out);
    auto const dim = static_cast<std::size_t>(side * side);
    std::vector<double> weights(static_cast<std::size_t>(rows.size()));
    scores.normals({set}, static_cast<std::uint64_t>(rows.begin), weights);
    for (std::size_t mu = 0; mu < weights.size(); ++mu) {
      auto const row = out.subspan(mu * dim, dim);
      auto const spectrum = transform->forward(row);
      for (std::int64_t k = 0; k < transform->half_size(); ++k)
        spectrum[static_cast<std::size_t>(k)] *= filter[static_cast<std::size_t>(transform->torus_index(k))];
      transform->inverse(row);
      for (std::size_t j = 0; j < image.size(); ++j) row[j] += spike * weights[mu] * image[j];
    }
  };
}

}  // namespace

linalg::RowGenerator example_generator(Parameters const& point, Population const& population,
                                       study::Team const& team, int set) {
  auto const number = std::to_string(set + 1);
  auto plain = entries(point, team.stream("X" + number));
  if (point.spectrum == Spectrum::field)
    return field(std::move(plain), point, population.latent_image, team.stream("W"),
                 static_cast<std::uint64_t>(set + 1));
  if (point.spectrum == Spectrum::spiked && point.latent_basis == LatentBasis::random && point.rank > 0) {
    std::vector<double> stretches;
    for (double const theta : spikes(point)) stretches.push_back(std::sqrt(1 + theta) - 1);
    return stretched(std::move(plain), population.directions, std::move(stretches));
  }
  return scaled(std::move(plain), coordinate_deviations(point), static_cast<std::size_t>(point.dim));
}

linalg::DenseMatrix seed_noise(linalg::RowLayout const& layout, study::Team const& team, std::int64_t seeds) {
  auto const stream = team.stream("Z");
  auto const own = layout.owned();
  linalg::DenseMatrix noise(own.size(), seeds);
  for (std::int64_t i = 0; i < seeds; ++i)
    stream.normals({static_cast<std::uint64_t>(i)}, static_cast<std::uint64_t>(own.begin), noise.column(i));
  return noise;
}

}  // namespace thresher::linear_generative
