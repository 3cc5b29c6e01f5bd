#include "experiments/federated_lora/estimators/measurement.hpp"

#include "experiments/federated_lora/estimators/adapter_artifacts.hpp"
#include "experiments/federated_lora/estimators/artifacts.hpp"
#include "experiments/federated_lora/estimators/client_errors.hpp"
#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/methods.hpp"
#include "experiments/federated_lora/estimators/price_path.hpp"
#include "experiments/federated_lora/estimators/score_metrics.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;

/// Below this part of the signal an error is rounding, and no ratio with it means anything.
constexpr double kNegligible = 1e-9;
constexpr double kExact = 1e-6;

Stacks stacks_of(AdapterSolutions const& solutions) {
  Stacks stacks;
  for (auto const& solution : solutions.adapters()) stacks.push_back(&solution->data().estimates());
  return stacks;
}

/// Who is contaminated by the program alone: its residual blocks, or what is off its subspace.
Recoveries decide_by_program(Parameters const& point, AdapterSolutions const& solutions) {
  Recoveries recoveries;
  std::vector<std::vector<double>> block_norms;
  for (auto const& solution : solutions.adapters()) {
    auto const& convex = solution->convex();
    recoveries.push_back({convex.common, convex.frame, {}, {}});
    block_norms.push_back(convex.block_norms);
  }
  if (point.score == Score::residual)
    detect(stacks_of(solutions), point, recoveries);
  else
    detect_by(std::move(block_norms), stacks_of(solutions), point, recoveries);
  return recoveries;
}

/// The same by the leading directions of the normalised stacks.
Recoveries decide_by_directions(Parameters const& point, AdapterSolutions const& solutions) {
  Recoveries recoveries;
  for (auto const& solution : solutions.adapters()) {
    auto const& normalised = solution->normalised();
    recoveries.push_back(
        {normalised.centre, completed_frame(normalised.leading.vectors.view(), fitted_rank(point)), {}, {}});
  }
  detect(stacks_of(solutions), point, recoveries);
  return recoveries;
}

/// 1 - ||U_hat^T U||_F^2 / r.
double subspace_error(DenseMatrix const& frame, DenseMatrix const& truth) {
  DenseMatrix products(frame.columns(), truth.columns());
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, frame.view(), truth.view(), 0,
               products.view());
  double overlap = 0;
  for (double const value : products.values()) overlap += value * value;
  return std::clamp(1 - overlap / static_cast<double>(truth.columns()), 0.0, 1.0);
}

/// Of several programs: sums, the largest gap, and no price.
void measure_solve(Parameters const& point, AdapterSolutions const& solutions, Metrics& metrics) {
  auto const& first = solutions.adapters().front();
  metrics.convex_rank = metrics.admm_iterations = metrics.objective = metrics.duality_gap = 0;
  metrics.converged = 1;
  for (auto const& solution : solutions.adapters()) {
    auto const& convex = solution->convex();
    metrics.convex_rank += static_cast<double>(convex.rank);
    metrics.admm_iterations += static_cast<double>(convex.iterations);
    metrics.objective += convex.objective;
    metrics.duality_gap = std::max(metrics.duality_gap, convex.duality_gap);
    if (!convex.converged) metrics.converged = 0;
  }
  if (solutions.adapters().size() > 1) return;
  metrics.lambda_used = first->convex().lambda;
  auto const& levels = first->data().levels();
  auto const factors = balance_factors(
      point, static_cast<double>(contaminated_clients(point)) / static_cast<double>(point.clients));
  metrics.lambda_enter_benign = factors.benign * levels.benign;
  metrics.lambda_enter_contaminated = factors.contaminated * levels.contaminated;
  metrics.lambda_exact_benign = levels.exact_benign;
}

/// Sum over the clients, for estimate e, over the benign ones' number.
double benign_mean(std::vector<double> const& values, std::size_t e, Parameters const& point) {
  auto const clients = static_cast<std::size_t>(point.clients);
  double sum = 0;
  for (std::size_t k = 0; k < clients; ++k) sum += values[e * clients + k];
  return sum / static_cast<double>(benign_clients(point));
}

void measure_parameters(Evidence const& evidence, std::span<MethodEntry const* const> asked,
                        std::span<Estimate const> estimates, study::Team& team, Metrics& metrics) {
  auto const& data = evidence.solution.data();
  auto const errors = client_errors(data, estimates);
  for (std::size_t e = 0; e < asked.size(); ++e)
    metrics.*asked[e]->mse = benign_mean(errors, e, evidence.point);
  store_client_errors(errors, asked, data.is_contaminated(), team);
  double const smallest = kNegligible * signal_energy(evidence.point);
  if (metrics.mse_local > smallest) metrics.gain_clair = 1 - metrics.mse_clair / metrics.mse_local;
  if (metrics.mse_oracle_set > smallest)
    metrics.excess_clair = metrics.mse_clair / metrics.mse_oracle_set - 1;
}

void measure_texts(Evidence const& evidence, std::span<MethodEntry const* const> asked,
                   std::span<Estimate const> estimates, Metrics& metrics) {
  auto const readings = read_texts(evidence.solution.data(), estimates);
  for (std::size_t e = 0; e < asked.size(); ++e) {
    metrics.*asked[e]->copy_accuracy = benign_mean(readings.accuracy, e, evidence.point);
    metrics.*asked[e]->copy_loss = benign_mean(readings.loss, e, evidence.point);
  }
  double const mistakes = 1 - metrics.copy_accuracy_local;
  if (mistakes > kNegligible) metrics.gain_clair = 1 - (1 - metrics.copy_accuracy_clair) / mistakes;
}

/// How good the estimates of the methods are that are asked for.
void measure_methods(Evidence const& evidence, study::Team& team, Metrics& metrics) {
  std::vector<MethodEntry const*> asked;
  std::vector<Estimate> estimates;
  for (auto const& entry : methods()) {
    if (!applies(entry, evidence.point)) continue;
    asked.push_back(&entry);
    estimates.push_back(entry.estimate(evidence));
  }
  if (evidence.point.module == Module::copy)
    measure_texts(evidence, asked, estimates, metrics);
  else
    measure_parameters(evidence, asked, estimates, team, metrics);
}

}  // namespace

study::Outcome measure_point(AdapterSolutions const& solutions, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  auto const stacks = stacks_of(solutions);
  auto const convex = decide_by_program(point, solutions);
  auto clair = convex;
  polish(stacks, point, clair);
  auto spherical = decide_by_directions(point, solutions);
  auto const unpolished = spherical.front().frame;
  polish(stacks, point, spherical);

  auto const& solution = *solutions.adapters().front();
  auto const& data = solution.data();
  measure_solve(point, solutions, metrics);
  if (knows_clean_set(point)) {
    measure_detection(clair.front().scores, clair.front().flags, data.is_contaminated(), metrics);
    metrics.set_recovered_spherical = spherical.front().flags == data.is_contaminated() ? 1 : 0;
  }
  if (data.subspace().columns() > 0) {
    metrics.subspace_error_svd = subspace_error(solution.svd_frame(), data.subspace());
    metrics.subspace_error_spherical = subspace_error(unpolished, data.subspace());
    metrics.subspace_error_oracle_set = subspace_error(solution.oracle_frame(), data.subspace());
    metrics.subspace_error_convex = subspace_error(convex.front().frame, data.subspace());
    metrics.subspace_error_clair = subspace_error(clair.front().frame, data.subspace());
  }
  if (point.module == Module::gaussian || point.module == Module::linreg)
    metrics.exact_recovery = metrics.subspace_error_convex < kExact && metrics.set_recovered == 1 ? 1 : 0;

  std::vector<Evidence> evidence;
  for (std::size_t a = 0; a < stacks.size(); ++a)
    evidence.push_back({point, *solutions.adapters()[a], convex[a], clair[a], spherical[a]});
  store_recovery(clair, data.is_contaminated(), team);
  if (point.module != Module::input) measure_methods(evidence.front(), team, metrics);
  if (evidence.size() > 1) {
    store_adapters(evidence, team);
  } else {
    store_solution(solution, team);
    store_price_path(solution, point, team);
    if (point.module == Module::input) store_refined(evidence.front(), team);
  }
  return metrics.converged == 1 ? study::Outcome::ok : study::Outcome::not_converged;
}

Metrics applicable_metrics(Parameters const& point) {
  Metrics all;
  for (auto const member : {&Metrics::gain_clair,
                            &Metrics::excess_clair,
                            &Metrics::subspace_error_svd,
                            &Metrics::subspace_error_spherical,
                            &Metrics::subspace_error_oracle_set,
                            &Metrics::subspace_error_convex,
                            &Metrics::subspace_error_clair,
                            &Metrics::tpr,
                            &Metrics::fpr,
                            &Metrics::set_recovered,
                            &Metrics::set_recovered_spherical,
                            &Metrics::auc,
                            &Metrics::score_gap,
                            &Metrics::score_benign,
                            &Metrics::score_contaminated,
                            &Metrics::lambda_used,
                            &Metrics::lambda_enter_benign,
                            &Metrics::lambda_enter_contaminated,
                            &Metrics::lambda_exact_benign,
                            &Metrics::exact_recovery,
                            &Metrics::convex_rank,
                            &Metrics::admm_iterations,
                            &Metrics::converged,
                            &Metrics::duality_gap,
                            &Metrics::objective})
    all.*member = 0;
  auto const without = [&](std::initializer_list<double Metrics::*> members) {
    for (auto const member : members) all.*member = study::kUndefined;
  };
  bool const copies = point.module == Module::copy;
  for (auto const& entry : methods()) {
    if (!applies(entry, point)) continue;
    if (!copies) all.*entry.mse = 0;
    if (copies) all.*entry.copy_accuracy = all.*entry.copy_loss = 0;
  }
  bool const is_own = point.module == Module::input;
  if (is_own)
    without({&Metrics::gain_clair, &Metrics::subspace_error_svd, &Metrics::subspace_error_spherical,
             &Metrics::subspace_error_oracle_set, &Metrics::subspace_error_convex,
             &Metrics::subspace_error_clair});
  if (point.rank > benign_clients(point) * point.d2) without({&Metrics::lambda_exact_benign});
  if (adapter_count(point) > 1) without({&Metrics::lambda_used});
  if (!knows_clean_set(point))
    without({&Metrics::tpr, &Metrics::fpr, &Metrics::set_recovered, &Metrics::set_recovered_spherical,
             &Metrics::auc, &Metrics::score_gap, &Metrics::score_benign, &Metrics::score_contaminated});
  if (copies || is_own)
    without({&Metrics::excess_clair, &Metrics::exact_recovery, &Metrics::lambda_enter_benign,
             &Metrics::lambda_enter_contaminated, &Metrics::lambda_exact_benign});
  auto const asks = [&](Method method) { return point.methods.contains(method); };
  if (!asks(Method::clair) || !asks(Method::local)) without({&Metrics::gain_clair});
  if (!asks(Method::clair) || !asks(Method::oracle_set)) without({&Metrics::excess_clair});
  if (contaminated_clients(point) == 0)
    without({&Metrics::tpr, &Metrics::auc, &Metrics::score_gap, &Metrics::score_contaminated,
             &Metrics::lambda_enter_contaminated});
  return all;
}

}  // namespace thresher::federated_lora
