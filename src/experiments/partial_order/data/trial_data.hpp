#pragma once

#include "experiments/partial_order/data/true_order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <span>

namespace thresher::partial_order {

/// What the data stage makes of one trial for all points that it serves, whole on every rank: lists up to the
/// largest numbers among them. The user's file gives what it has.
class TrialData : public study::StageResult {
 public:
  /// Draws, or reads the user's. `team` must outlive it. Collective.
  TrialData(std::span<Parameters const> points, study::Team& team);

  study::Team& team() const { return team_; }
  /// Null where nobody knows it.
  Order const* truth() const { return truth_.order.get(); }
  std::shared_ptr<Order const> const& shared_truth() const { return truth_.order; }
  /// U* of a random order.
  std::optional<Latents> const& latents() const { return truth_.latents; }
  /// The point's N lists; its held-out and clean lists; the user's lists that are to be scored.
  Sequences training(Parameters const& point) const;
  Sequences test(Parameters const& point) const;
  Sequences clean(Parameters const& point) const;
  Sequences const& scored() const { return scored_; }

 private:
  study::Team& team_;
  TrueOrder truth_;
  Sequences training_;
  Sequences test_;
  Sequences clean_;
  Sequences scored_;
};

}  // namespace thresher::partial_order
