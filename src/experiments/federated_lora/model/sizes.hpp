#pragma once

#include "experiments/federated_lora/model/parameters.hpp"

#include <cstdint>
#include <vector>

/// What follows from the parameters before anything is drawn.
namespace thresher::federated_lora {

/// The point with d1 and d2 as they are: module copy has matrices of the network's width.
Parameters with_shapes(Parameters point);
/// The point with the shape of one of the user's adapters.
Parameters of_adapter(Parameters point, Adapter const& adapter);
/// Rank that a client's estimate cannot exceed by the way it was made; 0 where nothing is known. `adapter`:
/// of own estimates, else null.
std::int64_t known_rank(Parameters const& point, Adapter const* adapter);
/// Whether estimates of at most rank `known` (0: any) are stored as factors: where these take a quarter of
/// the memory or less, and so few ranks hold whole clients. Module copy trains whole matrices.
bool stores_factors(Parameters const& point, std::int64_t known, int ranks);
/// Matrices that each client has estimated: several only where the user's file holds them.
std::int64_t adapter_count(Parameters const& point);
/// m = contamination K, rounded half to even; of own estimates the marked ones.
std::int64_t contaminated_clients(Parameters const& point);
inline std::int64_t benign_clients(Parameters const& point) {
  return point.clients - contaminated_clients(point);
}
/// Rank that the estimators use: rank_fit, or the true one.
inline std::int64_t fitted_rank(Parameters const& point) {
  return point.rank_fit > 0 ? point.rank_fit : point.rank;
}
/// Strengths s_i of the directions of the shared subspace, descending.
std::vector<double> strengths(Parameters const& point);
/// Whether it is known who is contaminated.
inline bool knows_clean_set(Parameters const& point) {
  return point.module != Module::input || (point.input != nullptr && point.input->has_truth);
}
/// E_2 = sum s_i^2: squared Frobenius norm of a benign client's own part.
double signal_energy(Parameters const& point);
/// B^2: squared Frobenius norm of a contaminated client's deviation.
double contamination_energy(Parameters const& point);

/// What a block that all contaminated clients share (kind shift) does to the entry levels where the common
/// part is free: its multipliers must balance those of the others.
struct BalanceFactors {
  double benign = 1;  ///< infinite from gamma = 1/2 on
  double contaminated = 1;
};
/// `fraction`: part of the clients that is contaminated.
BalanceFactors balance_factors(Parameters const& point, double fraction);

}  // namespace thresher::federated_lora
