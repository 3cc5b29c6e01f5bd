#include "experiments/reward_single_index/data/own_file.hpp"

#include "experiments/reward_single_index/data/slab_reader.hpp"
#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kFewestColumns = 3;

std::pair<std::int64_t, std::int64_t> matrix_extents(study::InputReader const& input,
                                                     std::string const& name) {
  if (!input.has(name)) throw study::UserError(fmt::format("input: has no data set /{}", name));
  auto const extents = input.extents(name);
  if (extents.size() != 2 || extents[0] < 1)
    throw study::UserError(fmt::format("input: /{} must have two dimensions, rows and columns", name));
  return {extents[0], extents[1]};
}

void expect_entries(study::InputReader const& input, std::string const& name, std::int64_t needed,
                    char const* of) {
  if (!input.has(name)) throw study::UserError(fmt::format("input: has no data set /{}", name));
  auto const extents = input.extents(name);
  auto const count = std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
  if (extents.empty() || extents.front() != needed || count != needed)
    throw study::UserError(fmt::format("input: /{} has {} numbers, needs {}, one per {}; {}", name, count,
                                       needed, of, study::kOrderOfDimensions));
}

/// Moments of numbers, about the first of them: a large offset costs no digits.
struct Moments {
  void add(double value) {
    if (count == 0) origin = value;
    double const deviation = value - origin;
    ++count;
    sum += deviation;
    squares += deviation * deviation;
  }
  double mean() const { return origin + sum / count; }
  double variance() const { return std::max(0.0, (squares - sum * sum / count) / count); }

  double origin = 0;
  double count = 0;
  double sum = 0;
  double squares = 0;
};

/// Looks at every label of a set. Returns how far the means of its halves lie apart, in standard errors.
double examine_labels(study::InputReader const& input, std::string const& name, std::int64_t rows) {
  SlabReader const labels(input, name, rows, 1);
  double least = std::numeric_limits<double>::infinity(), most = -least;
  Moments half[2];
  for (std::int64_t row = 0; row < rows; ++row) {
    double const label = labels.row(row).front();
    least = std::min(least, label);
    most = std::max(most, label);
    half[row < rows / 2 ? 0 : 1].add(label);
  }
  if (!numerics::differ_beyond_rounding(least, most))
    throw study::UserError(fmt::format(
        "input: /{} is constant ({}); allowed are values that differ by more than rounding", name, most));
  double const variance =
      half[0].variance() / std::max(half[0].count, 1.0) + half[1].variance() / std::max(half[1].count, 1.0);
  double const distance = half[0].mean() - half[1].mean();
  return half[0].count > 0 && variance > 0 ? distance / std::sqrt(variance) : 0;
}

void examine_inputs(study::InputReader const& input, std::string const& name, OwnRows& about) {
  SlabReader const rows(input, name, about.rows, about.columns);
  std::vector<Moments> moments(static_cast<std::size_t>(about.columns));
  for (std::int64_t row = 0; row < about.rows; ++row) {
    auto const entries = rows.row(row);
    for (std::size_t k = 0; k < entries.size(); ++k) moments[k].add(entries[k]);
  }
  bool varies = false;
  for (auto const& column : moments) {
    double const mean = column.mean(), variance = column.variance();
    varies = varies || numerics::differ_beyond_rounding(mean, mean + std::sqrt(variance));
    if (std::abs(mean) > std::abs(about.worst_mean)) about.worst_mean = mean;
    if (std::abs(variance - 1) > std::abs(about.worst_variance - 1)) about.worst_variance = variance;
  }
  if (!varies)
    throw study::UserError(
        fmt::format("input: every column of /{} is constant; allowed are rows that differ", name));
}

bool read_standardize(study::InputReader const& input) {
  for (auto const* object : {"X", "/"}) {
    auto const numbers = input.numbers(object, "standardize");
    if (!numbers) continue;
    if (numbers->size() != 1 || (numbers->front() != 0 && numbers->front() != 1))
      throw study::UserError("input: the attribute standardize must be 0 or 1");
    return numbers->front() == 1;
  }
  return false;
}

}  // namespace

OwnRows examine_own_file(study::InputReader const& input) {
  OwnRows about;
  std::tie(about.rows, about.columns) = matrix_extents(input, "X");
  if (about.columns < kFewestColumns)
    throw study::UserError(
        fmt::format("input: /X has {} columns, needs at least {}", about.columns, kFewestColumns));
  expect_entries(input, "y", about.rows, "row of /X");
  about.label_drift = examine_labels(input, "y", about.rows);
  if (input.has("X2") != input.has("y2"))
    throw study::UserError("input: /X2 and /y2 come together, or not at all");
  if (input.has("X2")) {
    auto const [rows, columns] = matrix_extents(input, "X2");
    if (columns != about.columns)
      throw study::UserError(
          fmt::format("input: /X2 has {} columns; allowed are {}, as /X has", columns, about.columns));
    about.second_rows = rows;
    expect_entries(input, "y2", rows, "row of /X2");
    double const drift = examine_labels(input, "y2", rows);
    if (std::abs(drift) > std::abs(about.label_drift)) about.label_drift = drift;
    SlabReader const second(input, "X2", rows, columns);
    for (std::int64_t row = 0; row < rows; ++row) second.row(row);
  }
  if (input.has("theta")) {
    expect_entries(input, "theta", about.columns, "column of /X");
    auto const theta = input.read("theta", {0, about.columns}, {0, 1});
    if (std::ranges::all_of(theta, [](double entry) { return entry == 0; }))
      throw study::UserError("input: /theta is zero; allowed is a direction");
    about.has_direction = true;
  }
  about.standardize = read_standardize(input);
  examine_inputs(input, "X", about);
  return about;
}

}  // namespace thresher::reward_single_index
