#pragma once

#include "experiments/partial_order/estimators/relaxed_method.hpp"
#include "experiments/partial_order/solvers/hamiltonian.hpp"

#include <vector>

namespace thresher::partial_order {

/// A chain that moves by trajectories driven by the relaxed gradient, from the annealed climb of its start;
/// its step size is learnt during the warm-up.
class TrajectoryChain : public ChainSampler {
 public:
  /// `input` must outlive it. Collective.
  explicit TrajectoryChain(FitInput const& input);

  void start(std::int64_t chain, study::KeptWork& work, study::KeptWork::Save const& save) override;
  PartialOrder order() const override;
  Latents latents() const override { return posterior_.latents(position_); }
  double evaluations() const override {
    return static_cast<double>(posterior_.evaluations()) - evaluations_before_;
  }
  void write(bytes::Writer& state) const override;
  void read(bytes::Reader& state) override;

 protected:
  /// One trajectory towards `target`; learns during the warm-up.
  double move(std::int64_t iteration, Hamiltonian::Target const& target);
  FitInput const& input() const { return input_; }
  std::int64_t chain() const { return chain_; }
  std::vector<double>& position() { return position_; }

 private:
  FitInput const& input_;
  RelaxedPosterior posterior_;
  TrajectoryStreams streams_;
  Hamiltonian hamiltonian_;
  std::int64_t chain_ = 0;
  std::vector<double> position_;
  StepSize step_;
  double evaluations_before_ = 0;  ///< of the posterior, not of this chain
};

/// Of the samplers with trajectories: what they read, and their evaluations.
std::vector<std::string_view> trajectory_parameters();
double trajectory_evaluations(Parameters const& point);

}  // namespace thresher::partial_order
