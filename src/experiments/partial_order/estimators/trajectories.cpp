#include "experiments/partial_order/estimators/trajectories.hpp"

namespace thresher::partial_order {

TrajectoryChain::TrajectoryChain(FitInput const& input)
    : input_(input),
      posterior_(input.team.communicator(), input.training, input.point),
      streams_{input.team.stream("momentum"), input.team.stream("path"), input.team.stream("accept")},
      hamiltonian_(posterior_, input.point.tau, input.point.leapfrog, streams_) {}

void TrajectoryChain::start(std::int64_t chain, study::KeptWork& work, study::KeptWork::Save const& save) {
  evaluations_before_ = static_cast<double>(posterior_.evaluations());
  auto climb = annealed_start(posterior_, input_, chain, work, save);
  chain_ = chain;
  position_ = std::move(climb.position);
  step_ = {};
  hamiltonian_.prepare(position_);
}

double TrajectoryChain::move(std::int64_t iteration, Hamiltonian::Target const& target) {
  auto const& point = input_.point;
  if (iteration == point.warmup) step_.freeze();
  double const alpha = hamiltonian_.move(chain_, iteration, step_.step(), target, position_);
  if (iteration < point.warmup) step_.learn(alpha, point.target_accept);
  return alpha;
}

PartialOrder TrajectoryChain::order() const {
  return PartialOrder::copy_of(ProductOrder(latents()));
}

void TrajectoryChain::write(bytes::Writer& state) const {
  // As if the next trajectory had begun: who goes on evaluates where it stands.
  state.put(chain_, position_, step_, evaluations() + (hamiltonian_.is_prepared(position_) ? 0.0 : 1.0));
}

void TrajectoryChain::read(bytes::Reader& state) {
  double evaluations = 0;
  state.read(chain_, position_, step_, evaluations);
  hamiltonian_.prepare(position_);
  evaluations_before_ = static_cast<double>(posterior_.evaluations()) - evaluations;
}

std::vector<std::string_view> trajectory_parameters() {
  return {"start_iter", "chains", "warmup", "samples", "leapfrog", "target_accept"};
}

double trajectory_evaluations(Parameters const& point) {
  auto const iterations = static_cast<double>(point.warmup + point.samples);
  return static_cast<double>(point.chains) *
         (climb_evaluations(point, point.start_iter) + iterations * static_cast<double>(point.leapfrog));
}

}  // namespace thresher::partial_order
