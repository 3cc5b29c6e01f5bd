#include "experiments/federated_lora/data/copy/copy_clients.hpp"

#include "numerics/adam.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

namespace {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

void add(double factor, DenseMatrix const& from, DenseMatrix& to) {
  for (std::size_t k = 0; k < to.values().size(); ++k) to.values()[k] += factor * from.values()[k];
}

/// The loss of a text as a function of an update of Theta: contexts and the base's logits are computed once.
class TextLoss {
 public:
  TextLoss(Transformer const& network, Text const& source, Text targets)
      : network_(network),
        contexts_(attend(network, source)),
        targets_(std::move(targets)),
        base_(logits(network, contexts_, network.value.view())) {}

  std::int64_t positions() const { return base_.rows(); }
  std::int64_t vocabulary() const { return base_.columns(); }

  /// d loss / d Theta at an update of Theta.
  DenseMatrix gradient(ConstMatrixView update) const {
    auto slopes = logits_of(update);
    cross_entropy_slopes(slopes.view(), targets_);
    DenseMatrix seen(network_.width(), vocabulary()), result(network_.width(), network_.width());
    linalg::gemm(Transpose::yes, Transpose::no, 1, contexts_.values.view(), slopes.view(), 0, seen.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, seen.view(), network_.readout.view(), 0, result.view());
    return result;
  }

  /// Room for the slopes of an update F G, used again at every step.
  struct FactorSlopes {
    FactorSlopes(TextLoss const& loss, std::int64_t width, std::int64_t rank)
        : f(width, rank),
          g(rank, width),
          inner(loss.positions(), rank),
          outer(loss.vocabulary(), rank),
          slopes(loss.positions(), loss.vocabulary()),
          pulled(loss.positions(), rank),
          seen(rank, loss.vocabulary()) {}
    DenseMatrix f;  ///< d loss / d F
    DenseMatrix g;  ///< d loss / d G

    DenseMatrix inner;   ///< contexts F
    DenseMatrix outer;   ///< W_U G^T
    DenseMatrix slopes;  ///< by the logits, base + inner outer^T
    DenseMatrix pulled;  ///< slopes outer
    DenseMatrix seen;    ///< inner^T slopes
  };
  /// The derivatives by the factors of an update F G. Through matrices of its rank: the derivative by the
  /// whole matrix, d x d, is never made.
  void differentiate(ConstMatrixView f, ConstMatrixView g, FactorSlopes& at) const {
    linalg::gemm(Transpose::no, Transpose::no, 1, contexts_.values.view(), f, 0, at.inner.view());
    linalg::gemm(Transpose::no, Transpose::yes, 1, network_.readout.view(), g, 0, at.outer.view());
    std::ranges::copy(base_.values(), at.slopes.values().begin());
    linalg::gemm(Transpose::no, Transpose::yes, 1, at.inner.view(), at.outer.view(), 1, at.slopes.view());
    cross_entropy_slopes(at.slopes.view(), targets_);
    linalg::gemm(Transpose::no, Transpose::no, 1, at.slopes.view(), at.outer.view(), 0, at.pulled.view());
    linalg::gemm(Transpose::yes, Transpose::no, 1, contexts_.values.view(), at.pulled.view(), 0, at.f.view());
    linalg::gemm(Transpose::yes, Transpose::no, 1, at.inner.view(), at.slopes.view(), 0, at.seen.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, at.seen.view(), network_.readout.view(), 0, at.g.view());
  }

  DenseMatrix logits_of(ConstMatrixView update) const {
    DenseMatrix read(network_.width(), network_.vocabulary());
    linalg::gemm(Transpose::no, Transpose::yes, 1, update, network_.readout.view(), 0, read.view());
    DenseMatrix result = base_;
    linalg::gemm(Transpose::no, Transpose::no, 1, contexts_.values.view(), read.view(), 1, result.view());
    return result;
  }

 private:
  Transformer const& network_;
  Contexts contexts_;
  Text targets_;
  DenseMatrix base_;
};

void train_whole(TextLoss const& loss, Parameters const& point, MatrixView update) {
  DenseMatrix theta(update.rows, update.columns);
  numerics::Adam adam(theta.values().size());
  for (std::int64_t step = 0; step < point.train_steps; ++step) {
    auto slope = loss.gradient(theta.view());
    add(point.weight_decay, theta, slope);
    adam.step(theta.values(), slope.values(), point.learning_rate);
  }
  std::ranges::copy(theta.values(), update.data);
}

void train_factors(TextLoss const& loss, Parameters const& point, DenseMatrix f, MatrixView update) {
  DenseMatrix g(f.columns(), update.columns);
  numerics::Adam left(f.values().size()), right(g.values().size());
  TextLoss::FactorSlopes slopes(loss, f.rows(), f.columns());
  for (std::int64_t step = 0; step < point.train_steps; ++step) {
    loss.differentiate(f.view(), g.view(), slopes);
    add(point.weight_decay, f, slopes.f);
    add(point.weight_decay, g, slopes.g);
    left.step(f.values(), slopes.f.values(), point.learning_rate);
    right.step(g.values(), slopes.g.values(), point.learning_rate);
  }
  linalg::gemm(Transpose::no, Transpose::no, 1, f.view(), g.view(), 0, update);
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

std::vector<CopyClients::Reading> CopyClients::test(std::int64_t client,
                                                    std::span<DenseMatrix const> updates) const {
  auto const source = draw_text(test_, client, point_.test_sequences);
  auto const map = task_.targets(client, false);
  Text targets;
  for (auto const token : source) targets.push_back(map[static_cast<std::size_t>(token)]);
  TextLoss const loss(network_, source, targets);
  std::vector<Reading> readings;
  for (auto const& update : updates) {
    auto read = loss.logits_of(update.view());
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < read.rows(); ++i) {
      std::int64_t best = 0;
      for (std::int64_t a = 1; a < read.columns(); ++a)
        if (read(i, a) > read(i, best)) best = a;
      right += best == targets[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    double const accuracy = static_cast<double>(right) / static_cast<double>(read.rows());
    readings.push_back({accuracy, cross_entropy(read.view(), targets)});
  }
  return readings;
}

}  // namespace thresher::federated_lora
