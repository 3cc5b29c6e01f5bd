#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/solvers/deep_network.hpp"
#include "experiments/implicit_regularization/solvers/linear_model.hpp"
#include "experiments/implicit_regularization/solvers/wide_network.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

// Small problems on which models are differentiated.

namespace thresher::implicit_regularization::testing {

inline random::Stream test_stream(std::string_view name) {
  return {random::hash_identity("implicit_regularization test"), name};
}

/// Random rows and labels that every rank holds whole.
struct Problem {
  Problem(std::int64_t count, std::int64_t inputs, Loss loss)
      : x(inputs, count), y(static_cast<std::size_t>(count)), numbers(y.size()) {
    test_stream("x").normals({}, 0, x.values());
    test_stream("y").normals({}, 0, y);
    if (loss == Loss::logistic)
      for (double& label : y) label = label > 0 ? 1 : 0;
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  }
  Rows rows() const { return {x.columns(), {0, x.columns()}, x.view(), y, numbers}; }

  linalg::DenseMatrix x;
  std::vector<double> y;
  std::vector<std::int64_t> numbers;
};

inline std::vector<double> random_vector(std::size_t size, std::string_view name, double scale = 1) {
  std::vector<double> vector(size);
  test_stream(name).normals({}, 0, vector);
  for (double& entry : vector) entry *= scale;
  return vector;
}

struct ModelCase {
  Model model;
  std::vector<std::int64_t> sizes;  ///< d, widths, 1
  Activation activation;
  bool bias;
  Loss loss;
};

inline std::unique_ptr<LossModel> make(ModelCase const& of, mpi::Communicator const& comm) {
  NetworkShape const shape{of.sizes, of.activation, of.bias};
  if (of.model == Model::linear) return std::make_unique<LinearModel>(comm, of.sizes.front(), of.loss);
  if (shape.layers() == 2) return std::make_unique<WideNetwork>(comm, shape, of.loss);
  return std::make_unique<DeepNetwork>(comm, shape, of.loss);
}

/// Linear models, and networks of depth 1, 2 and 3 with unequal widths; both activations, both losses, with
/// and without biases.
inline std::vector<ModelCase> all_models() {
  std::vector<ModelCase> cases;
  for (auto const loss : {Loss::squared, Loss::logistic}) {
    cases.push_back({Model::linear, {5, 1}, Activation::relu, false, loss});
    for (auto const activation : {Activation::relu, Activation::tanh})
      for (bool const bias : {false, true})
        for (auto const& sizes : {std::vector<std::int64_t>{4, 6, 1}, {4, 5, 3, 1}, {3, 4, 5, 3, 1}})
          cases.push_back({Model::mlp, sizes, activation, bias, loss});
  }
  return cases;
}

}  // namespace thresher::implicit_regularization::testing
