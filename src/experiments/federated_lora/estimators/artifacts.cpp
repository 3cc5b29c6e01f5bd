#include "experiments/federated_lora/estimators/artifacts.hpp"

#include "experiments/federated_lora/estimators/client_errors.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace thresher::federated_lora {

namespace {

template <class Values>
void store_list(std::string const& name, Values const& values, study::Team& team) {
  if (!team.wants(name)) return;
  team.store({name, {static_cast<std::int64_t>(values.size())}, {values.begin(), values.end()}});
}

}  // namespace

void store_solution(Solution const& solution, study::Team& team) {
  store_list("low_rank_values", solution.convex().singular_values, team);
  store_list("normalised_values", solution.normalised().leading.singular_values, team);
}

void store_recovery(Recoveries const& recoveries, std::span<char const> truth, study::Team& team) {
  store_list("scores", recoveries.front().scores, team);
  store_list("flags", recoveries.front().flags, team);
  store_list("truth", truth, team);
  if (!team.wants("subspace")) return;
  study::Artifact artifact{"subspace", {0, recoveries.front().frame.columns()}, {}};
  for (auto const& recovery : recoveries) {
    auto frame = recovery.frame;
    for (std::int64_t k = 0; k < frame.columns(); ++k) {
      double largest = 0;
      for (double const entry : frame.column(k))
        if (std::abs(entry) > std::abs(largest)) largest = entry;
      if (largest < 0)
        for (double& entry : frame.column(k)) entry = -entry;
    }
    artifact.extents.front() += frame.rows();
    for (std::int64_t i = 0; i < frame.rows(); ++i)
      for (std::int64_t k = 0; k < frame.columns(); ++k) artifact.values.push_back(frame(i, k));
  }
  team.store(std::move(artifact));
}

void store_client_errors(std::span<double const> errors, std::span<MethodEntry const* const> asked,
                         std::span<char const> truth, study::Team& team) {
  if (!team.wants("client_errors")) return;
  study::Artifact artifact{"client_errors", {kMethods, static_cast<std::int64_t>(truth.size())}, {}};
  for (auto const& entry : methods()) {
    std::size_t at = 0;
    while (at < asked.size() && asked[at]->method != entry.method) ++at;
    for (std::size_t k = 0; k < truth.size(); ++k)
      artifact.values.push_back(at == asked.size() || truth[k] != 0 ? study::kUndefined
                                                                    : errors[at * truth.size() + k]);
  }
  team.store(std::move(artifact));
}

void store_refined(Evidence const& evidence, study::Team& team) {
  auto const& stack = evidence.solution.data().estimates();
  auto const& common = evidence.clair.common;
  if (team.wants("common")) {
    study::Artifact artifact{"common", {common.rows(), common.columns()}, {}};
    for (std::int64_t i = 0; i < common.rows(); ++i)
      for (std::int64_t j = 0; j < common.columns(); ++j) artifact.values.push_back(common(i, j));
    team.store(std::move(artifact));
  }
  bool const knows_noise = !std::isnan(evidence.solution.data().noise_square());
  for (auto const& [name, method] :
       {std::pair{"refined", Method::clair}, {"refined_adaptive", Method::clair_adaptive}}) {
    if (!team.wants(name) || (method == Method::clair_adaptive && !knows_noise)) continue;
    if (stack.communicator().size() > stack.clients()) {
      team.warn("refined estimates are left by teams of at most as many ranks as clients");
      return;
    }
    auto const estimate = methods()[static_cast<std::size_t>(method)].estimate(evidence);
    std::vector<double> values;
    linalg::DenseMatrix refined(stack.rows(), stack.columns()), scratch;
    for (auto const& piece : stack.pieces()) {
      estimate_client(estimate, piece.client, stack.get(piece, scratch), estimate.centre.view(),
                      refined.view());
      for (std::int64_t i = 0; i < refined.rows(); ++i)
        for (std::int64_t j = 0; j < refined.columns(); ++j) values.push_back(refined(i, j));
    }
    auto const own = mpi::share(stack.clients(), stack.communicator().rank(), stack.communicator().size());
    team.store_distributed(name, {stack.clients(), stack.rows(), stack.columns()}, own, values);
  }
}

}  // namespace thresher::federated_lora
