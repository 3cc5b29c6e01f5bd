#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"

#include <string_view>
#include <vector>

/// Which penalties a point speaks of. `auto` stands for the usual list of the modification; it may be joined
/// with names, which are added to it.
namespace thresher::implicit_regularization {

std::string_view name_of(Candidate candidate);
/// The members in the order of the enumerators, `automatic` left out.
std::vector<Candidate> members(Candidates candidates);
Candidates united(Candidates a, Candidates b);

/// Penalties that are fitted one at a time.
Candidates candidates_of(Parameters const& point);
/// Penalties that are fitted together.
Candidates joint_of(Parameters const& point);
/// The penalty that was added to the loss, by name and coefficient: those of l1, l2 and group above 0.
struct AddedPenalty {
  Candidate candidate;
  double coefficient;
};
std::vector<AddedPenalty> added_penalties(Parameters const& point);
/// What the deviation is in truth: the added penalties, or rho times the `dropout` column where that is
/// fitted, else (linear models) the `data_l2` column. Empty where no column is known to be the truth.
std::vector<AddedPenalty> true_gradient(Parameters const& point);
/// All columns that the fits of a point use: `candidates_of`, `joint_of` and `true_gradient`.
Candidates needed_columns(Parameters const& point);

}  // namespace thresher::implicit_regularization
