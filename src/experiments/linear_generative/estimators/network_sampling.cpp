#include "experiments/linear_generative/estimators/network_sampling.hpp"

#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/model/setting.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

namespace thresher::linear_generative {

namespace {
/// Training steps between two looks at whether the run wants to end.
constexpr std::int64_t kStepsAtOnce = 50;
/// Images that go through the network at once while sampling.
constexpr std::int64_t kImagesAtOnce = 8;
}  // namespace

DenoiserTraining::DenoiserTraining(Parameters const& point, study::Team const& team, int set,
                                   std::vector<double> examples)
    : point_(point),
      examples_(std::move(examples)),
      network_(*image_side(point.dim), point.kernel, point.hidden),
      adam_(network_.parameters().size()),
      batches_(team.stream("BATCH" + std::to_string(set + 1))),
      noise_(team.stream("BATCH_NOISE" + std::to_string(set + 1))) {
  // w ~ N(0, 2 / K^2), b ~ N(0, 1), e = 0, a ~ N(0, 1 / H).
  auto const initial = team.stream("INIT" + std::to_string(set + 1));
  auto const patch = static_cast<std::size_t>(point.kernel * point.kernel);
  double const spread = std::sqrt(2 / static_cast<double>(patch));
  auto const first = network_.first_layer();
  for (std::int64_t h = 0; h < point.hidden; ++h) {
    auto const channel = first.column(h);
    initial.normals({0, static_cast<std::uint64_t>(h)}, 0, channel.first(patch));
    for (double& weight : channel.first(patch)) weight *= spread;
    channel[patch] = initial.normal({1}, static_cast<std::uint64_t>(h));
    channel[patch + 1] = 0;
  }
  initial.normals({2}, 0, network_.second_layer());
  for (double& weight : network_.second_layer()) weight /= std::sqrt(static_cast<double>(point.hidden));
}

double DenoiserTraining::step() {
  auto const dim = static_cast<std::size_t>(point_.dim);
  auto const count = examples_.size() / dim;
  linalg::DenseMatrix images(point_.dim, point_.batch);
  linalg::DenseMatrix targets(point_.dim, point_.batch);
  std::vector<double> times(static_cast<std::size_t>(point_.batch));
  std::vector<double> noise(dim);
  double const low = std::log(point_.sigma_min);
  double const high = std::log(point_.sigma_max);
  for (std::int64_t b = 0; b < point_.batch; ++b) {
    random::Row const address{static_cast<std::uint64_t>(step_), static_cast<std::uint64_t>(b)};
    auto draws = batches_.sequence(address, 0);
    auto const example = std::span(examples_).subspan(draws.below(count) * dim, dim);
    double const log_sigma = low + (high - low) * draws.uniform();
    double const sigma = std::exp(log_sigma);
    double const width = std::sqrt(1 + sigma * sigma);
    noise_.normals(address, 0, noise);
    times[static_cast<std::size_t>(b)] = log_sigma / 4;
    auto const image = images.column(b);
    auto const target = targets.column(b);
    for (std::size_t j = 0; j < dim; ++j) {
      double const noisy = example[j] + sigma * noise[j];
      image[j] = noisy / width;
      target[j] = (example[j] - noisy / (width * width)) * width / sigma;
    }
  }
  std::vector<double> gradient(network_.parameters().size());
  double const loss = network_.loss(images.view(), times, targets.view(), gradient);
  double const phase = static_cast<double>(step_) / static_cast<double>(point_.train_steps);
  adam_.step(network_.parameters(), gradient,
             point_.learning_rate * (1 + std::cos(std::numbers::pi * phase)) / 2);
  ++step_;
  return loss;
}

void DenoiserTraining::denoise(linalg::ConstMatrixView noisy, double sigma, linalg::MatrixView clean) {
  double const width = std::sqrt(1 + sigma * sigma);
  auto const dim = static_cast<std::size_t>(noisy.rows);
  for (std::int64_t begin = 0; begin < noisy.columns; begin += kImagesAtOnce) {
    auto const count = std::min(kImagesAtOnce, noisy.columns - begin);
    linalg::DenseMatrix scaled(noisy.rows, count);
    linalg::DenseMatrix correction(noisy.rows, count);
    for (std::int64_t i = 0; i < count; ++i)
      std::ranges::transform(noisy.column(begin + i), scaled.column(i).begin(),
                             [width](double value) { return value / width; });
    std::vector<double> const times(static_cast<std::size_t>(count), std::log(sigma) / 4);
    network_.evaluate(scaled.view(), times, correction.view());
    for (std::int64_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < dim; ++j)
        clean.column(begin + i)[j] = scaled.column(i)[j] / width + sigma / width * correction.column(i)[j];
  }
}

linalg::DenseMatrix DenoiserTraining::sample(linalg::ConstMatrixView seeds) {
  auto const levels = noise_levels(point_);
  linalg::DenseMatrix state(seeds.rows, seeds.columns);
  for (std::int64_t i = 0; i < seeds.columns; ++i)
    std::ranges::transform(seeds.column(i), state.column(i).begin(),
                           [&](double z) { return levels.front() * z; });
  linalg::DenseMatrix clean(seeds.rows, seeds.columns);
  for (std::size_t j = 0; j + 1 < levels.size(); ++j) {
    denoise(state.view(), levels[j], clean.view());
    double const change = (levels[j + 1] - levels[j]) / levels[j];
    auto const y = state.values();
    for (std::size_t k = 0; k < y.size(); ++k) y[k] += change * (y[k] - clean.values()[k]);
  }
  return state;
}

PanelPair network_samples(Parameters const& point, DataSets const& sets, linalg::RowLayout const& layout,
                          linalg::ConstMatrixView own_seeds, study::Team& team) {
  auto const& comm = team.communicator();
  auto const owner = [&](int set) { return set * (comm.size() / kSets); };
  auto const examples = number_of_examples(point);
  std::array<std::optional<DenoiserTraining>, kSets> trainings;
  mpi::agree(comm, [&] {
    for (int set = 0; set < kSets; ++set) {
      if (comm.rank() != owner(set)) continue;
      std::vector<double> rows(static_cast<std::size_t>(examples * point.dim));
      sets.generator(set)({0, examples}, rows);
      trainings[static_cast<std::size_t>(set)].emplace(point, team, set, std::move(rows));
    }
  });
  for (std::int64_t step = 0; step < point.train_steps; step += kStepsAtOnce) {
    if (team.stopping()) throw study::Interrupted();
    team.progress(static_cast<double>(step) / static_cast<double>(point.train_steps));
    mpi::agree(comm, [&] {
      for (auto& training : trainings)
        for (std::int64_t k = 0; training && k < kStepsAtOnce && !training->finished(); ++k) training->step();
    });
  }
  linalg::DenseMatrix noise(point.dim, own_seeds.columns);
  linalg::gather_rows(layout, own_seeds, noise.view());
  PanelPair whole;
  mpi::agree(comm, [&] {
    for (std::size_t set = 0; set < kSets; ++set)
      if (trainings[set]) whole[set] = trainings[set]->sample(noise.view());
  });
  PanelPair samples;
  for (int set = 0; set < kSets; ++set) {
    auto& own = samples[static_cast<std::size_t>(set)];
    own = linalg::DenseMatrix(layout.owned().size(), own_seeds.columns);
    linalg::scatter_rows_from(layout, owner(set), whole[static_cast<std::size_t>(set)].view(), own.view());
  }
  return samples;
}

}  // namespace thresher::linear_generative
