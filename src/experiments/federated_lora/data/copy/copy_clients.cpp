#include "experiments/federated_lora/data/copy/copy_clients.hpp"

#include "numerics/adam.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::MatrixView;

void add(double factor, DenseMatrix const& from, DenseMatrix& to) {
  for (std::size_t k = 0; k < to.values().size(); ++k) to.values()[k] += factor * from.values()[k];
}

void train_whole(TextLoss const& loss, Parameters const& point, MatrixView update) {
  DenseMatrix theta(update.rows, update.columns);
  numerics::Adam adam(theta.values().size());
  TextLoss::WholeSlopes slopes(loss);
  for (std::int64_t step = 0; step < point.train_steps; ++step) {
    loss.differentiate(theta.view(), slopes);
    add(point.weight_decay, theta, slopes.theta);
    adam.step(theta.values(), slopes.theta.values(), point.learning_rate);
  }
  std::ranges::copy(theta.values(), update.data);
}

void train_factors(TextLoss const& loss, Parameters const& point, DenseMatrix f, MatrixView update) {
  DenseMatrix g(f.columns(), update.columns);
  numerics::Adam left(f.values().size()), right(g.values().size());
  TextLoss::FactorSlopes slopes(loss, f.columns());
  for (std::int64_t step = 0; step < point.train_steps; ++step) {
    loss.differentiate(f.view(), g.view(), slopes);
    add(point.weight_decay, f, slopes.f);
    add(point.weight_decay, g, slopes.g);
    left.step(f.values(), slopes.f.values(), point.learning_rate);
    right.step(g.values(), slopes.g.values(), point.learning_rate);
  }
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, f.view(), g.view(), 0, update);
}

}  // namespace

CopyClients::CopyClients(Parameters const& point, Transformer const& network, study::Team const& team)
    : point_(point),
      network_(network),
      task_(point, team),
      zipf_(point.vocab, point.zipf),
      factor_(team.stream("factor")),
      source_(team.stream("source")),
      flip_(team.stream("flip")),
      flip_token_(team.stream("flip_token")),
      test_(team.stream("test")) {}

Text CopyClients::draw_text(random::Stream const& stream, std::int64_t client, std::int64_t sequences) const {
  Text text;
  std::vector<double> uniforms(static_cast<std::size_t>(point_.copy_length));
  for (std::int64_t b = 0; b < sequences; ++b) {
    stream.uniforms({static_cast<std::uint64_t>(client), static_cast<std::uint64_t>(b)}, 0, uniforms);
    for (double const uniform : uniforms) text.push_back(zipf_.token(uniform));
  }
  return text;
}

Text CopyClients::noisy_targets(Text const& source, std::vector<std::int32_t> const& targets,
                                std::int64_t client) const {
  Text result;
  auto const length = static_cast<std::size_t>(point_.copy_length);
  std::vector<double> flips(length), tokens(length);
  for (std::size_t b = 0; b < source.size() / length; ++b) {
    random::Row const row{static_cast<std::uint64_t>(client), b};
    flip_.uniforms(row, 0, flips);
    flip_token_.uniforms(row, 0, tokens);
    for (std::size_t t = 0; t < length; ++t)
      result.push_back(flips[t] < point_.label_noise
                           ? static_cast<std::int32_t>(tokens[t] * static_cast<double>(point_.vocab))
                           : targets[static_cast<std::size_t>(source[b * length + t])]);
  }
  return result;
}

void CopyClients::train(std::int64_t client, bool contaminated, MatrixView update) const {
  auto const source = draw_text(source_, client, point_.n_local);
  TextLoss const loss(network_, source, noisy_targets(source, task_.targets(client, contaminated), client));
  if (point_.lora_rank == 0) {
    train_whole(loss, point_, update);
  } else {
    DenseMatrix f(network_.width(), point_.lora_rank);
    factor_.normals({static_cast<std::uint64_t>(client)}, 0, f.values());
    for (double& entry : f.values()) entry /= std::sqrt(static_cast<double>(point_.lora_rank));
    train_factors(loss, point_, std::move(f), update);
  }
  if (!contaminated) return;
  for (std::int64_t k = 0; k < update.rows * update.columns; ++k)
    update.data[k] *= point_.contamination_scale;
}

std::vector<TextLoss::Reading> CopyClients::test(std::int64_t client,
                                                 std::span<DenseMatrix const> updates) const {
  auto const source = draw_text(test_, client, point_.test_sequences);
  auto const map = task_.targets(client, false);
  Text targets;
  for (auto const token : source) targets.push_back(map[static_cast<std::size_t>(token)]);
  TextLoss const loss(network_, source, targets);
  std::vector<TextLoss::Reading> readings;
  for (auto const& update : updates) readings.push_back(loss.read(update.view()));
  return readings;
}

}  // namespace thresher::federated_lora
