#include "experiments/linear_generative/estimators/patch_network.hpp"

#include "experiments/linear_generative/estimators/network_sampling.hpp"
#include "experiments/linear_generative/model/field_power.hpp"
#include "linalg/fft2.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

linalg::DenseMatrix normals(std::int64_t rows, std::int64_t columns, std::string_view name) {
  random::Stream const stream(random::hash_identity("patch network"), name);
  linalg::DenseMatrix values(rows, columns);
  stream.normals({}, 0, values.values());
  return values;
}

TEST(PatchNetwork, GradientsAreThoseOfFiniteDifferences) {
  PatchNetwork network(5, 3, 4);
  auto const initial = normals(static_cast<std::int64_t>(network.parameters().size()), 1, "initial");
  std::ranges::copy(initial.values(), network.parameters().begin());
  auto const images = normals(25, 3, "images");
  auto const targets = normals(25, 3, "targets");
  std::vector<double> const times{-0.3, 0.1, 0.8};
  std::vector<double> gradient(network.parameters().size());
  network.loss(images.view(), times, targets.view(), gradient);
  std::vector<double> scratch(gradient.size());
  constexpr double kStep = 1e-6;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    double& parameter = network.parameters()[k];
    double const value = parameter;
    parameter = value + kStep;
    double const above = network.loss(images.view(), times, targets.view(), scratch);
    parameter = value - kStep;
    double const below = network.loss(images.view(), times, targets.view(), scratch);
    parameter = value;
    EXPECT_NEAR(gradient[k], (above - below) / (2 * kStep), 1e-7) << k;
  }
}

TEST(PatchNetwork, ComputesItsFormula) {
  PatchNetwork network(4, 3, 2);
  auto const initial = normals(static_cast<std::int64_t>(network.parameters().size()), 1, "initial");
  std::ranges::copy(initial.values(), network.parameters().begin());
  auto const image = normals(16, 1, "images");
  linalg::DenseMatrix output(16, 1);
  std::vector<double> const times{0.4};
  network.evaluate(image.view(), times, output.view());
  auto const layer = network.first_layer();
  for (std::int64_t y = 0; y < 4; ++y)
    for (std::int64_t x = 0; x < 4; ++x) {
      double expected = 0;
      for (std::int64_t h = 0; h < 2; ++h) {
        double sum = layer(9, h) * 0.4 + layer(10, h);
        for (std::int64_t dy = -1; dy <= 1; ++dy)
          for (std::int64_t dx = -1; dx <= 1; ++dx)
            sum += layer((dy + 1) * 3 + dx + 1, h) * image((y + dy + 4) % 4 * 4 + (x + dx + 4) % 4, 0);
        expected += network.second_layer()[static_cast<std::size_t>(h)] * std::max(sum, 0.0);
      }
      EXPECT_NEAR(output(y * 4 + x, 0), expected, 1e-12);
    }
}

TEST(Training, ReachesTheWienerBound) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.begin_trial({"training\n", 0});
  auto point = field(144, 1, 0, Model::patch_net);
  point.kernel = 5;
  point.sigma_max = 10;
  point.sigma_min = 0.05;
  constexpr std::int64_t kImages = 2048;
  std::vector<double> images(static_cast<std::size_t>(kImages * point.dim));
  auto const population = generated_population(point, team);
  example_generator(point, population, team, 0)({0, kImages}, images);
  DenoiserTraining training(point, team, 0, images);
  while (!training.finished()) training.step();

  // Fresh images at fixed noise, against the Wiener filter P / (P + sigma^2) on the same ones.
  constexpr std::int64_t kFresh = 256;
  linalg::DenseMatrix fresh(point.dim, kFresh);
  example_generator(point, population, team, 1)({0, kFresh}, fresh.values());
  auto const noise = normals(point.dim, kFresh, "noise");
  auto const power = field_power(12, 1);
  linalg::Fft2 transform(12);
  for (double const sigma : {0.1, 0.3, 1.0}) {
    auto noisy = fresh;
    for (std::size_t k = 0; k < noisy.values().size(); ++k) noisy.values()[k] += sigma * noise.values()[k];
    linalg::DenseMatrix learnt(point.dim, kFresh);
    training.denoise(noisy.view(), sigma, learnt.view());
    linalg::DenseMatrix wiener(point.dim, kFresh);
    for (std::int64_t i = 0; i < kFresh; ++i) {
      auto const spectrum = transform.forward(noisy.column(i));
      for (std::int64_t k = 0; k < transform.half_size(); ++k) {
        double const p = power[static_cast<std::size_t>(transform.torus_index(k))];
        spectrum[static_cast<std::size_t>(k)] *= p / (p + sigma * sigma);
      }
      transform.inverse(wiener.column(i));
    }
    auto const error = [&](linalg::DenseMatrix const& clean) {
      double sum = 0;
      for (std::size_t k = 0; k < clean.values().size(); ++k)
        sum += std::pow(clean.values()[k] - fresh.values()[k], 2);
      return sum;
    };
    double const excess = error(learnt) / error(wiener) - 1;
    EXPECT_LT(excess, 0.04) << "sigma " << sigma;
    EXPECT_GT(excess, -0.01) << "sigma " << sigma;
  }
}

TEST(Training, ConvergenceRisesWithTheExamples) {
  auto point = field(64, 1, 0, Model::patch_net);
  point.kernel = 5;
  point.hidden = 16;
  point.train_steps = 600;
  point.sigma_max = 10;
  point.sigma_min = 0.05;
  double const one = run_trial(point).metrics.convergence;
  point.samples = 64;
  double const many = run_trial(point).metrics.convergence;
  EXPECT_GT(many, one);
  EXPECT_GT(many, 0.97);
}

}  // namespace
}  // namespace thresher::linear_generative
