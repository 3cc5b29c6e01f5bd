#include "experiments/federated_lora/data/own_estimates.hpp"

#include "linalg/orthonormal_frame.hpp"
#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

std::string const kClients = "clients";
std::string const kModules = "modules";
std::string const kTruth = "clients/truth";

/// Where the file keeps an adapter's data sets.
struct Places {
  explicit Places(std::string const& name) {
    std::string const group = name.empty() ? kClients : kModules + "/" + name;
    estimate = group + "/estimate";
    factor_a = group + "/factor_a";
    factor_b = group + "/factor_b";
    noise = group + "/noise";
    base = name.empty() ? "base" : group + "/base";
  }

  std::string estimate;
  std::string factor_a;
  std::string factor_b;
  std::string noise;
  std::string base;
};

std::vector<std::int64_t> extents_of(study::InputReader const& input, std::string const& name,
                                     std::size_t dimensions) {
  auto const extents = input.extents(name);
  if (extents.size() != dimensions)
    throw study::UserError(
        fmt::format("input: /{} has {} dimensions, needs {}", name, extents.size(), dimensions));
  return extents;
}

void expect_extents(study::InputReader const& input, std::string const& name,
                    std::vector<std::int64_t> const& needed) {
  if (extents_of(input, name, needed.size()) != needed)
    throw study::UserError(
        fmt::format("input: /{} does not fit the clients' estimates, needs the shape ({}); {}", name,
                    fmt::join(needed, ", "), study::kOrderOfDimensions));
}

/// One client's matrix of a data set [K, rows, columns], or the whole of one of two dimensions.
DenseMatrix matrix(std::vector<double> const& row_major, std::int64_t rows, std::int64_t columns) {
  DenseMatrix result(rows, columns);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j)
      result(i, j) = row_major[static_cast<std::size_t>(i * columns + j)];
  return result;
}

DenseMatrix read_client(study::InputReader const& input, std::string const& name, std::int64_t client,
                        std::int64_t rows, std::int64_t columns) {
  return matrix(input.read(name, {client, client + 1}, {0, rows * columns}), rows, columns);
}

/// Reads them all.
void refuse_equal_estimates(study::InputReader const& input, Adapter const& adapter, std::int64_t clients) {
  DenseMatrix first(adapter.d1, adapter.d2);
  DenseMatrix estimate(adapter.d1, adapter.d2);
  bool differ = false;
  for (std::int64_t client = 0; client < clients; ++client) {
    auto& current = client == 0 ? first : estimate;
    read_estimate(input, adapter, client, current.view());
    differ = differ || !std::ranges::equal(first.values(), current.values(), [](double a, double b) {
               return !numerics::differ_beyond_rounding(a, b);
             });
  }
  if (!differ)
    throw study::UserError(fmt::format(
        "input: the estimates of all clients {}are equal, nothing tells one from another; allowed are "
        "estimates that differ",
        adapter.name.empty() ? "" : "in /" + kModules + "/" + adapter.name + " "));
}

void examine_noise(study::InputReader const& input, std::string const& place, std::int64_t clients,
                   Adapter& adapter) {
  expect_extents(input, place, {clients});
  adapter.has_noise = true;
  for (double const error : input.read(place, {0, clients}, {0, 1})) {
    if (error < 0)
      throw study::UserError(fmt::format("input: /{} holds {}, an error is at least 0", place, error));
    adapter.mean_square_noise += error * error / static_cast<double>(clients);
  }
}

/// Whose clients are counted by the first adapter (`clients` = 0), and are as many in the others.
Adapter examine_adapter(study::InputReader const& input, std::string const& name, std::int64_t& clients) {
  Places const places(name);
  Adapter adapter;
  adapter.name = name;
  std::int64_t found = 0;
  if (input.has(places.estimate)) {
    auto const extents = extents_of(input, places.estimate, 3);
    found = extents[0];
    adapter.d1 = extents[1];
    adapter.d2 = extents[2];
  } else if (input.has(places.factor_a) && input.has(places.factor_b)) {
    auto const left = extents_of(input, places.factor_a, 3);
    found = left[0];
    adapter.d1 = left[1];
    adapter.factor_rank = left[2];
    adapter.d2 = extents_of(input, places.factor_b, 3)[1];
    expect_extents(input, places.factor_b, {found, adapter.d2, adapter.factor_rank});
  } else {
    throw study::UserError(fmt::format("input: needs /{}, or /{} and /{}{}", places.estimate, places.factor_a,
                                       places.factor_b,
                                       name.empty() ? ", or groups of them in /" + kModules : ""));
  }
  if (clients == 0) clients = found;
  if (found != clients)
    throw study::UserError(
        fmt::format("input: /{}/{} has {} clients, an earlier module {}; all need the same clients, in one "
                    "order",
                    kModules, name, found, clients));
  if (input.has(places.base)) {
    expect_extents(input, places.base, {adapter.d1, adapter.d2});
    adapter.has_base = true;
  }
  refuse_equal_estimates(input, adapter, clients);
  if (input.has(places.noise)) examine_noise(input, places.noise, clients, adapter);
  return adapter;
}

void examine_truth(study::InputReader const& input, OwnEstimates& about) {
  expect_extents(input, kTruth, {about.clients});
  about.has_truth = true;
  for (double const mark : input.read(kTruth, {0, about.clients}, {0, 1})) {
    if (mark != 0 && mark != 1)
      throw study::UserError(fmt::format("input: /{} holds {}, allowed are 0 and 1", kTruth, mark));
    about.contaminated += mark == 1 ? 1 : 0;
  }
}

}  // namespace

OwnEstimates examine_estimates(study::InputReader const& input) {
  OwnEstimates about;
  auto names = input.members(kModules);
  Places const of_one("");
  if (names.empty()) {
    names.emplace_back();
  } else {
    for (auto const& stray : {of_one.estimate, of_one.factor_a, of_one.factor_b, of_one.noise, of_one.base})
      if (input.has(stray))
        throw study::UserError(
            fmt::format("input: /{} and /{}/{} are both there; with several modules each holds its own",
                        stray, kModules, names.front()));
  }
  for (auto const& name : names) about.adapters.push_back(examine_adapter(input, name, about.clients));
  if (input.has(kTruth)) examine_truth(input, about);
  return about;
}

void read_estimate(study::InputReader const& input, Adapter const& adapter, std::int64_t client,
                   linalg::MatrixView out) {
  Places const places(adapter.name);
  DenseMatrix estimate(adapter.d1, adapter.d2);
  if (adapter.factor_rank > 0) {
    auto const a = read_client(input, places.factor_a, client, adapter.d1, adapter.factor_rank);
    auto const b = read_client(input, places.factor_b, client, adapter.d2, adapter.factor_rank);
    linalg::gemm(Transpose::no, Transpose::yes, 1, a.view(), b.view(), 0, estimate.view());
  } else {
    estimate = read_client(input, places.estimate, client, adapter.d1, adapter.d2);
  }
  DenseMatrix const base =
      adapter.has_base
          ? matrix(input.read(places.base, {0, adapter.d1}, {0, adapter.d2}), adapter.d1, adapter.d2)
          : DenseMatrix(adapter.d1, adapter.d2);
  for (std::int64_t j = 0; j < adapter.d2; ++j)
    for (std::int64_t i = 0; i < adapter.d1; ++i) out(i, j) = estimate(i, j) - base(i, j);
}

void read_factors(study::InputReader const& input, Adapter const& adapter, std::int64_t client,
                  linalg::MatrixView left, linalg::MatrixView right) {
  Places const places(adapter.name);
  auto const a = read_client(input, places.factor_a, client, adapter.d1, adapter.factor_rank);
  auto const b = read_client(input, places.factor_b, client, adapter.d2, adapter.factor_rank);
  // A B^T = (A T^T) Q^T with B = Q T.
  std::ranges::copy(b.values(), right.data);
  linalg::orthonormalize_columns(right);
  DenseMatrix triangle(adapter.factor_rank, adapter.factor_rank);
  linalg::gemm(Transpose::yes, Transpose::no, 1, right, b.view(), 0, triangle.view());
  linalg::gemm(Transpose::no, Transpose::yes, 1, a.view(), triangle.view(), 0, left);
}

std::vector<char> read_truth(study::InputReader const& input, OwnEstimates const& about) {
  std::vector<char> marks(static_cast<std::size_t>(about.clients));
  if (!about.has_truth) return marks;
  auto const truth = input.read(kTruth, {0, about.clients}, {0, 1});
  for (std::size_t k = 0; k < marks.size(); ++k) marks[k] = truth[k] == 1 ? 1 : 0;
  return marks;
}

}  // namespace thresher::federated_lora
