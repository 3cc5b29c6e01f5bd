#include "experiments/group_matrix/data/own_matrix.hpp"

#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// Numbers that are read at once.
constexpr std::int64_t kPiece = std::int64_t{1} << 20;

std::int64_t length(study::InputReader const& input, std::string const& name) {
  auto const extents = input.extents(name);
  if (extents.size() != 1)
    throw study::UserError(fmt::format("input: /{} has {} dimensions, needs 1", name, extents.size()));
  return extents[0];
}

std::pair<std::int64_t, std::int64_t> extents_of(study::InputReader const& input, std::string const& name) {
  auto const extents = input.extents(name);
  if (extents.size() != 2)
    throw study::UserError(fmt::format("input: /{} has {} dimensions, needs 2", name, extents.size()));
  return {extents[0], extents[1]};
}

std::int64_t integer(double value, std::string const& name, std::int64_t least, std::int64_t most) {
  if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most))
    throw study::UserError(
        fmt::format("input: /{} holds {}, allowed are integers from {} to {}", name, value, least, most));
  return static_cast<std::int64_t>(value);
}

std::int64_t size_attribute(study::InputReader const& input, std::string const& name) {
  for (auto const* object : {"obs", "/"}) {
    auto const numbers = input.numbers(object, name);
    if (numbers && numbers->size() == 1) return integer((*numbers)[0], name, 1, (std::int64_t{1} << 31) - 1);
  }
  throw study::UserError(fmt::format("input: /obs needs the attribute {}", name));
}

struct Cell {
  std::int64_t row, column;
  double value;
  bool operator<(Cell const& other) const {
    return std::pair(row, column) < std::pair(other.row, other.column);
  }
};

/// Cells of a group of three lists, those of which `keeps(row)`, ascending.
std::vector<Cell> read_cells(study::InputReader const& input, std::string const& group, std::int64_t rows,
                             std::int64_t columns, std::function<bool(std::int64_t)> const& keeps) {
  std::int64_t const count = length(input, group + "/value");
  for (auto const* list : {"/row", "/col"})
    if (length(input, group + list) != count)
      throw study::UserError(fmt::format("input: /{}{} has {} numbers, /{}/value has {}", group, list,
                                         length(input, group + list), group, count));
  std::vector<Cell> cells;
  for (std::int64_t begin = 0; begin < count; begin += kPiece) {
    mpi::Range const piece{begin, std::min(count, begin + kPiece)};
    auto const row = input.read(group + "/row", piece, {0, 1});
    auto const column = input.read(group + "/col", piece, {0, 1});
    auto const value = input.read(group + "/value", piece, {0, 1});
    for (std::size_t k = 0; k < row.size(); ++k) {
      auto const i = integer(row[k], group + "/row", 0, rows - 1);
      auto const j = integer(column[k], group + "/col", 0, columns - 1);
      if (keeps(i)) cells.push_back({i, j, value[k]});
    }
  }
  std::ranges::sort(cells, [](Cell const& a, Cell const& b) { return a < b; });
  for (std::size_t k = 1; k < cells.size(); ++k)
    if (!(cells[k - 1] < cells[k]))
      throw study::UserError(
          fmt::format("input: /{} has the cell ({}, {}) twice", group, cells[k].row, cells[k].column));
  return cells;
}

Observations observations_of(std::vector<Cell> const& cells, std::int64_t rows, std::int64_t columns,
                             mpi::Range own) {
  Observations result(rows, columns, own);
  std::size_t at = 0;
  for (auto i = own.begin; i < own.end; ++i) {
    for (; at < cells.size() && cells[at].row == i; ++at) result.add(cells[at].column, cells[at].value);
    result.end_row();
  }
  return result;
}

/// /Y row by row; `take(row, values)`.
void read_rows(study::InputReader const& input, std::int64_t columns, mpi::Range rows,
               std::function<void(std::int64_t, std::span<double const>)> const& take) {
  std::int64_t const at_once = std::max<std::int64_t>(1, kPiece / columns);
  for (auto begin = rows.begin; begin < rows.end; begin += at_once) {
    mpi::Range const piece{begin, std::min(rows.end, begin + at_once)};
    auto const values = input.read_with_missing("Y", piece, {0, columns});
    for (auto i = piece.begin; i < piece.end; ++i)
      take(i, std::span(values).subspan(static_cast<std::size_t>((i - piece.begin) * columns),
                                        static_cast<std::size_t>(columns)));
  }
}

void examine_labels(study::InputReader const& input, OwnMatrix& about) {
  auto const [rows, factors] = extents_of(input, "labels");
  if (rows != about.rows)
    throw study::UserError(
        fmt::format("input: /labels has {} rows, the matrix {} (one row of labels per row of the matrix; R, "
                    "Julia and MATLAB write the dimensions in reverse)",
                    rows, about.rows));
  about.factors = factors;
  std::vector<std::vector<std::int64_t>> sizes(static_cast<std::size_t>(factors));
  bool is_crossed = true;
  auto const labels = input.read("labels", {0, rows}, {0, factors});
  for (std::int64_t i = 0; i < rows; ++i) {
    std::int64_t memberships = 0;
    for (std::int64_t a = 0; a < factors; ++a) {
      auto const level = integer(labels[static_cast<std::size_t>(i * factors + a)], "labels", -1, rows - 1);
      if (level < 0) continue;
      ++memberships;
      auto& of_factor = sizes[static_cast<std::size_t>(a)];
      if (static_cast<std::size_t>(level) >= of_factor.size())
        of_factor.resize(static_cast<std::size_t>(level) + 1);
      ++of_factor[static_cast<std::size_t>(level)];
    }
    if (memberships == 0) throw study::UserError(fmt::format("input: row {} of /labels is in no group", i));
    is_crossed = is_crossed && memberships == factors;
  }
  for (std::int64_t a = 0; a < factors; ++a) {
    auto const& of_factor = sizes[static_cast<std::size_t>(a)];
    for (std::size_t level = 0; level < of_factor.size(); ++level) {
      if (of_factor[level] == 0)
        throw study::UserError(fmt::format(
            "input: level {} of factor {} of /labels has no row: number levels from 0 on", level, a));
      about.group_sizes.push_back(of_factor[level]);
      about.factor_of.push_back(a);
      about.level_of.push_back(static_cast<std::int64_t>(level));
    }
  }
  about.is_crossed = is_crossed;
  about.is_partition = is_crossed && factors == 1;
}

void examine_groups(study::InputReader const& input, OwnMatrix& about) {
  if (!input.has("groups/ptr") || !input.has("groups/index"))
    throw study::UserError("input: needs /labels, or /groups/ptr and /groups/index");
  auto const pointers = input.read("groups/ptr", {0, length(input, "groups/ptr")}, {0, 1});
  std::int64_t const count = length(input, "groups/index");
  auto const index = input.read("groups/index", {0, count}, {0, 1});
  if (pointers.size() < 2 || pointers.front() != 0 || pointers.back() != static_cast<double>(count))
    throw study::UserError("input: /groups/ptr must go from 0 to the length of /groups/index");
  std::vector<std::int64_t> memberships(static_cast<std::size_t>(about.rows));
  for (std::size_t g = 0; g + 1 < pointers.size(); ++g) {
    auto const begin = integer(pointers[g], "groups/ptr", 0, count);
    auto const end = integer(pointers[g + 1], "groups/ptr", 0, count);
    if (end <= begin) throw study::UserError(fmt::format("input: group {} of /groups has no row", g));
    std::set<std::int64_t> rows;
    for (auto k = begin; k < end; ++k) {
      auto const row = integer(index[static_cast<std::size_t>(k)], "groups/index", 0, about.rows - 1);
      if (!rows.insert(row).second)
        throw study::UserError(fmt::format("input: group {} of /groups has row {} twice", g, row));
      ++memberships[static_cast<std::size_t>(row)];
    }
    about.group_sizes.push_back(end - begin);
    about.factor_of.push_back(0);
    about.level_of.push_back(static_cast<std::int64_t>(g));
  }
  auto const missing = std::ranges::find(memberships, 0);
  if (missing != memberships.end())
    throw study::UserError(
        fmt::format("input: row {} is in no group of /groups", missing - memberships.begin()));
  about.is_partition = std::ranges::all_of(memberships, [](auto count_of_row) { return count_of_row == 1; });
}

void examine_weights(study::InputReader const& input, OwnMatrix& about) {
  auto const groups = about.group_sizes.size();
  if (!input.has("weights")) return;
  auto const needed = about.factors > 0 ? about.factors : static_cast<std::int64_t>(groups);
  if (length(input, "weights") != needed)
    throw study::UserError(fmt::format("input: /weights has {} numbers, needs {}, one per {}",
                                       length(input, "weights"), needed,
                                       about.factors > 0 ? "factor" : "group"));
  auto const weights = input.read("weights", {0, needed}, {0, 1});
  for (double const weight : weights)
    if (!(weight > 0))
      throw study::UserError(fmt::format("input: /weights holds {}, allowed is more than 0", weight));
  for (std::size_t g = 0; g < groups; ++g)
    about.weights.push_back(weights[about.factors > 0 ? static_cast<std::size_t>(about.factor_of[g]) : g]);
}

}  // namespace

OwnMatrix examine_own_matrix(study::InputReader const& input) {
  OwnMatrix about;
  auto const all = [](std::int64_t) { return true; };
  double least = std::numeric_limits<double>::infinity(), most = -least;
  auto const see = [&](double value) {
    ++about.observed;
    least = std::min(least, value);
    most = std::max(most, value);
  };
  if (input.has("Y")) {
    about.is_dense = true;
    std::tie(about.rows, about.columns) = extents_of(input, "Y");
    read_rows(input, about.columns, {0, about.rows}, [&](std::int64_t, std::span<double const> values) {
      for (double const value : values)
        if (!std::isnan(value)) see(value);
    });
  } else if (input.has("obs/value")) {
    about.rows = size_attribute(input, "n_rows");
    about.columns = size_attribute(input, "n_cols");
    for (auto const& cell : read_cells(input, "obs", about.rows, about.columns, all)) see(cell.value);
  } else {
    throw study::UserError("input: needs /Y, or /obs/row, /obs/col and /obs/value");
  }
  if (about.observed == 0) throw study::UserError("input: has no observed entry");
  if (!numerics::differ_beyond_rounding(least, most))
    throw study::UserError(
        fmt::format("input: every observed entry is {}, needs at least two different values", least));
  if (input.has("labels"))
    examine_labels(input, about);
  else
    examine_groups(input, about);
  examine_weights(input, about);
  if (input.has("test/value"))
    about.tests = static_cast<std::int64_t>(read_cells(input, "test", about.rows, about.columns, all).size());
  return about;
}

OwnMatrixPart read_own_matrix(study::InputReader const& input, OwnMatrix const& about, mpi::Range own) {
  auto const is_own = [own](std::int64_t row) { return own.begin <= row && row < own.end; };
  OwnMatrixPart part;
  if (about.is_dense) {
    part.observations = Observations(about.rows, about.columns, own);
    read_rows(input, about.columns, own, [&](std::int64_t, std::span<double const> values) {
      for (std::size_t j = 0; j < values.size(); ++j)
        if (!std::isnan(values[j])) part.observations.add(static_cast<std::int64_t>(j), values[j]);
      part.observations.end_row();
    });
  } else {
    part.observations = observations_of(read_cells(input, "obs", about.rows, about.columns, is_own),
                                        about.rows, about.columns, own);
  }
  std::vector<Cell> const tests =
      about.tests > 0 ? read_cells(input, "test", about.rows, about.columns, is_own) : std::vector<Cell>{};
  part.tests = observations_of(tests, about.rows, about.columns, own);
  for (auto const size : about.group_sizes) part.groups.push_back({size, {}});
  auto const add = [&](std::size_t group, std::int64_t row) {
    if (is_own(row)) part.groups[group].own.push_back(static_cast<std::int32_t>(row - own.begin));
  };
  if (about.factors > 0) {
    auto const labels = input.read("labels", own, {0, about.factors});
    for (auto i = own.begin; i < own.end; ++i)
      for (std::size_t g = 0; g < about.group_sizes.size(); ++g)
        if (labels[static_cast<std::size_t>((i - own.begin) * about.factors + about.factor_of[g])] ==
            static_cast<double>(about.level_of[g]))
          add(g, i);
  } else {
    auto const pointers = input.read("groups/ptr", {0, length(input, "groups/ptr")}, {0, 1});
    auto const index = input.read("groups/index", {0, length(input, "groups/index")}, {0, 1});
    for (std::size_t g = 0; g + 1 < pointers.size(); ++g)
      for (auto k = static_cast<std::size_t>(pointers[g]); k < static_cast<std::size_t>(pointers[g + 1]); ++k)
        add(g, static_cast<std::int64_t>(index[k]));
    for (auto& group : part.groups) std::ranges::sort(group.own);
  }
  return part;
}

}  // namespace thresher::group_matrix
