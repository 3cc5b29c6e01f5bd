#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace thresher::implicit_regularization {

/// What is known of the user's file as a whole: snapshots of a network that was trained elsewhere.
struct OwnSnapshots {
  std::vector<std::int64_t> layers;  ///< inputs, widths of the hidden layers, 1
  std::int64_t snapshots = 0;        ///< K, rows of /theta
  std::int64_t parameters = 0;       ///< P, columns of /theta
  std::int64_t rows = 0;             ///< of /X; 0: /neg_loss_grad stands in place of /X and /y
  Activation activation = Activation::relu;
  Loss loss = Loss::squared;
  double eta = 0;           ///< step between /theta and /theta_next
  bool has_biases = false;  ///< every layer has them
  bool has_next = false;    ///< /theta_next is there
  bool has_start = false;   ///< /theta0 is there

  bool has_hidden_layers() const { return layers.size() > 2; }

  static constexpr std::tuple members{&OwnSnapshots::layers,     &OwnSnapshots::snapshots,
                                      &OwnSnapshots::parameters, &OwnSnapshots::rows,
                                      &OwnSnapshots::activation, &OwnSnapshots::loss,
                                      &OwnSnapshots::eta,        &OwnSnapshots::has_biases,
                                      &OwnSnapshots::has_next,   &OwnSnapshots::has_start};
};

/// Whether there are layers: of the user's network, else of the point's (where `model` has an influence).
inline bool is_network(Parameters const& point) {
  return point.input != nullptr ? point.input->has_hidden_layers() : point.model == Model::mlp;
}

}  // namespace thresher::implicit_regularization
