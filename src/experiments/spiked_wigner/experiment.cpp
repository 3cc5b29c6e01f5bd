#include "experiments/spiked_wigner/experiment.hpp"

#include "experiments/spiked_wigner/data.hpp"
#include "experiments/spiked_wigner/measurement.hpp"
#include "experiments/spiked_wigner/work.hpp"

namespace thresher::spiked_wigner {

using study::MetricKind;

Experiment::Experiment() {
  about("spiked_wigner", "Leading eigenvector of a spiked Wigner matrix",
        "F. Benaych-Georges and R. R. Nadakuditi, The eigenvalues and eigenvectors of finite, low rank "
        "perturbations of large random matrices, Advances in Mathematics 227, 2011",
        1);
  stages({"data", "spectrum"});

  parameter("n", &Parameters::n, "[2, 1e7]", "order of the matrix", "data");
  parameter("theta", &Parameters::theta, "[0, 1e6]", "strength of the signal", "data");
  parameter("storage", &Parameters::storage, {"stored", "implicit"},
            "matrix in memory, or drawn anew at every product", "execution");
  parameter("tolerance", &Parameters::tolerance, "[1e-14, 1e-2]",
            "residual of the eigenpair, relative to the eigenvalue", "spectrum");

  // Both stay undefined where the eigensolver does not converge.
  auto& eigenvalue =
      metric("eigenvalue", &Metrics::eigenvalue, MetricKind::value, "(-inf, inf)", "largest eigenvalue");
  eigenvalue.may_be_undefined = true;
  eigenvalue.prediction = "eigenvalue";
  auto& overlap = metric("overlap", &Metrics::overlap, MetricKind::value, "[0, 1]",
                         "squared cosine of the leading eigenvector and the signal");
  overlap.may_be_undefined = true;
  overlap.prediction = "overlap";

  theory("transition", {"theta"}, predict_transition);
  prediction("eigenvalue", &Predictions::eigenvalue, "max(2, theta + 1 / theta), n -> infinity");
  prediction("overlap", &Predictions::overlap, "max(0, 1 - 1 / theta^2), n -> infinity");

  headline({"overlap", "eigenvalue"}, "theta");

  artifact("signal", {"coordinate"}, "the hidden direction");
  artifact("eigenvector", {"coordinate"}, "the leading eigenvector");
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage == 0 ? data_cost(point, resources.ranks) : spectrum_cost(point, resources.ranks);
}

/// The data are the only stage before the measurement; `points` differ in the tolerance alone.
std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t, study::StageResult const*,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  return std::make_unique<SpikedMatrix>(points.front(), team);
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<SpikedMatrix const&>(*before), point, team, metrics);
}

}  // namespace thresher::spiked_wigner
