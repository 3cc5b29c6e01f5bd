#include "experiments/implicit_regularization/estimators/observed.hpp"

#include "experiments/implicit_regularization/estimators/entry_routes.hpp"
#include "experiments/implicit_regularization/estimators/fits/subgradient_fit.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "numerics/quantile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace thresher::implicit_regularization {

namespace {

std::span<DeviationBlock const> blocks_seen(Deviation const& deviation, Parameters const& point) {
  std::span<DeviationBlock const> const all = deviation.blocks;
  if (point.input != nullptr) return all;
  auto const count = static_cast<std::size_t>(blocks_of(point));
  if (count > all.size()) throw std::logic_error("fewer blocks were observed than the point asks for");
  return all.first(count);
}

/// The l1 and l2 coefficients where weights may lie at 0 exactly. Collective.
void fit_subgradient(Observed const& observed, Fits& fits) {
  auto const to_root = EntryRoutes::to_root(observed.entries, observed.comm);
  std::vector<double> theta, b;
  for (auto const& block : observed.blocks) {
    auto const weights = to_root(block.theta), deviation = to_root(block.b);
    theta.insert(theta.end(), weights.begin(), weights.end());
    b.insert(b.end(), deviation.begin(), deviation.end());
  }
  SubgradientFit fit;
  if (observed.comm.rank() == 0) fit = subgradient_fit(theta, b, observed.point.active_tol);
  fit = mpi::broadcast_value(observed.comm, fit);
  for (std::size_t k = 0; k < fits.joint_members.size(); ++k)
    fits.joint.coefficients[k] = fits.joint_members[k] == Candidate::l1 ? fit.l1 : fit.l2;
  fits.joint.r2 = fit.r2;
}

/// All ranks take what rank 0 found. Collective.
void share_joint(mpi::Communicator const& comm, JointFit& joint) {
  mpi::broadcast_vector(comm, joint.coefficients);
  auto const rest = mpi::broadcast_value(comm, std::array{joint.r2, joint.condition});
  joint.r2 = rest[0];
  joint.condition = rest[1];
}

}  // namespace

Observed::Observed(Deviation const& deviation, Parameters const& asked, mpi::Communicator const& team)
    : point(asked),
      blocks(blocks_seen(deviation, asked)),
      entries(deviation.entries),
      facts(deviation.facts),
      comm(team),
      order(entries, comm) {}

double Observed::median_updates() const {
  if (facts.updates.empty()) return static_cast<double>(point.steps);
  return numerics::median(std::span(facts.updates).first(std::min(blocks.size(), facts.updates.size())));
}

double Observed::stop_step() const {
  return std::nearbyint(median_updates());
}

std::size_t Fits::place(Candidate candidate) const {
  auto const found = std::ranges::find(columns, candidate);
  if (found == columns.end()) throw std::logic_error("a fit lacks its column");
  return static_cast<std::size_t>(found - columns.begin());
}

std::vector<std::size_t> Fits::places(std::span<Candidate const> candidates) const {
  std::vector<std::size_t> result;
  for (auto const candidate : candidates) result.push_back(place(candidate));
  return result;
}

SingleFit Fits::single(Candidate candidate, Sign sign) const {
  if (candidate == Candidate::power) return power->best;
  return factor.single(place(candidate), sign);
}

Fits fit_all(Observed const& observed) {
  auto const& point = observed.point;
  auto const needed = needed_columns(point);
  auto const sign = observed.sign();
  PenaltyShapes shapes{point.smooth, point.power_eps, 2, point.alpha};
  std::optional<ProfileFit> power, hypentropy;
  if (needed.contains(Candidate::power)) {
    PowerProfile profile(point.power_eps, observed.order);
    for (auto const& block : observed.blocks) profile.add(block.theta, block.b);
    power = profile.fit(point.exponent_min, point.exponent_max, sign);
    shapes.exponent = power->parameter;
  }
  if (needed.contains(Candidate::hypentropy)) {
    HypentropyProfile profile(observed.order);
    for (auto const& block : observed.blocks) profile.add(block.theta, block.b);
    hypentropy = profile.fit(point.alpha, sign);
  }
  auto const columns = members(needed);
  Fits fits{columns,    factor_of(observed.blocks, observed.blocks, columns, shapes, observed.order),
            shapes,     std::move(power),
            hypentropy, std::nullopt,
            {},         {}};
  if (is_network(point)) {
    LayerSums sums(observed.order);
    for (auto const& block : observed.blocks) sums.add(block.theta, block.b);
    fits.layers = sums.fit(sign);
  }
  fits.joint_members = members(joint_of(point));
  fits.joint = fits.factor.joint(fits.places(fits.joint_members), sign);
  share_joint(observed.comm, fits.joint);
  if (point.fit == Fit::subgradient) fit_subgradient(observed, fits);
  return fits;
}

}  // namespace thresher::implicit_regularization
