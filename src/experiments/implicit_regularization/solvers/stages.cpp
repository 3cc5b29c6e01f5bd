#include "experiments/implicit_regularization/solvers/stages.hpp"

#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/deep_network.hpp"
#include "experiments/implicit_regularization/solvers/linear_model.hpp"
#include "experiments/implicit_regularization/solvers/wide_network.hpp"

#include <algorithm>
#include <utility>

namespace thresher::implicit_regularization {

bool needs_spectrum(Parameters const& point) {
  if (point.input != nullptr || point.model != Model::linear || point.loss != Loss::squared) return false;
  if (point.matrix_fit != MatrixFit::none) return true;
  if (point.modification == Modification::step_size) return true;
  return is_spectral(point) && point.resample == Resample::fresh;
}

StartStage::StartStage(std::span<Parameters const> points, TrialData const& data, study::Team& team)
    : data_(data) {
  if (std::ranges::none_of(points, needs_spectrum)) return;
  auto const& comm = team.communicator();
  spectrum_ = decompose(comm, gram_matrix(comm, data.design_rows()));
}

std::unique_ptr<LossModel> make_model(Parameters const& point, mpi::Communicator const& comm) {
  auto shape = network_shape(point);
  auto const loss = point.input != nullptr ? point.input->loss : point.loss;
  if (!is_network(point)) return std::make_unique<LinearModel>(comm, shape.inputs(0), loss);
  if (shape.layers() == 2) return std::make_unique<WideNetwork>(comm, shape, loss);
  return std::make_unique<DeepNetwork>(comm, std::move(shape), loss);
}

std::vector<double> start_of(Parameters const& point, LossModel const& model, std::int64_t replicate,
                             study::Team const& team) {
  auto const own = point.resample == Resample::bootstrap ? 0 : replicate;
  return model.start({team.stream("start"), static_cast<std::uint64_t>(own), point.init_scale});
}

std::int64_t most_replicates(std::span<Parameters const> points) {
  std::int64_t most = 1;
  for (auto const& point : points) most = std::max(most, point.replicates);
  return most;
}

}  // namespace thresher::implicit_regularization
