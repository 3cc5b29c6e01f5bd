#pragma once

#include "../services.hpp"
#include "experiments/reward_single_index/data/own_file.hpp"
#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/spherical_descent.hpp"
#include "experiments/reward_single_index/solvers/spread_weights.hpp"
#include "random/stream.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace thresher::reward_single_index {

/// A user's file: rewards along (1, -1, 1, -1 ..), with noise.
class OwnRowsFile : public trials::MemoryInput {
 public:
  OwnRowsFile(std::int64_t rows, std::int64_t columns) : columns_(columns) {
    std::vector<double> theta;
    for (std::int64_t k = 0; k < columns; ++k) theta.push_back(k % 2 == 0 ? 1 : -1);
    sets["theta"] = {{columns}, theta};
    give("X", "y", rows);
  }
  void give_second_rows(std::int64_t rows) { give("X2", "y2", rows); }

 private:
  void give(char const* inputs, char const* labels, std::int64_t rows) {
    random::Stream const stream(random::hash_identity("own rows"), inputs);
    std::vector<double> x(static_cast<std::size_t>(rows * columns_)), y(static_cast<std::size_t>(rows));
    random::fill_normals(stream, {0, rows, 0, columns_}, random::Layout::row_major, x, columns_);
    random::Stream(random::hash_identity("own rows"), labels).normals({}, 0, y);
    for (std::int64_t row = 0; row < rows; ++row) {
      double z = 0;
      for (std::int64_t k = 0; k < columns_; ++k)
        z += x[static_cast<std::size_t>(row * columns_ + k)] * (k % 2 == 0 ? 1 : -1);
      double& label = y[static_cast<std::size_t>(row)];
      label = std::tanh(1.5 * z / std::sqrt(static_cast<double>(columns_))) + 0.2 * label;
    }
    sets[inputs] = {{rows, columns_}, x};
    sets[labels] = {{rows}, y};
  }
  std::int64_t columns_;
};

inline OwnRowsFile own_rows(std::int64_t rows, std::int64_t columns) {
  return {rows, columns};
}

/// A point on such a file.
inline Parameters own_point(FirstStage stage, std::int64_t columns) {
  Parameters point;
  point.stage1 = stage;
  point.d = columns;
  point.n_neurons = 8;
  point.n2 = 200;
  point.beta2 = 1;
  point.lr = 0.1;
  return point;
}

}  // namespace thresher::reward_single_index
