#include "experiments/group_matrix/estimators/errors.hpp"

#include "study/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace thresher::group_matrix {

namespace {

/// Numbers of a panel of rows that are made at once.
constexpr std::int64_t kPanel = std::int64_t{1} << 16;

}  // namespace

double ErrorPair::relative() const {
  return truth > 0 ? std::sqrt(error / truth) : study::kUndefined;
}

ErrorPair& ErrorPair::operator+=(ErrorPair const& other) {
  error += other.error;
  truth += other.truth;
  return *this;
}

std::vector<BlockErrors> block_errors(MatrixData const& data, Estimate const& estimate) {
  auto const& observations = data.observations();
  auto const& signal = *data.signal();
  auto const columns = static_cast<std::size_t>(observations.columns());
  std::int64_t const at_once = std::max<std::int64_t>(1, kPanel / observations.columns());
  std::vector<double> truth(columns), is_unobserved(columns);
  std::vector<double> sums(6 * data.blocks().size());
  for (std::size_t b = 0; b < data.blocks().size(); ++b) {
    std::span<std::int32_t const> const rows(data.blocks()[b].own);
    double* const sum = &sums[6 * b];
    for (std::size_t begin = 0; begin < rows.size(); begin += static_cast<std::size_t>(at_once)) {
      auto const part = rows.subspan(begin, std::min(rows.size() - begin, static_cast<std::size_t>(at_once)));
      linalg::DenseMatrix panel(observations.columns(), static_cast<std::int64_t>(part.size()));
      estimate.rows(part, panel.view());
      for (std::size_t t = 0; t < part.size(); ++t) {
        signal.row(part[t], truth);
        std::ranges::fill(is_unobserved, 1.0);
        auto const entries = observations.entries(part[t]);
        for (auto k = entries.begin; k < entries.end; ++k)
          is_unobserved[static_cast<std::size_t>(observations.column(k))] = 0;
        auto const row = panel.column(static_cast<std::int64_t>(t));
        double here[4] = {};
        for (std::size_t j = 0; j < columns; ++j) {
          double const error = (row[j] - truth[j]) * (row[j] - truth[j]), square = truth[j] * truth[j];
          here[0] += is_unobserved[j] * error;
          here[1] += is_unobserved[j] * square;
          here[2] += error;
          here[3] += square;
        }
        for (int k = 0; k < 4; ++k) sum[k] += here[k];
        for (std::size_t j = 0; !data.held().empty() && j < columns; ++j)
          if (data.is_held(static_cast<std::int64_t>(b), static_cast<std::int64_t>(j))) {
            sum[4] += (row[j] - truth[j]) * (row[j] - truth[j]);
            sum[5] += truth[j] * truth[j];
          }
      }
    }
  }
  mpi::sum_in_place(data.communicator(), sums);
  std::vector<BlockErrors> errors;
  for (std::size_t b = 0; b < data.blocks().size(); ++b) {
    double const* const sum = &sums[6 * b];
    errors.push_back({{sum[0], sum[1]}, {sum[2], sum[3]}, {sum[4], sum[5]}});
  }
  return errors;
}

ErrorPair unobserved_error(MatrixData const& data, Estimate const& estimate) {
  ErrorPair total;
  for (auto const& block : block_errors(data, estimate)) total += block.unobserved;
  return total;
}

TestErrors test_errors(MatrixData const& data, Estimate const& estimate) {
  auto const& tests = data.tests();
  auto const& groups = data.groups();
  auto const fitted = estimate.at(tests);
  std::vector<double> sums(3 * (groups.size() + 1));
  auto const add = [&](std::size_t to, std::int64_t row) {
    auto const entries = tests.entries(row);
    for (auto k = entries.begin; k < entries.end; ++k) {
      double const error = fitted[static_cast<std::size_t>(k)] - tests.value(k);
      sums[3 * to] += error * error;
      sums[3 * to + 1] += tests.value(k) * tests.value(k);
      sums[3 * to + 2] += 1;
    }
  };
  for (std::int64_t i = 0; i < tests.own().size(); ++i) add(groups.size(), i);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (auto const i : groups[g].own) add(g, i);
  mpi::sum_in_place(data.communicator(), sums);
  TestErrors result;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    result.groups.push_back({sums[3 * g], sums[3 * g + 1]});
    result.cells_of_group.push_back(sums[3 * g + 2]);
  }
  result.all = {sums[3 * groups.size()], sums[3 * groups.size() + 1]};
  result.cells = sums[3 * groups.size() + 2];
  return result;
}

}  // namespace thresher::group_matrix
