#include "experiments/federated_lora/estimators/clair_iteration.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thresher::federated_lora {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Residuals of singular vectors by products, relative to the largest squared singular value.
constexpr double kSubspaceTolerance = 1e-9;

/// Inner products of a block before and after an iteration: A, D = A+ - A.
struct BlockSums {
  double old_square = 0;
  double cross = 0;   ///< <A, D>
  double change = 0;  ///< ||D||^2

  /// ||alpha A+ - beta A||^2. Its terms vanish with the change: nothing cancels near the solution.
  double combination(double alpha, double beta) const {
    double const gap = alpha - beta;
    return std::max(0.0, gap * gap * old_square + 2 * alpha * gap * cross + alpha * alpha * change);
  }
};

/// a <- f a + x, with <a, d>, ||d||^2 and ||a||^2 after it.
void advance(std::span<double> a, std::span<double const> x, double f, double sums[3]) {
  constexpr std::size_t kLanes = 8;
  double cross[kLanes] = {}, change[kLanes] = {}, square[kLanes] = {};
  std::size_t const whole = a.size() / kLanes * kLanes;
  auto const step = [&](std::size_t i, std::size_t lane) {
    double const before = a[i];
    double const after = f * before + x[i];
    double const difference = after - before;
    cross[lane] += before * difference;
    change[lane] += difference * difference;
    square[lane] += after * after;
    a[i] = after;
  };
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) step(i + lane, lane);
  for (std::size_t i = whole; i < a.size(); ++i) step(i, 0);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums[0] += cross[lane];
    sums[1] += change[lane];
    sums[2] += square[lane];
  }
}

/// ratio of norms from their squares; 0 where the numerator is.
double relative(double square, double reference_square) {
  if (square == 0) return 0;
  return reference_square > 0 ? std::sqrt(square / reference_square)
                              : std::numeric_limits<double>::infinity();
}

std::size_t index(std::int64_t k) {
  return static_cast<std::size_t>(k);
}

}  // namespace

ClairIteration::ClairIteration(ClientStack const& stack, ClairSettings const& settings, DenseMatrix mean,
                               double data_norm)
    : stack_(stack),
      settings_(settings),
      data_norm_(data_norm),
      a_(stack.rows(), stack.own().columns),
      f_(index(stack.clients())),
      y_(index(stack.clients())),
      squares_(index(stack.clients())),
      mean_(std::move(mean)),
      common_(mean_),
      subspace_(stack.communicator(), stack.rows()),
      violation_(index(stack.clients())) {
  std::int64_t const most = columns_at_once(stack.rows());
  std::int64_t widest = 0;
  auto const& pieces = stack.pieces();
  for (std::size_t begin = 0; begin < pieces.size();) {
    Chunk chunk{begin, begin, 0, pieces[begin].at};
    while (chunk.end < pieces.size() &&
           (chunk.columns == 0 || chunk.columns + pieces[chunk.end].columns.size() <= most))
      chunk.columns += pieces[chunk.end++].columns.size();
    widest = std::max(widest, chunk.columns);
    chunks_.push_back(chunk);
    begin = chunk.end;
  }
  x_ = DenseMatrix(stack.rows(), widest);
}

void ClairIteration::move_common() {
  if (settings_.common == ClairSettings::CommonPart::zero) return;
  common_ = DenseMatrix(stack_.rows(), stack_.columns());
  for (auto const& piece : stack_.pieces()) {
    double const weight =
        (y_[index(piece.client)] - f_[index(piece.client)]) / static_cast<double>(stack_.clients());
    if (weight == 0) continue;
    auto const from = a_.columns_from(piece.at, piece.columns.size());
    double* const to = common_.column(piece.columns.begin).data();
    std::int64_t const size = from.rows * from.columns;
    for (std::int64_t i = 0; i < size; ++i) to[i] += weight * from.data[i];
  }
  mpi::sum_in_place(stack_.communicator(), common_.values());
  for (std::size_t k = 0; k < common_.values().size(); ++k) common_.values()[k] += mean_.values()[k];
}

MatrixView ClairIteration::argument(Chunk const& chunk) {
  MatrixView const x = x_.columns_from(0, chunk.columns);
  for (std::size_t k = chunk.begin; k < chunk.end; ++k) {
    auto const& piece = stack_.pieces()[k];
    double const factor = y_[index(piece.client)] - f_[index(piece.client)];
    double const* const m = stack_.at(piece).data;
    double const* const a = a_.column(piece.at).data();
    double const* const c = common_.column(piece.columns.begin).data();
    double* const to = x.column(piece.at - chunk.at).data();
    std::int64_t const size = stack_.rows() * piece.columns.size();
    for (std::int64_t i = 0; i < size; ++i) to[i] = m[i] - c[i] + factor * a[i];
  }
  return x;
}

prox::ShrinkingFactor ClairIteration::above(double threshold, Columns const& columns) {
  auto const& comm = stack_.communicator();
  if (stack_.rows() <= kLargestGram) {
    DenseMatrix gram(stack_.rows(), stack_.rows());
    for (auto const& chunk : chunks_)
      linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, columns(chunk), 1, gram.view());
    mpi::sum_in_place(comm, gram.values());
    return prox::shrinking_factor(comm, gram.view(), threshold);
  }
  return subspace_.above(
      [&](ConstMatrixView in, MatrixView out) {
        for (std::int64_t j = 0; j < out.columns; ++j) std::ranges::fill(out.column(j), 0.0);
        DenseMatrix inner(x_.columns(), in.columns);
        for (auto const& chunk : chunks_) {
          MatrixView const x = columns(chunk);
          MatrixView const part = inner.view().block(0, 0, chunk.columns, in.columns);
          linalg::gemm(Transpose::yes, Transpose::no, 1, x, in, 0, part);
          linalg::gemm(Transpose::no, Transpose::no, 1, x, part, 1, out);
        }
      },
      threshold, kSubspaceTolerance);
}

prox::AdmmStep ClairIteration::iterate(double penalty) {
  std::size_t const clients = f_.size();
  move_common();
  low_rank_ = above(1 / penalty, [this](Chunk const& chunk) { return argument(chunk); });

  std::vector<double> sums(3 * clients);
  for (auto const& chunk : chunks_) {
    bool const is_there = chunks_.size() == 1 && stack_.rows() <= kLargestGram;
    MatrixView const x = is_there ? x_.columns_from(0, chunk.columns) : argument(chunk);
    low_rank_.subtract(x);
    for (std::size_t k = chunk.begin; k < chunk.end; ++k) {
      auto const& piece = stack_.pieces()[k];
      auto const size = static_cast<std::size_t>(stack_.rows() * piece.columns.size());
      advance({a_.column(piece.at).data(), size}, {x.column(piece.at - chunk.at).data(), size},
              f_[index(piece.client)], &sums[3 * index(piece.client)]);
    }
  }
  mpi::sum_in_place(stack_.communicator(), sums);

  double primal = 0, dual = 0, multipliers = 0;
  value_of_blocks_ = 0;
  for (std::size_t k = 0; k < clients; ++k) {
    BlockSums const block{squares_[k], sums[3 * k], sums[3 * k + 1]};
    squares_[k] = sums[3 * k + 2];
    double const norm = std::sqrt(squares_[k]);
    double const f = settings_.price.kept_fraction(norm, penalty);
    violation_[k] = std::sqrt(block.combination(1, y_[k]));
    primal += block.combination(1 - f, y_[k]);
    dual += block.combination(f, f_[k]);
    multipliers += (1 - f) * (1 - f) * squares_[k];
    value_of_blocks_ += settings_.price.value(f * norm);
    f_[k] = f;
    y_[k] = 1 - f;
  }
  return {low_rank_.nuclear_norm() + value_of_blocks_, relative(primal, data_norm_ * data_norm_),
          relative(dual, multipliers)};
}

void ClairIteration::change_penalty(double from, double to) {
  for (double& factor : y_) factor *= from / to;
}

void ClairIteration::between_iterations(std::int64_t iteration, double penalty) {
  if (save_ != nullptr && *save_) (*save_)([&] { return state(iteration, penalty); });
}

std::vector<std::byte> ClairIteration::state(std::int64_t iteration, double penalty) const {
  bytes::Writer writer;
  writer.put(iteration, penalty, tolerance_, f_, y_, squares_, a_.values(), subspace_.start().values());
  return writer.take();
}

ClairIteration::Position ClairIteration::continue_from(std::span<std::byte const> state) {
  Position position;
  bytes::Reader reader(state);
  position.iteration = reader.get<std::int64_t>();
  position.penalty = reader.get<double>();
  position.tolerance = reader.get<double>();
  for (auto* const part : {&f_, &y_, &squares_}) *part = reader.get<std::vector<double>>();
  std::ranges::copy(reader.get<std::vector<double>>(), a_.values().begin());
  auto const start = reader.get<std::vector<double>>();
  DenseMatrix vectors(stack_.rows(), static_cast<std::int64_t>(start.size()) / stack_.rows());
  std::ranges::copy(start, vectors.values().begin());
  subspace_.set_start(std::move(vectors));
  return position;
}

}  // namespace thresher::federated_lora
