#include "experiments/federated_lora/estimators/methods.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;

ClientStack const& stack_of(Evidence const& evidence) {
  return evidence.solution.data().estimates();
}

std::vector<char> everyone(Evidence const& evidence, char mark) {
  return std::vector<char>(static_cast<std::size_t>(stack_of(evidence).clients()), mark);
}

/// The same matrix for all.
Estimate global(Evidence const& evidence, DenseMatrix centre) {
  DenseMatrix none(centre.rows(), 0);
  return {std::move(centre), std::move(none), 0, everyone(evidence, 0)};
}

/// Averages off the subspace over the unflagged clients and keeps what is theirs inside it.
Estimate refined(Evidence const& evidence, DenseMatrix frame, std::vector<char> const& flags) {
  auto const& stack = stack_of(evidence);
  std::vector<char> clean;
  for (char const mark : flags) clean.push_back(mark == 0 ? 1 : 0);
  if (std::ranges::count(clean, 1) < 2)
    return {DenseMatrix(stack.rows(), stack.columns()), std::move(frame), 1, everyone(evidence, 1)};
  return {mean_of(stack, clean), std::move(frame), 0, flags};
}

Estimate local(Evidence const& evidence) {
  auto const& stack = stack_of(evidence);
  return {DenseMatrix(stack.rows(), stack.columns()), DenseMatrix(stack.rows(), 0), 1, everyone(evidence, 1)};
}

Estimate fedavg(Evidence const& evidence) {
  return global(evidence, evidence.solution.data().mean());
}

Estimate geomedian(Evidence const& evidence) {
  return global(evidence, evidence.solution.data().geometric_median());
}

Estimate svd(Evidence const& evidence) {
  return refined(evidence, evidence.solution.svd_frame(), everyone(evidence, 0));
}

Estimate spherical(Evidence const& evidence) {
  return refined(evidence, evidence.spherical.frame, evidence.spherical.flags);
}

Estimate oracle_set(Evidence const& evidence) {
  return refined(evidence, evidence.solution.oracle_frame(), evidence.solution.data().is_contaminated());
}

Estimate oracle(Evidence const& evidence) {
  return refined(evidence, evidence.solution.data().subspace(), evidence.solution.data().is_contaminated());
}

Estimate clair_convex(Evidence const& evidence) {
  return refined(evidence, evidence.convex.frame, evidence.convex.flags);
}

Estimate clair(Evidence const& evidence) {
  return refined(evidence, evidence.clair.frame, evidence.clair.flags);
}

Estimate base(Evidence const& evidence) {
  auto const& stack = stack_of(evidence);
  return global(evidence, DenseMatrix(stack.rows(), stack.columns()));
}

/// Shrinks off the subspace only as far as the error of a client's own estimate is of what is seen there
/// (that error and the heterogeneity): never worse than local, asymptotically.
Estimate clair_adaptive(Evidence const& evidence) {
  auto estimate = clair(evidence);
  auto const clean = std::ranges::count(estimate.keeps_own, 0);
  if (clean < 2) return estimate;
  auto const off = residuals(stack_of(evidence), estimate.centre, estimate.frame).off_subspace;
  double square = 0;
  for (std::size_t k = 0; k < off.size(); ++k)
    if (estimate.keeps_own[k] == 0) square += off[k] * off[k];
  auto const count = static_cast<double>(clean);
  double const outside =
      1 - static_cast<double>(estimate.frame.columns()) / static_cast<double>(estimate.frame.rows());
  double const seen = square / count / ((1 - 1 / count) * outside);
  double const own = evidence.solution.data().noise_square();
  estimate.off_subspace = 1 - (own == 0 ? 0 : std::min(1.0, own / seen));
  return estimate;
}

}  // namespace

std::span<MethodEntry const> methods() {
  static std::vector<MethodEntry> const all{
      {Method::local, "local", "a client's own estimate", &Metrics::mse_local, &Metrics::copy_accuracy_local,
       &Metrics::copy_loss_local, local},
      {Method::fedavg, "fedavg", "the mean of all clients for everyone", &Metrics::mse_fedavg,
       &Metrics::copy_accuracy_fedavg, &Metrics::copy_loss_fedavg, fedavg},
      {Method::geomedian, "geomedian", "the geometric median for everyone", &Metrics::mse_geomedian,
       &Metrics::copy_accuracy_geomedian, &Metrics::copy_loss_geomedian, geomedian},
      {Method::svd, "svd", "refinement over all clients in their leading subspace", &Metrics::mse_svd,
       &Metrics::copy_accuracy_svd, &Metrics::copy_loss_svd, svd},
      {Method::spherical, "spherical", "subspace of the normalised stack, then as clair",
       &Metrics::mse_spherical, &Metrics::copy_accuracy_spherical, &Metrics::copy_loss_spherical, spherical},
      {Method::oracle_set, "oracle_set", "refinement with the true clean set", &Metrics::mse_oracle_set,
       &Metrics::copy_accuracy_oracle_set, &Metrics::copy_loss_oracle_set, oracle_set},
      {Method::oracle, "oracle", "refinement with the true clean set and subspace", &Metrics::mse_oracle,
       nullptr, nullptr, oracle},
      {Method::clair_convex, "clair_convex", "refinement by the convex program, without polishing",
       &Metrics::mse_clair_convex, &Metrics::copy_accuracy_clair_convex, &Metrics::copy_loss_clair_convex,
       clair_convex},
      {Method::clair, "clair", "convex program, detection, polishing, refinement", &Metrics::mse_clair,
       &Metrics::copy_accuracy_clair, &Metrics::copy_loss_clair, clair},
      {Method::clair_adaptive, "clair_adaptive", "clair that shrinks by the measured heterogeneity",
       &Metrics::mse_clair_adaptive, nullptr, nullptr, clair_adaptive},
      {Method::base, "base", "no update: the pretrained network", nullptr, &Metrics::copy_accuracy_base,
       &Metrics::copy_loss_base, base}};
  return all;
}

bool applies(MethodEntry const& entry, Parameters const& point) {
  if (point.module == Module::input) return false;  // nobody knows the parameters
  auto const member = point.module == Module::copy ? entry.copy_accuracy : entry.mse;
  return member != nullptr && point.methods.contains(entry.method);
}

}  // namespace thresher::federated_lora
