#pragma once

#include "../services.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "stacks.hpp"

#include <algorithm>
#include <random>
#include <vector>

// Files of users that tests make themselves.

namespace thresher::federated_lora::testing {

inline std::vector<double> row_major(std::vector<DenseMatrix> const& blocks) {
  std::vector<double> values;
  for (auto const& block : blocks)
    for (std::int64_t i = 0; i < block.rows(); ++i)
      for (std::int64_t j = 0; j < block.columns(); ++j) values.push_back(block(i, j));
  return values;
}

inline trials::MemoryInput::DataSet marks(int contaminated) {
  std::vector<double> truth(16, 0.0);
  std::fill_n(truth.begin(), contaminated, 1.0);
  return {{16}, truth};
}

/// 16 clients of 14 x 7, the first 4 colluding, on top of a base.
inline trials::MemoryInput made_input() {
  auto blocks = noisy_blocks(16, 4, 0.05, 1);
  std::mt19937_64 generator(9);
  auto const base = gaussian(14, 7, generator);
  for (auto& block : blocks)
    for (std::size_t i = 0; i < 98; ++i) block.values()[i] += base.values()[i];
  trials::MemoryInput input;
  input.sets["clients/estimate"] = {{16, 14, 7}, row_major(blocks)};
  input.sets["base"] = {{14, 7}, row_major({base})};
  input.sets["clients/truth"] = marks(4);
  input.sets["clients/noise"] = {{16}, std::vector<double>(16, 0.5)};
  return input;
}

/// 16 clients with two matrices: `query` (14 x 7, on a base) in which clients 0 and 1 collude, and `value`
/// (10 x 6, as factors) in which clients 2 and 3 do.
inline trials::MemoryInput two_adapters() {
  auto const one = made_input();
  trials::MemoryInput input;
  auto const blocks = noisy_blocks(16, 2, 0.05, 1);
  auto const& base = one.sets.at("base");
  auto values = row_major(blocks);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += base.values[i % 98];
  input.sets["modules/query/estimate"] = {{16, 14, 7}, values};
  input.sets["modules/query/base"] = base;
  input.sets["modules/query/noise"] = {{16}, std::vector<double>(16, 0.5)};
  std::mt19937_64 generator(4);
  auto const both = frame(10, 4, generator);
  auto const common = gaussian(10, 1, generator), common_right = gaussian(6, 1, generator);
  std::vector<DenseMatrix> left, right;
  for (int k = 0; k < 16; ++k) {
    bool const colludes = k == 2 || k == 3;
    DenseMatrix a(10, 5), b(6, 5);  // its subspace, a part common to all, noise of rank 2
    for (std::int64_t i = 0; i < 10; ++i) {
      for (std::int64_t j = 0; j < 2; ++j) a(i, j) = (colludes ? 2 : 1) * both(i, j + (colludes ? 2 : 0));
      a(i, 2) = common(i, 0);
    }
    auto const noise = gaussian(10, 2, generator);
    for (std::int64_t i = 0; i < 10; ++i)
      for (std::int64_t j = 0; j < 2; ++j) a(i, 3 + j) = 0.05 * noise(i, j);
    auto const v = gaussian(6, 5, generator);
    for (std::int64_t i = 0; i < 6; ++i)
      for (std::int64_t j = 0; j < 5; ++j) b(i, j) = j == 2 ? common_right(i, 0) : v(i, j);
    left.push_back(a);
    right.push_back(b);
  }
  input.sets["modules/value/factor_a"] = {{16, 10, 5}, row_major(left)};
  input.sets["modules/value/factor_b"] = {{16, 6, 5}, row_major(right)};
  input.sets["clients/truth"] = marks(4);
  return input;
}

/// The point that the file decides, of rank 2; `about` must outlive it.
inline Parameters own_point(OwnEstimates const& about) {
  Parameters point;
  point.module = Module::input;
  point.clients = about.clients;
  point.input = &about;
  if (about.adapters.size() == 1) {
    point.d1 = about.adapters.front().d1;
    point.d2 = about.adapters.front().d2;
  }
  point.rank_fit = 2;
  return point;
}

}  // namespace thresher::federated_lora::testing
