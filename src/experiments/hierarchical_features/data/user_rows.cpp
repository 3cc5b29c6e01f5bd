#include "experiments/hierarchical_features/data/user_rows.hpp"

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::hierarchical_features {

namespace {

constexpr std::int64_t kEntriesAtOnce = std::int64_t{1} << 20;

std::int64_t rows_at_once(std::int64_t columns) {
  return std::max<std::int64_t>(1, kEntriesAtOnce / std::max<std::int64_t>(columns, 1));
}

/// Shows the rows of a data set in slabs.
template <class Visit>
void visit_slabs(study::InputReader const& input, std::string const& name, std::int64_t rows,
                 std::int64_t columns, Visit visit) {
  auto const step = rows_at_once(columns);
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    mpi::Range const slab{begin, std::min(begin + step, rows)};
    visit(slab, input.read(name, slab, {0, columns}));
  }
}

std::vector<std::int64_t> matrix_extents(study::InputReader const& input, std::string const& name) {
  auto extents = input.extents(name);
  if (extents.size() != 2 || extents[0] < 1 || extents[1] < 1)
    throw study::UserError(fmt::format("input: /{} must have two dimensions, rows and columns", name));
  return extents;
}

void expect_labels(study::InputReader const& input, std::string const& name, std::int64_t rows) {
  auto const extents = input.extents(name);
  if (extents.empty() || extents.front() != rows ||
      std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>()) != rows)
    throw study::UserError(fmt::format("input: /{} must have {} entries, one per row; {}", name, rows,
                                       study::kOrderOfDimensions));
  auto least = std::numeric_limits<double>::infinity();
  auto most = -least;
  visit_slabs(input, name, rows, 1, [&](mpi::Range, std::vector<double> const& labels) {
    auto const [low, high] = std::ranges::minmax(labels);
    least = std::min(least, low);
    most = std::max(most, high);
  });
  if (!numerics::differ_beyond_rounding(least, most))
    throw study::UserError(fmt::format(
        "input: /{} is constant ({}); allowed are values that differ by more than rounding", name, most));
}

/// Mean and variance of every column.
struct Moments {
  std::vector<double> mean;
  std::vector<double> variance;
};
Moments column_moments(study::InputReader const& input, std::string const& name, std::int64_t rows,
                       std::int64_t columns) {
  auto const width = static_cast<std::size_t>(columns);
  Moments moments{std::vector<double>(width), std::vector<double>(width)};
  auto const add = [&](std::vector<double>& sums, auto term) {
    visit_slabs(input, name, rows, columns, [&](mpi::Range, std::vector<double> const& entries) {
      for (std::size_t at = 0; at < entries.size(); ++at)
        sums[at % width] += term(entries[at], at % width) / static_cast<double>(rows);
    });
  };
  add(moments.mean, [](double entry, std::size_t) { return entry; });
  add(moments.variance, [&](double entry, std::size_t column) {
    return (entry - moments.mean[column]) * (entry - moments.mean[column]);
  });
  return moments;
}

/// Whether the deviations in some column are more than the rounding of its mean.
bool any_varies(Moments const& moments) {
  for (std::size_t k = 0; k < moments.mean.size(); ++k)
    if (numerics::differ_beyond_rounding(moments.mean[k], moments.mean[k] + std::sqrt(moments.variance[k])))
      return true;
  return false;
}

}  // namespace

UserFacts examine_user_file(study::InputReader const& input) {
  UserFacts facts;
  bool const has_inputs = input.has("data/x");
  facts.gives_features = input.has("data/features");
  if (has_inputs == facts.gives_features)
    throw study::UserError("input: needs one of /data/x and /data/features, and /data/y");
  std::string const name = facts.gives_features ? "data/features" : "data/x";
  auto const extents = matrix_extents(input, name);
  facts.rows = extents[0];
  facts.columns = extents[1];
  if (!input.has("data/y")) throw study::UserError("input: has no /data/y");
  expect_labels(input, "data/y", facts.rows);
  auto const moments = column_moments(input, name, facts.rows, facts.columns);
  if (!any_varies(moments))
    throw study::UserError(
        fmt::format("input: every column of /{} is constant; allowed are rows that differ", name));
  for (std::size_t k = 0; k < moments.mean.size(); ++k) {
    if (std::abs(moments.mean[k]) > std::abs(facts.worst_mean)) facts.worst_mean = moments.mean[k];
    if (std::abs(moments.variance[k] - 1) > std::abs(facts.worst_variance - 1))
      facts.worst_variance = moments.variance[k];
  }
  bool const has_test = input.has(name + "_test");
  if (has_test != input.has("data/y_test"))
    throw study::UserError(fmt::format("input: /{}_test and /data/y_test come together", name));
  if (has_test) {
    auto const test = matrix_extents(input, name + "_test");
    if (test[1] != facts.columns)
      throw study::UserError(fmt::format("input: /{}_test has {} columns; allowed are {}, as /{} has", name,
                                         test[1], facts.columns, name));
    facts.test_rows = test[0];
    expect_labels(input, "data/y_test", facts.test_rows);
    visit_slabs(input, name + "_test", facts.test_rows, facts.columns,
                [](mpi::Range, std::vector<double> const&) {});
  }
  return facts;
}

UserRows::UserRows(Parameters const& point, study::Team& team)
    : input_(*team.input()),
      facts_(*point.input),
      sizes_(sizes_of(point)),
      name_(point.input->gives_features ? "data/features" : "data/x") {
  auto const& comm = team.communicator();
  mpi::agree(comm, [&] {
    order_ = team.stream("split").sequence({}, 0).permutation(facts_.rows);
    if (point.whiten != Whiten::none && comm.rank() == 0) learn_whitening(point.whiten);
  });
  mpi::broadcast_vector(comm, mean_);
  mpi::broadcast_vector(comm, scale_);
  mpi::broadcast_vector(comm, rotation_);
}

void UserRows::learn_whitening(Whiten whiten) {
  auto const moments = column_moments(input_, name_, facts_.rows, facts_.columns);
  mean_ = moments.mean;
  if (whiten == Whiten::diag) {
    for (double const variance : moments.variance)
      scale_.push_back(variance > 0 ? 1 / std::sqrt(variance) : 0);
    return;
  }
  auto const columns = facts_.columns;
  rotation_.resize(static_cast<std::size_t>(columns * columns));
  linalg::MatrixView const covariance(rotation_.data(), columns, columns);
  visit_slabs(input_, name_, facts_.rows, columns, [&](mpi::Range rows, std::vector<double> entries) {
    for (std::size_t at = 0; at < entries.size(); ++at)
      entries[at] -= mean_[at % static_cast<std::size_t>(columns)];
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1 / static_cast<double>(facts_.rows),
                 {entries.data(), columns, rows.size()}, 1, covariance);
  });
  std::vector<double> values(static_cast<std::size_t>(columns));
  linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, covariance, values);
  // C^(-1/2), without the directions in which nothing varies.
  auto scaled = rotation_;
  linalg::MatrixView const roots(scaled.data(), columns, columns);
  for (std::int64_t j = 0; j < columns; ++j) {
    double const value = values[static_cast<std::size_t>(j)];
    double const root = value > 1e-12 * values.back() ? 1 / std::sqrt(value) : 0;
    for (double& entry : roots.column(j)) entry *= root;
  }
  auto const vectors = rotation_;
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, roots, {vectors.data(), columns, columns}, 0,
               covariance);
}

UserRows::Place UserRows::place(Fold fold, mpi::Range rows) const {
  Place place;
  if (fold == Fold::test && facts_.test_rows > 0) {
    place.suffix = "_test";
    for (auto row = rows.begin; row < rows.end; ++row) place.rows.push_back(row);
    return place;
  }
  std::int64_t first = 0;
  for (int before = 0; before < static_cast<int>(fold); ++before) first += sizes_.rows[before];
  for (auto row = rows.begin; row < rows.end; ++row)
    place.rows.push_back(order_[static_cast<std::size_t>(first + row)]);
  return place;
}

std::vector<double> UserRows::read(std::string const& name, std::span<std::int64_t const> rows,
                                   std::int64_t columns) const {
  // In the order of the file, in slabs that hold some of the rows.
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t at) { return rows[at]; });
  std::vector<double> found(rows.size() * static_cast<std::size_t>(columns));
  auto const step = rows_at_once(columns);
  for (std::size_t next = 0; next < order.size();) {
    mpi::Range const slab{rows[order[next]],
                          std::min(rows[order[next]] + step, input_.extents(name).front())};
    auto const entries = input_.read(name, slab, {0, columns});
    for (; next < order.size() && rows[order[next]] < slab.end; ++next)
      std::copy_n(entries.begin() + (rows[order[next]] - slab.begin) * columns, columns,
                  found.begin() + static_cast<std::ptrdiff_t>(order[next]) * columns);
  }
  return found;
}

std::vector<double> UserRows::rows(Fold fold, mpi::Range rows) const {
  auto const where = place(fold, rows);
  auto const columns = facts_.columns;
  auto entries = read(name_ + where.suffix, where.rows, columns);
  if (mean_.empty()) return entries;
  auto const width = static_cast<std::size_t>(columns);
  for (std::size_t at = 0; at < entries.size(); ++at) entries[at] -= mean_[at % width];
  if (!scale_.empty()) {
    for (std::size_t at = 0; at < entries.size(); ++at) entries[at] *= scale_[at % width];
    return entries;
  }
  std::vector<double> whitened(entries.size());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, {rotation_.data(), columns, columns},
               {entries.data(), columns, rows.size()}, 0, {whitened.data(), columns, rows.size()});
  return whitened;
}

std::vector<double> UserRows::labels(Fold fold, mpi::Range rows) const {
  auto const where = place(fold, rows);
  return read("data/y" + where.suffix, where.rows, 1);
}

}  // namespace thresher::hierarchical_features
