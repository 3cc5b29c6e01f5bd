#include "experiments/mixed_quality_lasso/solvers/weighted_design.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

std::vector<double const*> shifted(std::span<double const* const> pointers, std::int64_t offset) {
  std::vector<double const*> moved;
  moved.reserve(pointers.size());
  for (auto const* pointer : pointers) moved.push_back(pointer + offset);
  return moved;
}

}  // namespace

WeightedDesign::WeightedDesign(DataSet const& data, std::int64_t n1, std::int64_t n2,
                               std::span<double const> weights, Storage storage)
    : data_(data),
      n1_(n1),
      n2_(n2),
      root_high_(std::sqrt(weights[0])),
      root_low_(std::sqrt(weights[1])),
      storage_(storage),
      held_high_(data.rows().held(n1)),
      held_low_(data.rows().held(n2)),
      norms_(data.column_norms(n1, n2)) {}

std::vector<double> WeightedDesign::scaled(std::span<double const> v) const {
  std::vector<double> result(v.begin(), v.end());
  for (std::int64_t i = 0; i < n1_; ++i) result[static_cast<std::size_t>(i)] *= root_high_;
  for (std::int64_t i = n1_; i < n1_ + n2_; ++i) result[static_cast<std::size_t>(i)] *= root_low_;
  return result;
}

void WeightedDesign::measure_norms(std::span<std::int64_t const> which,
                                   std::span<double const* const> pointers) const {
  auto const begin = local_columns().begin;
  std::vector<std::size_t> missing;
  for (std::size_t k = 0; k < which.size(); ++k)
    if (std::isnan(norms_->high[static_cast<std::size_t>(which[k] - begin)])) missing.push_back(k);
  if (missing.empty()) return;
  std::vector<double const*> columns;
  for (auto const k : missing) columns.push_back(pointers[k]);
  std::vector<double> high(missing.size(), 0.0);
  std::vector<double> low(missing.size(), 0.0);
  linalg::add_squared_norms(columns, n1_, high);
  linalg::add_squared_norms(shifted(columns, data_.columns().high_quality_rows()), n2_, low);
  for (std::size_t m = 0; m < missing.size(); ++m) {
    auto const at = static_cast<std::size_t>(which[missing[m]] - begin);
    norms_->high[at] = high[m];
    norms_->low[at] = low[m];
  }
}

void WeightedDesign::correlate_at(std::span<std::int64_t const> which,
                                  std::span<double const* const> pointers, std::span<double const> scaled_v,
                                  std::span<double> result) const {
  measure_norms(which, pointers);
  auto const high = static_cast<std::size_t>(n1_);
  std::fill(result.begin(), result.end(), 0.0);
  if (root_high_ > 0) linalg::add_column_products(pointers, scaled_v.first(high), result);
  if (root_low_ > 0)
    linalg::add_column_products(shifted(pointers, data_.columns().high_quality_rows()),
                                scaled_v.subspan(high), result);
}

void WeightedDesign::correlate(std::span<std::int64_t const> which, linalg::ConstMatrixView vectors,
                               linalg::MatrixView products) const {
  std::vector<std::vector<double>> scaled_vectors;
  for (std::int64_t m = 0; m < vectors.columns; ++m) scaled_vectors.push_back(scaled(vectors.column(m)));
  data_.columns().visit(which, storage_, [&](std::size_t first, std::span<double const* const> pointers) {
    for (std::int64_t m = 0; m < vectors.columns; ++m)
      correlate_at(which.subspan(first, pointers.size()), pointers,
                   scaled_vectors[static_cast<std::size_t>(m)],
                   products.column(m).subspan(first, pointers.size()));
  });
}

void WeightedDesign::squared_norms(std::span<std::int64_t const> which, std::span<double> norms) const {
  auto const begin = local_columns().begin;
  std::vector<std::int64_t> missing;
  for (auto const column : which)
    if (std::isnan(norms_->high[static_cast<std::size_t>(column - begin)])) missing.push_back(column);
  if (!missing.empty())
    data_.columns().visit(missing, storage_, [&](std::size_t first, std::span<double const* const> pointers) {
      measure_norms(std::span<std::int64_t const>(missing).subspan(first, pointers.size()), pointers);
    });
  for (std::size_t k = 0; k < which.size(); ++k) {
    auto const at = static_cast<std::size_t>(which[k] - begin);
    norms[k] = root_high_ * root_high_ * norms_->high[at] + root_low_ * root_low_ * norms_->low[at];
  }
}

void WeightedDesign::combine(std::span<std::int64_t const> which, std::span<double const> coefficients,
                             std::span<double> sum) const {
  std::fill(sum.begin(), sum.end(), 0.0);
  auto& columns = data_.columns();
  auto const high = static_cast<std::size_t>(n1_);
  columns.visit(which, storage_, [&](std::size_t first, std::span<double const* const> pointers) {
    auto const values = coefficients.subspan(first, pointers.size());
    if (root_high_ > 0) linalg::add_combination(pointers, values, sum.first(high));
    if (root_low_ > 0)
      linalg::add_combination(shifted(pointers, columns.high_quality_rows()), values, sum.subspan(high));
  });
  auto const weighted = scaled(sum);
  std::copy(weighted.begin(), weighted.end(), sum.begin());
  if (communicator().size() > 1) mpi::sum_in_place(communicator(), sum);
}

void WeightedDesign::gather_panel(std::span<std::int64_t const> which, linalg::MatrixView panel) const {
  auto const& columns = data_.columns();
  bool const whole_columns = communicator().size() == 1;
  for (std::size_t k = 0; k < which.size(); ++k) {
    auto const out = panel.column(static_cast<std::int64_t>(k));
    double const* const stored = whole_columns ? columns.stored(which[k]) : nullptr;
    auto const take = [&](std::int64_t first_id, std::int64_t rows, std::int64_t in_column,
                          std::int64_t offset) {
      data_.rows().for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
        auto const run =
            out.subspan(static_cast<std::size_t>(offset + at), static_cast<std::size_t>(end - begin));
        if (stored != nullptr)
          std::copy_n(stored + in_column + begin, end - begin, run.begin());
        else
          data_.fill_rows(first_id, begin, end, which[k], run);
      });
    };
    take(0, n1_, 0, 0);
    take(kLowQualityRow, n2_, columns.high_quality_rows(), held_high_);
    for (std::int64_t i = 0; i < held_high_; ++i) out[static_cast<std::size_t>(i)] *= root_high_;
    for (std::int64_t i = held_high_; i < held_high_ + held_low_; ++i)
      out[static_cast<std::size_t>(i)] *= root_low_;
  }
}

void WeightedDesign::whole_columns(std::span<std::int64_t const> which, linalg::MatrixView out) const {
  auto const& columns = data_.columns();
  for (std::size_t k = 0; k < which.size(); ++k) {
    auto const to = out.column(static_cast<std::int64_t>(k));
    auto const high = to.first(static_cast<std::size_t>(n1_));
    auto const low = to.subspan(static_cast<std::size_t>(n1_));
    if (double const* const stored = columns.stored(which[k])) {
      std::copy_n(stored, n1_, high.begin());
      std::copy_n(stored + columns.high_quality_rows(), n2_, low.begin());
    } else {
      data_.fill_rows(0, 0, n1_, which[k], high);
      data_.fill_rows(kLowQualityRow, 0, n2_, which[k], low);
    }
    for (double& entry : high) entry *= root_high_;
    for (double& entry : low) entry *= root_low_;
  }
}

void WeightedDesign::take_panel_rows(std::span<double const> full, std::span<double> part) const {
  auto const copy = [&](std::int64_t rows, std::int64_t from, std::int64_t to) {
    data_.rows().for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
      std::copy_n(full.begin() + from + begin, end - begin, part.begin() + to + at);
    });
  };
  copy(n1_, 0, 0);
  copy(n2_, n1_, held_high_);
}

void WeightedDesign::assemble_rows(std::span<double const> part, std::span<double> full) const {
  std::fill(full.begin(), full.end(), 0.0);
  auto const copy = [&](std::int64_t rows, std::int64_t from, std::int64_t to) {
    data_.rows().for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
      std::copy_n(part.begin() + from + at, end - begin, full.begin() + to + begin);
    });
  };
  copy(n1_, 0, 0);
  copy(n2_, held_high_, n1_);
  // Every row has one owner: adding the others' zeros leaves its bits alone.
  if (communicator().size() > 1) mpi::sum_in_place(communicator(), full);
}

}  // namespace thresher::mixed_quality_lasso
