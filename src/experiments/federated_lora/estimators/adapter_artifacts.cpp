#include "experiments/federated_lora/estimators/adapter_artifacts.hpp"

#include "experiments/federated_lora/estimators/client_errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;

void append_row_major(DenseMatrix const& a, std::vector<double>& values) {
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.columns(); ++j) values.push_back(a(i, j));
}

/// `width` numbers of each adapter, those of an adapter together.
void store_per_adapter(std::string const& name, std::span<Evidence const> adapters, study::Team& team,
                       std::function<std::vector<double>(Evidence const&)> const& numbers) {
  if (!team.wants(name)) return;
  study::Artifact artifact{name, {static_cast<std::int64_t>(adapters.size())}, {}};
  for (auto const& adapter : adapters) {
    auto const own = numbers(adapter);
    artifact.values.insert(artifact.values.end(), own.begin(), own.end());
  }
  if (auto const width = artifact.values.size() / adapters.size(); width > 1)
    artifact.extents.push_back(static_cast<std::int64_t>(width));
  team.store(std::move(artifact));
}

void store_refined_adapters(std::string const& name, Method method, std::span<Evidence const> adapters,
                            study::Team& team) {
  if (!team.wants(name)) return;
  auto const& comm = adapters.front().solution.data().estimates().communicator();
  std::int64_t const clients = adapters.front().solution.data().estimates().clients();
  if (comm.size() > clients) {
    team.warn("refined estimates are left by teams of at most as many ranks as clients");
    return;
  }
  std::vector<Estimate> estimates;
  std::int64_t width = 0;
  for (auto const& adapter : adapters) {
    auto const& stack = adapter.solution.data().estimates();
    estimates.push_back(methods()[static_cast<std::size_t>(method)].estimate(adapter));
    width += stack.rows() * stack.columns();
  }
  auto const own = mpi::share(clients, comm.rank(), comm.size());
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(own.size() * width));
  for (std::size_t piece = 0; piece < static_cast<std::size_t>(own.size()); ++piece)
    for (std::size_t a = 0; a < adapters.size(); ++a) {
      auto const& stack = adapters[a].solution.data().estimates();
      DenseMatrix refined(stack.rows(), stack.columns()), scratch;
      estimate_client(estimates[a], stack.pieces()[piece].client, stack.get(stack.pieces()[piece], scratch),
                      estimates[a].centre.view(), refined.view());
      append_row_major(refined, values);
    }
  team.store_distributed(name, {clients, width}, own, values);
}

}  // namespace

void store_adapters(std::span<Evidence const> adapters, study::Team& team) {
  using Numbers = std::vector<double>;
  store_per_adapter("adapter_shape", adapters, team, [](Evidence const& adapter) {
    auto const& stack = adapter.solution.data().estimates();
    return Numbers{static_cast<double>(stack.rows()), static_cast<double>(stack.columns())};
  });
  store_per_adapter("adapter_lambda", adapters, team,
                    [](Evidence const& adapter) { return Numbers{adapter.solution.convex().lambda}; });
  store_per_adapter("adapter_gap", adapters, team,
                    [](Evidence const& adapter) { return Numbers{adapter.solution.convex().duality_gap}; });
  store_per_adapter("adapter_rank", adapters, team, [](Evidence const& adapter) {
    return Numbers{static_cast<double>(adapter.solution.convex().rank)};
  });
  store_per_adapter("adapter_scores", adapters, team,
                    [](Evidence const& adapter) { return adapter.clair.own_scores; });
  if (team.wants("adapter_common")) {
    study::Artifact artifact{"adapter_common", {}, {}};
    for (auto const& adapter : adapters) append_row_major(adapter.clair.common, artifact.values);
    artifact.extents = {static_cast<std::int64_t>(artifact.values.size())};
    team.store(std::move(artifact));
  }
  store_refined_adapters("adapter_refined", Method::clair, adapters, team);
  if (std::ranges::none_of(adapters, [](Evidence const& adapter) {
        return std::isnan(adapter.solution.data().noise_square());
      }))
    store_refined_adapters("adapter_refined_adaptive", Method::clair_adaptive, adapters, team);
}

}  // namespace thresher::federated_lora
