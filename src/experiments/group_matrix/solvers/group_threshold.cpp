#include "experiments/group_matrix/solvers/group_threshold.hpp"

#include "experiments/group_matrix/solvers/power_step.hpp"
#include "linalg/narrow_products.hpp"
#include "linalg/owned_matrices.hpp"
#include "mpi/owned_items.hpp"
#include "prox/singular_value_threshold.hpp"

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Steps of block power iteration take more than Gram matrices where the rank is above this part of the
/// order.
constexpr std::int64_t kGramPerApproximateRank = 2;
/// What is expected before anything was found.
constexpr std::int64_t kFirstRank = 8;
/// Numbers in Gram matrices that are held at once.
constexpr std::int64_t kGramsAtOnce = std::int64_t{1} << 25;
/// Numbers that a rank may hold for groups that are thresholded at once, where it has more than one of them:
/// ranks wait less for each other when each has several.
constexpr std::int64_t kNumbersAtOnce = std::int64_t{1} << 22;
/// Residuals of singular vectors by products, relative to the largest squared singular value.
constexpr double kSubspaceTolerance = 1e-10;

/// From V^T X: V^T times what is left of X.
void weigh(ThresholdedRows& result) {
  for (std::int64_t s = 0; s < result.coefficients.columns(); ++s)
    for (std::int64_t k = 0; k < result.rank(); ++k)
      result.coefficients(k, s) *= 1 - result.threshold / result.singular_values[static_cast<std::size_t>(k)];
}

/// V^T X from Q^T X of the panels Q that V combines.
DenseMatrix combined(DenseMatrix const& combination, std::vector<DenseMatrix> const& parts) {
  DenseMatrix result(combination.columns(), parts.front().columns());
  std::int64_t at = 0;
  for (auto const& part : parts) {
    linalg::gemm(Transpose::yes, Transpose::no, 1,
                 combination.view().block(at, 0, part.rows(), combination.columns()), part.view(), 1,
                 result.view());
    at += part.rows();
  }
  return result;
}

}  // namespace

GroupThreshold::GroupThreshold(mpi::Communicator const& comm, std::int64_t columns,
                               std::vector<GroupRows const*> groups, prox::SubspaceEffort effort)
    : comm_(comm),
      columns_(columns),
      groups_(std::move(groups)),
      effort_(effort),
      ranks_of_(groups_.size()),
      ranks_(groups_.size(), kFirstRank) {
  for (std::size_t g = 0; g < groups_.size(); ++g) subspaces_.emplace_back(comm_, columns_, effort_);
  holdings_ = holders(comm_, groups_);
  for (auto const& holding : holdings_)
    for (auto const g : holding.items) ranks_of_[g] = holding.size;
}

std::int64_t GroupThreshold::order(std::size_t g) const {
  return std::min(groups_[g]->size, columns_);
}

GroupThreshold::Way GroupThreshold::way(std::size_t g) const {
  bool const by_gram = is_small(g) || (order(g) <= kLargestGram && kGramPerRank * ranks_[g] > order(g));
  if (!by_gram) return Way::products;
  return ranks_of_[g] == 1 && groups_[g]->size < columns_ ? Way::row_gram : Way::column_gram;
}

prox::GramProduct GroupThreshold::product_of(RowOperator const& x, std::size_t g) const {
  return [this, &x, g](ConstMatrixView in, MatrixView out) {
    auto inner = DenseMatrix::unset(in.columns, groups_[g]->own_count());
    x.gram_product(g, in, inner.view(), out);
  };
}

void GroupThreshold::complete(RowOperator const& x, std::size_t g, ThresholdedRows& result) const {
  result.coefficients = DenseMatrix::unset(result.rank(), groups_[g]->own_count());
  if (result.rank() == 0) return;
  x.multiply(g, result.vectors.view(), result.coefficients.view());
  weigh(result);
}

void GroupThreshold::by_gram(mpi::Communicator const& comm, RowOperator const& x,
                             std::vector<std::size_t> const& groups, std::span<double const> thresholds,
                             std::vector<ThresholdedRows>& results) const {
  for (std::size_t begin = 0; begin < groups.size();) {
    std::vector<std::size_t> batch;
    std::vector<std::int64_t> at{0};
    for (; begin < groups.size(); ++begin) {
      auto const order = way(groups[begin]) == Way::row_gram ? groups_[groups[begin]]->size : columns_;
      if (!batch.empty() && at.back() + order * order > kGramsAtOnce) break;
      batch.push_back(groups[begin]);
      at.push_back(at.back() + order * order);
    }
    std::vector<double> values(static_cast<std::size_t>(at.back()));
    std::vector<MatrixView> grams;
    std::vector<double> levels;
    for (std::size_t b = 0; b < batch.size(); ++b) {
      bool const by_rows = way(batch[b]) == Way::row_gram;
      auto const order = by_rows ? groups_[batch[b]]->size : columns_;
      grams.emplace_back(values.data() + at[b], order, order);
      levels.push_back(thresholds[batch[b]]);
      auto const panel = x.panel(batch[b]);
      linalg::small_gram(by_rows ? Transpose::yes : Transpose::no, panel, grams.back());
    }
    std::vector<std::span<double>> parts;
    for (auto const& gram : grams)
      parts.emplace_back(gram.data, static_cast<std::size_t>(gram.rows * gram.columns));
    mpi::sum_on_owners(comm, mpi::in_turn(comm, parts.size()), parts);
    auto factors = prox::shrinking_factors(comm, grams, levels);
    for (std::size_t b = 0; b < batch.size(); ++b) {
      auto const g = batch[b];
      auto& result = results[g];
      auto& factor = factors[b];
      std::int64_t const rank = effort_.most > 0 ? std::min(factor.rank(), effort_.most) : factor.rank();
      factor.singular_values.resize(static_cast<std::size_t>(rank));
      result.singular_values = std::move(factor.singular_values);
      result.threshold = levels[b];
      result.vectors = DenseMatrix::unset(columns_, rank);
      auto const found = factor.vectors.columns_from(0, rank);
      if (way(g) == Way::column_gram) {
        std::copy_n(found.data, columns_ * rank, result.vectors.values().data());
        complete(x, g, result);
      } else {
        complete_from_rows(x, g, found, result);
      }
    }
  }
}

void GroupThreshold::complete_from_rows(RowOperator const& x, std::size_t g, ConstMatrixView u,
                                        ThresholdedRows& result) const {
  linalg::gemm(Transpose::no, Transpose::no, 1, x.panel(g), u, 0, result.vectors.view());
  result.coefficients = DenseMatrix::unset(u.columns, groups_[g]->own_count());
  for (std::int64_t k = 0; k < u.columns; ++k) {
    double const s = result.singular_values[static_cast<std::size_t>(k)];
    for (double& entry : result.vectors.column(k)) entry /= s;
    for (std::int64_t i = 0; i < result.coefficients.columns(); ++i)
      result.coefficients(k, i) = (s - result.threshold) * u(i, k);
  }
}

std::vector<std::vector<std::size_t>> GroupThreshold::together(
    int ranks, std::vector<std::size_t> const& groups,
    std::function<std::int64_t(std::size_t)> const& numbers) {
  std::vector<std::vector<std::size_t>> batches;
  std::int64_t held = 0;
  for (auto const g : groups) {
    held += numbers(g);
    bool const has_room = !batches.empty() && (std::ssize(batches.back()) < ranks ||
                                               (ranks > 1 && held <= kNumbersAtOnce * ranks));
    if (!has_room) {
      batches.emplace_back();
      held = numbers(g);
    }
    batches.back().push_back(g);
  }
  return batches;
}

void GroupThreshold::by_products(mpi::Communicator const& comm, RowOperator const& x,
                                 std::vector<std::size_t> const& groups, std::span<double const> thresholds,
                                 std::vector<ThresholdedRows>& results) {
  auto const numbers = [&](std::size_t g) {
    return prox::ThresholdedSubspace::numbers_held(columns_, std::max(kFirstRank, ranks_[g]) + effort_.guard);
  };
  for (auto const& batch : together(comm.size(), groups, numbers)) {
    std::vector<std::vector<DenseMatrix>> overlaps(batch.size());  // Q^T X of the first panels Q
    std::vector<prox::ThresholdedSubspace::Request> requests;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      auto const multiply = [&, k](ConstMatrixView in, MatrixView out) {
        auto inner = DenseMatrix::unset(in.columns, groups_[batch[k]]->own_count());
        x.gram_product(batch[k], in, inner.view(), out);
        if (std::ssize(overlaps[k]) < prox::ThresholdedSubspace::kPanelsCombined)
          overlaps[k].push_back(std::move(inner));
      };
      requests.push_back({&subspaces_[batch[k]], multiply, thresholds[batch[k]]});
    }
    auto found = prox::ThresholdedSubspace::above(comm, requests, kSubspaceTolerance);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      auto& result = results[batch[k]];
      auto& [factor, combination] = found[k];
      result.singular_values = std::move(factor.singular_values);
      result.vectors = std::move(factor.vectors);
      if (combination.rows() == 0) {
        complete(x, batch[k], result);
      } else {
        result.coefficients = combined(combination, overlaps[k]);
        weigh(result);
      }
    }
  }
}

void GroupThreshold::spread(std::vector<ThresholdedRows>& results) const {
  std::vector<int> owners;
  std::vector<std::vector<double>> values;
  std::vector<DenseMatrix*> vectors;
  std::vector<std::size_t> groups;
  for (auto const& holding : holdings_) {
    if (holding.size == comm_.size()) continue;
    for (auto const g : holding.items) {
      owners.push_back(holding.first);
      values.push_back(results[g].singular_values);
      vectors.push_back(&results[g].vectors);
      groups.push_back(g);
    }
  }
  mpi::send_from_owners(comm_, owners, values);
  linalg::send_from_owners(comm_, owners, vectors);
  for (std::size_t k = 0; k < groups.size(); ++k) {
    auto& result = results[groups[k]];
    result.singular_values = std::move(values[k]);
    if (groups_[groups[k]]->own_count() == 0) result.coefficients = DenseMatrix(result.rank(), 0);
  }
}

std::vector<ThresholdedRows> GroupThreshold::thresholded(RowOperator const& x,
                                                         std::span<double const> thresholds,
                                                         std::function<bool(std::size_t)> const& has_gram,
                                                         Iteration iteration) {
  std::vector<ThresholdedRows> results(groups_.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    results[g].vectors = DenseMatrix(columns_, 0);
    results[g].threshold = thresholds[g];
    results[g].coefficients = DenseMatrix(0, groups_[g]->own_count());
  }
  mpi::for_each_held(comm_, holdings_, [&](mpi::Holding const& holding) {
    std::vector<std::size_t> grams, others;
    for (auto const g : holding.items)
      if (thresholds[g] > 0) (has_gram(g) ? grams : others).push_back(g);
    (this->*iteration)(holding.comm, x, others, thresholds, results);
    by_gram(holding.comm, x, grams, thresholds, results);
  });
  spread(results);
  for (std::size_t g = 0; g < groups_.size(); ++g) ranks_[g] = results[g].rank();
  return results;
}

std::vector<ThresholdedRows> GroupThreshold::operator()(RowOperator const& x,
                                                        std::span<double const> thresholds) {
  return thresholded(
      x, thresholds, [&](std::size_t g) { return way(g) != Way::products; }, &GroupThreshold::by_products);
}

bool GroupThreshold::is_small(std::size_t g) const {
  return order(g) <= kSmallGram;
}

bool GroupThreshold::approximates() const {
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (!is_small(g)) return true;
  return false;
}

void GroupThreshold::by_power_steps(mpi::Communicator const& comm, RowOperator const& x,
                                    std::vector<std::size_t> const& groups,
                                    std::span<double const> thresholds,
                                    std::vector<ThresholdedRows>& results) {
  auto const numbers = [&](std::size_t g) {
    return 2 * (columns_ + groups_[g]->size / comm.size()) *
           std::max(kFirstRank, subspaces_[g].start().columns());
  };
  for (auto const& batch : together(comm.size(), groups, numbers)) {
    std::vector<DenseMatrix> starts;
    for (auto const g : batch) starts.push_back(subspaces_[g].start());
    std::vector<PowerStep> steps;
    for (std::size_t k = 0; k < batch.size(); ++k)
      steps.push_back({batch[k], groups_[batch[k]]->own_count(), thresholds[batch[k]], &starts[k]});
    auto found = power_steps(comm, x, steps, effort_);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      results[batch[k]] = std::move(found[k]);
      subspaces_[batch[k]].set_start(std::move(starts[k]));
    }
  }
}

std::vector<ThresholdedRows> GroupThreshold::approximate(RowOperator const& x,
                                                         std::span<double const> thresholds) {
  auto const has_gram = [&](std::size_t g) {
    return is_small(g) || (way(g) != Way::products && kGramPerApproximateRank * ranks_[g] > order(g));
  };
  return thresholded(x, thresholds, has_gram, &GroupThreshold::by_power_steps);
}

ThresholdedRows GroupThreshold::leading(RowOperator const& x, std::size_t group, std::int64_t count) {
  ThresholdedRows result;
  count = std::min({count, groups_[group]->size, columns_});
  if (columns_ > kLargestGram || (columns_ > kSmallGram && kGramPerRank * count <= columns_)) {
    auto factor = subspaces_[group].leading(product_of(x, group), count, kSubspaceTolerance);
    result.singular_values = std::move(factor.singular_values);
    result.vectors = std::move(factor.vectors);
  } else {
    DenseMatrix gram(columns_, columns_);
    linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, x.panel(group), 0, gram.view());
    mpi::sum_in_place(comm_, gram.values());
    auto factor = prox::leading_factor(comm_, gram.view(), count);
    result.singular_values = std::move(factor.singular_values);
    result.vectors = std::move(factor.vectors);
  }
  complete(x, group, result);
  return result;
}

void GroupThreshold::save(bytes::Writer& writer) const {
  writer.put(ranks_);
  for (auto const& subspace : subspaces_) writer.put(subspace.start().values());
}

void GroupThreshold::restore(bytes::Reader& reader) {
  reader.read(ranks_);
  for (auto& subspace : subspaces_) {
    auto const values = reader.get<std::vector<double>>();
    DenseMatrix start(columns_, static_cast<std::int64_t>(values.size()) / columns_);
    std::ranges::copy(values, start.values().begin());
    subspace.set_start(std::move(start));
  }
}

}  // namespace thresher::group_matrix
