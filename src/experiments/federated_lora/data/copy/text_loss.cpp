#include "experiments/federated_lora/data/copy/text_loss.hpp"

#include "experiments/federated_lora/data/copy/softmax_rows.hpp"

#include <algorithm>
#include <utility>

namespace thresher::federated_lora {

using linalg::Coefficients;
using linalg::ConstMatrixView;
using linalg::Panel;

namespace {

/// Positions whose contexts, logits and targets stay in the first cache from one product to the next.
constexpr std::int64_t kPositionsAtOnce = 3 * linalg::kPanelRows;

/// Calls visit(begin, count) for pieces of the padded rows.
template <class Visit>
void visit_positions(std::int64_t rows, Visit const& visit) {
  for (std::int64_t begin = 0; begin < rows; begin += kPositionsAtOnce)
    visit(begin, std::min(kPositionsAtOnce, rows - begin));
}

/// The rows of a panel without the padding.
linalg::MatrixView rows_of(Panel& panel, std::int64_t rows) {
  return panel.view().block(0, 0, rows, panel.columns());
}
ConstMatrixView rows_of(Panel const& panel, std::int64_t rows) {
  return panel.view().block(0, 0, rows, panel.columns());
}

}  // namespace

TextLoss::TextLoss(Transformer const& network, Text const& source, std::span<std::int32_t const> targets)
    : positions_(static_cast<double>(targets.size())),
      readout_(network.readout.view()),
      targets_(panel_targets(targets)) {
  auto const contexts = attend(network, source);
  contexts_ = Panel(contexts.values.view());
  base_ = Panel(logits(network, contexts, network.value.view()).view());
}

TextLoss::WholeSlopes::WholeSlopes(TextLoss const& loss)
    : theta(loss.width(), loss.width()),
      read(loss.vocabulary(), loss.width()),
      slopes(loss.contexts_.padded_rows(), loss.vocabulary()),
      seen(loss.vocabulary(), loss.width()) {}

void TextLoss::differentiate(ConstMatrixView update, WholeSlopes& at) const {
  linalg::panel_product(readout_.view(), Coefficients::transposed(update), at.read.view());
  auto const read = Coefficients::transposed(rows_of(std::as_const(at.read), vocabulary()));
  visit_positions(contexts_.padded_rows(), [&](std::int64_t begin, std::int64_t count) {
    auto const slopes = at.slopes.rows_from(begin, count);
    linalg::panel_product(base_.rows_from(begin, count), contexts_.rows_from(begin, count), read, slopes);
    softmax_slopes(slopes, std::span(targets_).subspan(begin, count), 1 / positions_);
  });
  linalg::panel_overlaps(at.slopes.view(), contexts_.view(), rows_of(at.seen, vocabulary()));
  linalg::panel_overlaps(at.seen.view(), readout_.view(), at.theta.view());
}

TextLoss::FactorSlopes::FactorSlopes(TextLoss const& loss, std::int64_t rank)
    : f(loss.width(), rank),
      g(rank, loss.width()),
      inner(loss.contexts_.padded_rows(), rank),
      outer(loss.vocabulary(), rank),
      slopes(loss.contexts_.padded_rows(), loss.vocabulary()),
      pulled(loss.contexts_.padded_rows(), rank),
      seen(loss.vocabulary(), rank) {}

void TextLoss::differentiate(ConstMatrixView f, ConstMatrixView g, FactorSlopes& at) const {
  linalg::panel_product(readout_.view(), Coefficients::transposed(g), at.outer.view());
  auto const outer = rows_of(std::as_const(at.outer), vocabulary());
  visit_positions(contexts_.padded_rows(), [&](std::int64_t begin, std::int64_t count) {
    auto const inner = at.inner.rows_from(begin, count);
    auto const slopes = at.slopes.rows_from(begin, count);
    linalg::panel_product(contexts_.rows_from(begin, count), Coefficients::of(f), inner);
    linalg::panel_product(base_.rows_from(begin, count), inner, Coefficients::transposed(outer), slopes);
    softmax_slopes(slopes, std::span(targets_).subspan(begin, count), 1 / positions_);
    linalg::panel_product(slopes, Coefficients::of(outer), at.pulled.rows_from(begin, count));
  });
  linalg::panel_overlaps(contexts_.view(), at.pulled.view(), at.f.view());
  linalg::panel_overlaps(at.slopes.view(), at.inner.view(), rows_of(at.seen, vocabulary()));
  linalg::panel_overlaps(at.seen.view(), readout_.view(), at.g.view());
}

TextLoss::Reading TextLoss::read(ConstMatrixView update) const {
  Panel read(vocabulary(), width());
  linalg::panel_product(readout_.view(), Coefficients::transposed(update), read.view());
  auto const factors = Coefficients::transposed(rows_of(std::as_const(read), vocabulary()));
  Panel some(kPositionsAtOnce, vocabulary());
  TextScore sums;
  visit_positions(contexts_.padded_rows(), [&](std::int64_t begin, std::int64_t count) {
    auto const logits = some.rows_from(0, count);
    linalg::panel_product(base_.rows_from(begin, count), contexts_.rows_from(begin, count), factors, logits);
    auto const score = score_rows(logits, std::span(targets_).subspan(begin, count));
    sums.loss += score.loss;
    sums.right += score.right;
  });
  return {sums.right / positions_, sums.loss / positions_};
}

}  // namespace thresher::federated_lora
