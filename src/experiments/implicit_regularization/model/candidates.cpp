#include "experiments/implicit_regularization/model/candidates.hpp"

#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"

#include <array>

namespace thresher::implicit_regularization {

namespace {

Candidates usual_for_own_snapshots(OwnSnapshots const& own) {
  Candidates usual{Candidate::l2, Candidate::l1, Candidate::power};
  if (own.has_hidden_layers()) usual = united(usual, {Candidate::group, Candidate::path});
  if (own.has_start) usual.insert(Candidate::l2_init);
  if (own.rows > 0) usual = united(usual, {Candidate::data_l2, Candidate::dropout});
  return usual;
}

Candidates usual_candidates(Parameters const& point) {
  if (point.input != nullptr) return usual_for_own_snapshots(*point.input);
  Candidates usual{Candidate::l2, Candidate::l1, Candidate::power};
  if (point.model == Model::diagonal) return united(usual, {Candidate::hypentropy});
  bool const has_hidden_layers = point.model == Model::mlp;
  switch (point.modification) {
    case Modification::none:
      break;
    case Modification::explicit_penalty:
      if (point.group > 0) usual.insert(Candidate::group);
      break;
    case Modification::early_stop:
      if (has_hidden_layers) usual.insert(Candidate::l2_init);
      break;
    case Modification::dropout:
      usual = united(usual, {Candidate::data_l2, Candidate::dropout});
      if (has_hidden_layers) usual.insert(Candidate::path);
      break;
    case Modification::step_size:
      return {Candidate::gradnorm, Candidate::l2};
    case Modification::minibatch:
      return {Candidate::gradnorm, Candidate::batchnoise, Candidate::l2};
  }
  return usual;
}

Candidates usual_joint(Parameters const& point) {
  if (point.input != nullptr || point.model == Model::diagonal) return {Candidate::l1, Candidate::l2};
  switch (point.modification) {
    case Modification::minibatch:
      return {Candidate::gradnorm, Candidate::batchnoise};
    case Modification::step_size:
      return {Candidate::gradnorm};
    case Modification::dropout:
      return {Candidate::l2, point.model == Model::mlp ? Candidate::path : Candidate::data_l2};
    case Modification::explicit_penalty:
      if (point.group > 0) return {Candidate::l1, Candidate::l2, Candidate::group};
      break;
    case Modification::none:
    case Modification::early_stop:
      break;
  }
  return {Candidate::l1, Candidate::l2};
}

Candidates resolved(Candidates asked, Candidates usual) {
  if (!asked.contains(Candidate::automatic)) return asked;
  for (auto const named : members(asked)) usual.insert(named);
  return usual;
}

}  // namespace

std::string_view name_of(Candidate candidate) {
  static constexpr std::array<std::string_view, kCandidates> kNames{"auto",
#define NAME(name) #name,
                                                                    IMPLICIT_REGULARIZATION_CANDIDATES(NAME)
#undef NAME
  };
  return kNames[static_cast<std::size_t>(candidate)];
}

std::vector<Candidate> members(Candidates candidates) {
  std::vector<Candidate> result;
  for (std::size_t k = 0; k < kCandidates; ++k) {
    auto const candidate = static_cast<Candidate>(k);
    if (candidate != Candidate::automatic && candidates.contains(candidate)) result.push_back(candidate);
  }
  return result;
}

Candidates united(Candidates a, Candidates b) {
  return Candidates(a.bits() | b.bits());
}

Candidates candidates_of(Parameters const& point) {
  return resolved(point.candidates, usual_candidates(point));
}

Candidates joint_of(Parameters const& point) {
  return resolved(point.joint, usual_joint(point));
}

std::vector<AddedPenalty> added_penalties(Parameters const& point) {
  std::vector<AddedPenalty> added;
  if (point.modification != Modification::explicit_penalty || point.input != nullptr) return added;
  if (point.l1 > 0) added.push_back({Candidate::l1, point.l1});
  if (point.l2 > 0) added.push_back({Candidate::l2, point.l2});
  if (point.group > 0) added.push_back({Candidate::group, point.group});
  return added;
}

std::vector<AddedPenalty> true_gradient(Parameters const& point) {
  if (point.modification != Modification::dropout || point.input != nullptr) return added_penalties(point);
  double const rho = dropout_odds(point);
  if (candidates_of(point).contains(Candidate::dropout)) return {{Candidate::dropout, rho}};
  if (point.model == Model::linear) return {{Candidate::data_l2, rho}};
  return {};
}

Candidates needed_columns(Parameters const& point) {
  auto needed = united(candidates_of(point), joint_of(point));
  for (auto const& part : true_gradient(point)) needed.insert(part.candidate);
  return needed;
}

}  // namespace thresher::implicit_regularization
