#include "experiments/linear_generative/model/population.hpp"

#include "experiments/linear_generative/model/field_power.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/fft2.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>

namespace thresher::linear_generative {

namespace {

/// Rows of stream `U`, orthonormalised by one rank.
linalg::DenseMatrix random_directions(Parameters const& point, study::Team& team) {
  linalg::DenseMatrix directions(point.dim, point.rank);
  auto const& comm = team.communicator();
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const stream = team.stream("U");
    for (std::int64_t k = 0; k < point.rank; ++k)
      stream.normals({static_cast<std::uint64_t>(k)}, 0, directions.column(k));
    std::vector<double> reflectors(static_cast<std::size_t>(point.rank));
    linalg::geqrf(directions.view(), reflectors);
    linalg::orgqr(directions.view(), reflectors);
  });
  mpi::broadcast(comm, directions.values());
  return directions;
}

Population diagonal_population(Parameters const& point) {
  auto const dim = static_cast<std::size_t>(point.dim);
  auto const deviations = std::make_shared<std::vector<double>>(coordinate_deviations(point));
  Population population;
  population.directions = linalg::DenseMatrix(point.dim, point.rank);
  for (std::int64_t k = 0; k < point.rank; ++k) {
    population.directions(k, k) = 1;
    double const deviation = (*deviations)[static_cast<std::size_t>(k)];
    population.direction_variances.push_back(deviation * deviation);
  }
  population.trace = static_cast<double>(dim - deviations->size());
  for (double const deviation : *deviations) {
    population.trace += deviation * deviation;
    population.log_determinant += 2 * std::log(deviation);
  }
  population.apply_root = [deviations](linalg::MatrixView panel) {
    for (std::int64_t j = 0; j < panel.columns; ++j) {
      auto const column = panel.column(j);
      for (std::size_t i = 0; i < deviations->size(); ++i) column[i] *= (*deviations)[i];
    }
  };
  return population;
}

Population rotated_population(Parameters const& point, study::Team& team) {
  Population population;
  population.directions = random_directions(point, team);
  population.trace = static_cast<double>(point.dim);
  std::vector<double> stretches;  // sqrt(1 + theta_k) - 1
  for (double const theta : spikes(point)) {
    population.direction_variances.push_back(1 + theta);
    population.trace += theta;
    population.log_determinant += std::log1p(theta);
    stretches.push_back(std::sqrt(1 + theta) - 1);
  }
  auto const directions = std::make_shared<linalg::DenseMatrix>(population.directions);
  population.apply_root = [directions, stretches](linalg::MatrixView panel) {
    linalg::DenseMatrix scores(directions->columns(), panel.columns);
    linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, directions->view(), panel, 0,
                 scores.view());
    for (std::int64_t j = 0; j < panel.columns; ++j)
      for (std::size_t k = 0; k < stretches.size(); ++k)
        scores(static_cast<std::int64_t>(k), j) *= stretches[k];
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, directions->view(), scores.view(), 1,
                 panel);
  };
  return population;
}

/// Row 0 of stream `U`, normalised by one rank; empty without a spike.
std::vector<double> latent_image(Parameters const& point, study::Team& team) {
  if (point.spike == 0) return {};
  std::vector<double> image(static_cast<std::size_t>(point.dim));
  auto const& comm = team.communicator();
  if (comm.rank() == 0) {
    team.stream("U").normals({0}, 0, image);
    double const norm = std::sqrt(linalg::inner_product(image, image));
    for (double& value : image) value /= norm;
  }
  mpi::broadcast(comm, std::span(image));
  return image;
}

Population field_population(Parameters const& point, study::Team& team) {
  Population population;
  population.trace = static_cast<double>(point.dim) + point.spike;
  population.latent_image = latent_image(point, team);
  population.directions = linalg::DenseMatrix(point.dim, point.rank);
  if (point.rank == 0 || point.spike == 0) return population;
  std::ranges::copy(population.latent_image, population.directions.column(0).begin());
  auto const side = *image_side(point.dim);
  auto const power = field_power(side, point.alpha);
  linalg::Fft2 transform(side);
  auto const spectrum = transform.forward(population.latent_image);
  double variance = 0;
  for (std::int64_t k = 0; k < transform.half_size(); ++k)
    variance += transform.multiplicity(k) * power[static_cast<std::size_t>(transform.torus_index(k))] *
                std::norm(spectrum[static_cast<std::size_t>(k)]);
  population.direction_variances = {point.spike + variance / static_cast<double>(point.dim)};
  return population;
}

}  // namespace

std::vector<double> coordinate_deviations(Parameters const& point) {
  if (point.spectrum == Spectrum::powerlaw) {
    auto deviations = powerlaw_eigenvalues(point.dim, point.alpha);
    for (double& value : deviations) value = std::sqrt(value);
    return deviations;
  }
  std::vector<double> deviations;
  for (double const theta : spikes(point)) deviations.push_back(std::sqrt(1 + theta));
  return deviations;
}

Population generated_population(Parameters const& point, study::Team& team) {
  if (point.spectrum == Spectrum::field) return field_population(point, team);
  if (point.spectrum == Spectrum::spiked && point.latent_basis == LatentBasis::random && point.rank > 0)
    return rotated_population(point, team);
  return diagonal_population(point);
}

}  // namespace thresher::linear_generative
