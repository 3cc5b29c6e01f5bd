#include "experiments/mixed_quality_lasso/data/user_data.hpp"

#include "mpi/partition.hpp"
#include "numerics/rounding.hpp"
#include "prox/sparse_gather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

namespace thresher::mixed_quality_lasso {

namespace {

std::vector<double> read_vector(study::InputReader const& input, std::string const& name) {
  return input.read(name, {0, input.extents(name).front()}, {0, 1});
}

void expect_length(study::InputReader const& input, std::string const& name, std::int64_t length) {
  auto const extents = input.extents(name);
  std::int64_t entries = 1;
  for (auto const extent : extents) entries *= extent;
  if (extents.empty() || extents.front() != length || entries != length)
    throw study::UserError(
        fmt::format("input: /{} has {} entries; allowed are {}, as /X says", name, entries, length));
}

/// Smallest and largest value of each column, slab by slab.
class ColumnRanges {
 public:
  explicit ColumnRanges(std::int64_t columns)
      : least_(static_cast<std::size_t>(columns), std::numeric_limits<double>::infinity()),
        most_(static_cast<std::size_t>(columns), -std::numeric_limits<double>::infinity()) {}
  void see(std::span<double const> rows) {
    for (std::size_t k = 0, j = 0; k < rows.size(); ++k, j = j + 1 < least_.size() ? j + 1 : 0) {
      least_[j] = std::min(least_[j], rows[k]);
      most_[j] = std::max(most_[j], rows[k]);
    }
  }
  bool any_varies() const {
    for (std::size_t j = 0; j < least_.size(); ++j)
      if (numerics::differ_beyond_rounding(least_[j], most_[j])) return true;
    return false;
  }

 private:
  std::vector<double> least_, most_;
};

/// Reads X whole. An X of which no column varies has nothing to tell.
void check_design(study::InputReader const& input, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kEntriesAtOnce = std::int64_t{1} << 22;
  auto const slab = std::max<std::int64_t>(1, kEntriesAtOnce / columns);
  ColumnRanges ranges(columns);
  for (std::int64_t row = 0; row < rows; row += slab)
    ranges.see(input.read("X", {row, std::min(row + slab, rows)}, {0, columns}));
  if (!ranges.any_varies())
    throw study::UserError("input: every column of /X is constant; allowed are rows that differ");
}

void check_response(study::InputReader const& input) {
  auto const y = read_vector(input, "y");
  auto const [least, most] = std::ranges::minmax(y);
  if (!numerics::differ_beyond_rounding(least, most))
    throw study::UserError(fmt::format(
        "input: /y is constant ({}); allowed are values that differ by more than rounding", most));
}

}  // namespace

UserShape check_user_data(study::InputReader const& input) {
  auto const extents = input.extents("X");
  if (extents.size() != 2 || extents[0] < 2 || extents[1] < 1)
    throw study::UserError("input: /X must have two dimensions, rows (at least 2) and columns");
  auto const y_extents = input.extents("y");
  if (y_extents == std::vector{extents[1]} && extents[0] != extents[1])
    throw study::UserError(fmt::format("input: /X is {} x {} and /y has {} entries: /X looks transposed; {}",
                                       extents[0], extents[1], extents[1], study::kOrderOfDimensions));
  check_design(input, extents[0], extents[1]);
  UserShape shape{.n = extents[0],
                  .p = extents[1],
                  .has_noise_sd = input.has("noise_sd"),
                  .has_truth = input.has("beta_true")};
  expect_length(input, "y", shape.n);
  check_response(input);
  if (input.has("noise_sd") && input.has("block"))
    throw study::UserError("input: has /noise_sd and /block; allowed is one of them");
  if (input.has("noise_sd")) {
    expect_length(input, "noise_sd", shape.n);
    for (double const deviation : read_vector(input, "noise_sd"))
      if (!(deviation > 0))
        throw study::UserError(
            fmt::format("input: /noise_sd holds {}; allowed are positive numbers", deviation));
  }
  if (input.has("block")) {
    expect_length(input, "block", shape.n);
    read_vector(input, "block");
  }
  if (input.has("beta_true")) {
    expect_length(input, "beta_true", shape.p);
    auto const beta = read_vector(input, "beta_true");
    if (std::all_of(beta.begin(), beta.end(), [](double value) { return value == 0; }))
      throw study::UserError("input: /beta_true is zero; allowed is a vector with a nonzero entry");
  }
  shape.blocks = static_cast<std::int64_t>(read_user_blocks(input, shape.n).label.size());
  return shape;
}

UserBlocks read_user_blocks(study::InputReader const& input, std::int64_t n) {
  UserBlocks blocks;
  blocks.known_noise = input.has("noise_sd");
  std::vector<double> labels(static_cast<std::size_t>(n), 0.0);
  if (blocks.known_noise) labels = read_vector(input, "noise_sd");
  if (input.has("block")) labels = read_vector(input, "block");
  std::map<double, int> index;  // ascending labels
  for (double const label : labels) index[label] = 0;
  for (auto& [label, block] : index) {
    block = static_cast<int>(blocks.label.size());
    blocks.label.push_back(label);
  }
  blocks.rows.assign(blocks.label.size(), 0.0);
  for (double const label : labels) {
    blocks.of_row.push_back(index[label]);
    blocks.rows[static_cast<std::size_t>(blocks.of_row.back())] += 1;
  }
  return blocks;
}

UserData read_user_data(study::Team& team) {
  auto const& comm = team.communicator();
  auto const& input = *team.input();
  UserShape shape;
  mpi::Range mine;
  std::vector<double> columns;
  std::vector<double> y;
  UserBlocks blocks;
  std::vector<double> mean;
  std::vector<double> scale;
  std::vector<double> beta;
  mpi::agree(comm, [&] {
    auto const extents = input.extents("X");
    shape.n = extents[0];
    shape.p = extents[1];
    mine = mpi::share(shape.p, comm.rank(), comm.size());
    y = read_vector(input, "y");
    blocks = read_user_blocks(input, shape.n);
    double const rows = static_cast<double>(shape.n);
    double y_mean = 0;
    for (double const value : y) y_mean += value / rows;
    for (double& value : y) value -= y_mean;

    // In slabs of rows, which is how the file holds them.
    columns.resize(static_cast<std::size_t>(shape.n * mine.size()));
    std::int64_t const slab =
        std::max<std::int64_t>(1, (std::int64_t{1} << 22) / std::max<std::int64_t>(mine.size(), 1));
    for (std::int64_t begin = 0; begin < shape.n && mine.size() > 0; begin += slab) {
      std::int64_t const end = std::min(begin + slab, shape.n);
      auto const entries = input.read("X", {begin, end}, mine);
      for (std::int64_t i = begin; i < end; ++i)
        for (std::int64_t j = 0; j < mine.size(); ++j)
          columns[static_cast<std::size_t>(j * shape.n + i)] =
              entries[static_cast<std::size_t>((i - begin) * mine.size() + j)];
    }
    for (std::int64_t j = 0; j < mine.size(); ++j) {
      auto const column = std::span(columns).subspan(static_cast<std::size_t>(j * shape.n),
                                                     static_cast<std::size_t>(shape.n));
      double sum = 0;
      for (double const value : column) sum += value;
      double squares = 0;
      for (double& value : column) {
        value -= sum / rows;
        squares += value * value;
      }
      double const root = std::sqrt(squares / rows);
      bool const varies = root > numerics::kRounding * std::abs(sum / rows) && root > 0;
      for (double& value : column) value = varies ? value / root : 0;
      mean.push_back(sum / rows);
      scale.push_back(varies ? root : 0);
    }
    if (input.has("beta_true") && mine.size() > 0) beta = input.read("beta_true", mine, {0, 1});
  });
  std::optional<prox::SparseVector> truth;
  if (input.has("beta_true")) {
    for (std::size_t j = 0; j < beta.size(); ++j) beta[j] *= scale[j];
    truth = prox::gather_nonzeros(comm, mine, beta);
  }
  return {prox::DenseDesign(comm, shape.n, shape.p, std::move(columns)),
          std::move(y),
          std::move(blocks),
          std::move(mean),
          std::move(scale),
          std::move(truth)};
}

}  // namespace thresher::mixed_quality_lasso
