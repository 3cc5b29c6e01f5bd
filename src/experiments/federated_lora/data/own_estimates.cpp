#include "experiments/federated_lora/data/own_estimates.hpp"

#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

std::string const kEstimate = "clients/estimate";
std::string const kFactorA = "clients/factor_a";
std::string const kFactorB = "clients/factor_b";
std::string const kNoise = "clients/noise";
std::string const kTruth = "clients/truth";
std::string const kBase = "base";

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
void refuse_equal_estimates(study::InputReader const& input, OwnEstimates const& about) {
  DenseMatrix first(about.d1, about.d2);
  DenseMatrix estimate(about.d1, about.d2);
  bool differ = false;
  for (std::int64_t client = 0; client < about.clients; ++client) {
    auto& current = client == 0 ? first : estimate;
    read_estimate(input, about, client, current.view());
    differ = differ || !std::ranges::equal(first.values(), current.values(), [](double a, double b) {
               return !numerics::differ_beyond_rounding(a, b);
             });
  }
  if (!differ)
    throw study::UserError(
        "input: the estimates of all clients are equal, nothing tells one from another; allowed are "
        "estimates "
        "that differ");
}

}  // namespace

OwnEstimates examine_estimates(study::InputReader const& input) {
  OwnEstimates about;
  if (input.has(kEstimate)) {
    auto const extents = extents_of(input, kEstimate, 3);
    about.clients = extents[0];
    about.d1 = extents[1];
    about.d2 = extents[2];
  } else if (input.has(kFactorA) && input.has(kFactorB)) {
    auto const left = extents_of(input, kFactorA, 3);
    about.clients = left[0];
    about.d1 = left[1];
    about.factor_rank = left[2];
    about.d2 = extents_of(input, kFactorB, 3)[1];
    expect_extents(input, kFactorB, {about.clients, about.d2, about.factor_rank});
  } else {
    throw study::UserError("input: needs /clients/estimate, or /clients/factor_a and /clients/factor_b");
  }
  if (input.has(kBase)) {
    expect_extents(input, kBase, {about.d1, about.d2});
    about.has_base = true;
  }
  refuse_equal_estimates(input, about);
  if (input.has(kNoise)) {
    expect_extents(input, kNoise, {about.clients});
    about.has_noise = true;
    for (double const error : input.read(kNoise, {0, about.clients}, {0, 1})) {
      if (error < 0)
        throw study::UserError(fmt::format("input: /{} holds {}, an error is at least 0", kNoise, error));
      about.mean_square_noise += error * error / static_cast<double>(about.clients);
    }
  }
  if (input.has(kTruth)) {
    expect_extents(input, kTruth, {about.clients});
    about.has_truth = true;
    for (double const mark : input.read(kTruth, {0, about.clients}, {0, 1})) {
      if (mark != 0 && mark != 1)
        throw study::UserError(fmt::format("input: /{} holds {}, allowed are 0 and 1", kTruth, mark));
      about.contaminated += mark == 1 ? 1 : 0;
    }
  }
  return about;
}

void read_estimate(study::InputReader const& input, OwnEstimates const& about, std::int64_t client,
                   linalg::MatrixView out) {
  DenseMatrix estimate(about.d1, about.d2);
  if (about.factor_rank > 0) {
    auto const a = read_client(input, kFactorA, client, about.d1, about.factor_rank);
    auto const b = read_client(input, kFactorB, client, about.d2, about.factor_rank);
    linalg::gemm(Transpose::no, Transpose::yes, 1, a.view(), b.view(), 0, estimate.view());
  } else {
    estimate = read_client(input, kEstimate, client, about.d1, about.d2);
  }
  DenseMatrix const base = about.has_base
                               ? matrix(input.read(kBase, {0, about.d1}, {0, about.d2}), about.d1, about.d2)
                               : DenseMatrix(about.d1, about.d2);
  for (std::int64_t j = 0; j < about.d2; ++j)
    for (std::int64_t i = 0; i < about.d1; ++i) out(i, j) = estimate(i, j) - base(i, j);
}

std::vector<char> read_truth(study::InputReader const& input, OwnEstimates const& about) {
  std::vector<char> marks(static_cast<std::size_t>(about.clients));
  if (!about.has_truth) return marks;
  auto const truth = input.read(kTruth, {0, about.clients}, {0, 1});
  for (std::size_t k = 0; k < marks.size(); ++k) marks[k] = truth[k] == 1 ? 1 : 0;
  return marks;
}

}  // namespace thresher::federated_lora
