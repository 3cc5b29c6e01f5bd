#include "experiments/implicit_regularization/data/own_snapshots.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace thresher::implicit_regularization {

namespace {

/// Numbers that are read at once.
constexpr std::int64_t kPieceOfFile = std::int64_t{1} << 20;
constexpr std::int64_t kMostUnits = 1'000'000'000;

[[noreturn]] void refuse(std::string const& reason) {
  throw study::UserError("input: " + reason);
}

void expect_extents(study::InputReader const& input, std::string const& name,
                    std::vector<std::int64_t> const& wanted, std::string const& because) {
  auto const extents = input.extents(name);
  if (extents != wanted)
    refuse(fmt::format("/{} has extents ({}), needs ({}): {}", name, fmt::join(extents, ", "),
                       fmt::join(wanted, ", "), because));
}

/// Reads every number of a data set, which refuses those that are not finite; `see` is told them.
template <class See>
void read_all(study::InputReader const& input, std::string const& name, See see) {
  auto const extents = input.extents(name);
  std::int64_t const rows = extents.front();
  std::int64_t const columns = extents.size() > 1 ? extents[1] : 1;
  std::int64_t const rows_at_once = std::max<std::int64_t>(1, kPieceOfFile / columns);
  std::int64_t const columns_at_once = std::min(columns, kPieceOfFile);
  for (std::int64_t row = 0; row < rows; row += rows_at_once)
    for (std::int64_t column = 0; column < columns; column += columns_at_once)
      see(input.read(name, {row, std::min(rows, row + rows_at_once)},
                     {column, std::min(columns, column + columns_at_once)}));
}

void expect_finite(study::InputReader const& input, std::string const& name) {
  read_all(input, name, [](std::vector<double> const&) {});
}

std::vector<std::int64_t> layers_of(study::InputReader const& input) {
  auto const numbers = input.numbers("/", "layers");
  if (!numbers) refuse("needs the attribute layers (inputs, widths of the hidden layers, 1)");
  std::vector<std::int64_t> layers;
  for (double const each : *numbers) {
    if (each != std::floor(each) || each < 1 || each > static_cast<double>(kMostUnits))
      refuse(fmt::format("attribute layers holds {}, allowed are integers from 1 to {}", each, kMostUnits));
    layers.push_back(static_cast<std::int64_t>(each));
  }
  if (layers.size() < 2 || layers.size() > 18 || layers.back() != 1)
    refuse(fmt::format("attribute layers = ({}): needs the inputs, 0 to 16 hidden layers, and 1 output",
                       fmt::join(layers, ", ")));
  return layers;
}

/// Which of `choices` a text attribute names.
template <class E>
E choice_of(study::InputReader const& input, std::string const& name,
            std::vector<std::pair<std::string, E>> const& choices) {
  std::vector<std::string> names;
  for (auto const& choice : choices) names.push_back(choice.first);
  auto const text = input.text("/", name);
  if (!text) refuse(fmt::format("needs the attribute {}, one of {}", name, fmt::join(names, ", ")));
  auto const found = std::ranges::find(names, *text);
  if (found == names.end())
    refuse(fmt::format("attribute {} = {}: allowed are {}", name, *text, fmt::join(names, ", ")));
  return choices[static_cast<std::size_t>(found - names.begin())].second;
}

/// One number among the attributes.
std::optional<double> number_of(study::InputReader const& input, std::string const& name) {
  auto const numbers = input.numbers("/", name);
  if (!numbers) return std::nullopt;
  if (numbers->size() != 1)
    refuse(fmt::format("attribute {} holds {} numbers, needs 1", name, numbers->size()));
  return numbers->front();
}

std::int64_t parameters_of(std::vector<std::int64_t> const& layers, std::int64_t biases_per_unit) {
  std::int64_t parameters = 0;
  for (std::size_t l = 1; l < layers.size(); ++l) parameters += (layers[l - 1] + biases_per_unit) * layers[l];
  return parameters;
}

void examine_rows(study::InputReader const& input, OwnSnapshots& own) {
  auto const extents = input.extents("X");
  if (extents.size() != 2) refuse(fmt::format("/X has {} dimensions, needs 2", extents.size()));
  own.rows = extents[0];
  if (own.rows < 2) refuse(fmt::format("/X has {} rows, needs at least 2", own.rows));
  if (extents[1] != own.layers.front())
    refuse(fmt::format("/X has {} columns, the attribute layers says {} inputs ({})", extents[1],
                       own.layers.front(), study::kOrderOfDimensions));
  if (!input.has("y")) refuse("needs /y beside /X");
  expect_extents(input, "y", {own.rows}, "one number per row of /X");
  expect_finite(input, "X");
  read_all(input, "y", [&](std::vector<double> const& labels) {
    if (own.loss != Loss::logistic) return;
    for (double const label : labels)
      if (label != 0 && label != 1)
        refuse(fmt::format("/y holds {}, allowed with loss = logistic are 0 and 1", label));
  });
}

}  // namespace

OwnSnapshots examine_own_snapshots(study::InputReader const& input) {
  OwnSnapshots own;
  if (!input.has("theta")) refuse("needs /theta [snapshots, parameters]");
  own.layers = layers_of(input);
  own.loss = choice_of<Loss>(input, "loss", {{"squared", Loss::squared}, {"logistic", Loss::logistic}});
  if (own.has_hidden_layers())
    own.activation =
        choice_of<Activation>(input, "activation", {{"relu", Activation::relu}, {"tanh", Activation::tanh}});
  auto const bias = number_of(input, "bias");
  if (!bias || (*bias != 0 && *bias != 1)) refuse("needs the attribute bias, 0 or 1");
  own.has_biases = *bias == 1;
  if (!own.has_hidden_layers() && own.has_biases)
    refuse("attribute bias = 1: allowed without hidden layers is 0 (append a column of ones to /X)");

  auto const extents = input.extents("theta");
  if (extents.size() != 2) refuse(fmt::format("/theta has {} dimensions, needs 2", extents.size()));
  own.snapshots = extents[0];
  own.parameters = extents[1];
  if (own.snapshots < 1) refuse("/theta has no snapshot");
  auto const wanted = parameters_of(own.layers, own.has_biases ? 1 : 0);
  if (own.parameters != wanted)
    refuse(fmt::format("/theta has {} columns, layers = ({}) and bias = {} make {} parameters ({})",
                       own.parameters, fmt::join(own.layers, ", "), *bias, wanted,
                       study::kOrderOfDimensions));
  expect_finite(input, "theta");

  if (input.has("X")) {
    if (input.has("neg_loss_grad"))
      refuse("has both /X and /neg_loss_grad: one of them says what the loss is");
    examine_rows(input, own);
  } else if (input.has("neg_loss_grad")) {
    expect_extents(input, "neg_loss_grad", extents, "those of /theta");
    expect_finite(input, "neg_loss_grad");
  } else {
    refuse("needs /X and /y, or /neg_loss_grad");
  }
  if (input.has("theta_next")) {
    own.has_next = true;
    expect_extents(input, "theta_next", extents, "those of /theta");
    expect_finite(input, "theta_next");
    auto const eta = number_of(input, "eta");
    if (!eta || !(*eta > 0) || !std::isfinite(*eta))
      refuse("needs the attribute eta > 0, the step from /theta to /theta_next");
    own.eta = *eta;
  }
  if (input.has("theta0")) {
    own.has_start = true;
    expect_extents(input, "theta0", {own.parameters}, "one start for all snapshots");
    expect_finite(input, "theta0");
  }
  return own;
}

void read_own_rows(study::InputReader const& input, OwnSnapshots const& own, linalg::DenseMatrix& x,
                   std::vector<double>& y) {
  auto const d = own.layers.front();
  x = linalg::DenseMatrix(d, own.rows);
  y.clear();
  if (own.rows == 0) return;
  std::int64_t const at_once = std::max<std::int64_t>(1, kPieceOfFile / d);
  for (std::int64_t begin = 0; begin < own.rows; begin += at_once) {
    auto const end = std::min(own.rows, begin + at_once);
    auto const values = input.read("X", {begin, end}, {0, d});  // row-major: the columns of x
    std::ranges::copy(values, x.column(begin).data());
  }
  y = input.read("y", {0, own.rows}, {0, 1});
}

std::vector<double> read_own_entries(study::InputReader const& input, std::string const& dataset,
                                     std::int64_t snapshot, OwnEntries const& entries) {
  bool const is_vector = input.extents(dataset).size() == 1;
  std::vector<double> own;
  own.reserve(static_cast<std::size_t>(entries.count()));
  for (auto const& piece : entries.pieces) {
    mpi::Range const range{piece.first, piece.first + piece.count};
    auto const values =
        is_vector ? input.read(dataset, range, {0, 1}) : input.read(dataset, {snapshot, snapshot + 1}, range);
    own.insert(own.end(), values.begin(), values.end());
  }
  return own;
}

}  // namespace thresher::implicit_regularization
