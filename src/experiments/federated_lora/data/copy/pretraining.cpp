#include "experiments/federated_lora/data/copy/pretraining.hpp"

#include "numerics/adam.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;

constexpr std::int64_t kSequences = 64;
constexpr double kRate = 0.01;
constexpr double kStartVariance = 0.01;
constexpr std::int64_t kStepsBetweenQuestions = 10;

/// Entries of variance `variance` / columns, row i of the stream's addresses for row i.
DenseMatrix table(random::Stream const& stream, std::uint64_t seed, std::int64_t rows, std::int64_t columns,
                  double variance) {
  DenseMatrix entries(rows, columns);
  std::vector<double> row(static_cast<std::size_t>(columns));
  double const scale = std::sqrt(variance / static_cast<double>(columns));
  for (std::int64_t i = 0; i < rows; ++i) {
    stream.normals({seed, static_cast<std::uint64_t>(i)}, 0, row);
    for (std::int64_t j = 0; j < columns; ++j) entries(i, j) = scale * row[static_cast<std::size_t>(j)];
  }
  return entries;
}

}  // namespace

ZipfTokens::ZipfTokens(std::int64_t vocabulary, double exponent) {
  double sum = 0;
  for (std::int64_t a = 0; a < vocabulary; ++a)
    cumulative_.push_back(sum += std::pow(static_cast<double>(a + 1), -exponent));
  for (double& value : cumulative_) value /= sum;
}

std::int32_t ZipfTokens::token(double uniform) const {
  auto const at = std::ranges::upper_bound(cumulative_, uniform) - cumulative_.begin();
  return static_cast<std::int32_t>(std::min<std::ptrdiff_t>(at, std::ssize(cumulative_) - 1));
}

PretrainedNetwork::PretrainedNetwork(Parameters const& point, study::Team& team) {
  if (point.module != Module::copy) return;
  auto const seed = static_cast<std::uint64_t>(point.pretrain_seed);
  std::int64_t const d = point.d_model;
  network_.tokens = table(team.stream("token_table"), seed, point.vocab + 1, d, 1);
  network_.positions = table(team.stream("position_table"), seed, 2 * point.copy_length, d, 1);
  network_.readout = table(team.stream("readout"), seed, point.vocab, d, 1);
  network_.attention = table(team.stream("attention_start"), seed, d, d, kStartVariance);
  network_.value = table(team.stream("value_start"), seed, d, d, kStartVariance);
  train(point, team);
}

void PretrainedNetwork::train(Parameters const& point, study::Team& team) {
  auto const& comm = team.communicator();
  auto const source = team.stream("pretrain_source");
  auto const seed = static_cast<std::uint64_t>(point.pretrain_seed);
  ZipfTokens const zipf(point.vocab, point.zipf);
  numerics::Adam attention(network_.attention.values().size()), value(network_.value.values().size());
  std::vector<double> uniforms(static_cast<std::size_t>(point.copy_length));
  for (std::int64_t begin = 0; begin < point.pretrain_steps; begin += kStepsBetweenQuestions) {
    if (team.stopping()) throw study::Interrupted();
    mpi::agree(comm, [&] {
      if (comm.rank() != 0) return;
      for (auto step = begin; step < std::min(begin + kStepsBetweenQuestions, point.pretrain_steps); ++step) {
        Text text;
        for (std::int64_t b = 0; b < kSequences; ++b) {
          source.uniforms({seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(b)}, 0,
                          uniforms);
          for (double const uniform : uniforms) text.push_back(zipf.token(uniform));
        }
        auto const slopes = gradients(network_, text, text);
        loss_ = slopes.loss;
        attention.step(network_.attention.values(), slopes.attention.values(), kRate);
        value.step(network_.value.values(), slopes.value.values(), kRate);
      }
    });
  }
  mpi::broadcast(comm, network_.attention.values());
  mpi::broadcast(comm, network_.value.values());
  loss_ = mpi::broadcast_value(comm, loss_);
}

}  // namespace thresher::federated_lora
