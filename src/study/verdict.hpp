#pragma once

#include "study/description.hpp"

#include <set>
#include <string>
#include <vector>

namespace thresher::study {

/// What an experiment may say of a point before any compute.
class Verdict {
 public:
  Verdict(std::vector<Parameter> const& parameters, Point const& point, std::set<std::string> const& given)
      : parameters_(parameters), point_(point), given_(given) {}
  /// The point is invalid: "name = value: reason" (the first one counts). `reason` says what is allowed.
  void refuse(std::string const& name, std::string const& reason);
  /// `name` has no influence at this point: points that differ only in inert parameters are computed once. A
  /// data parameter may be inert because of other data parameters only: estimators would see unlike data.
  void inert(std::string const& name);
  void warn(std::string const& message) { warnings_.push_back(message); }
  /// Whether the user gave the parameter explicitly.
  bool given(std::string const& name) const { return given_.contains(name); }
  /// Every trial of this point is the same (the user's data, analysed without random numbers): one is
  /// allowed.
  void deterministic() { deterministic_ = true; }

  std::string const& refusal() const { return refusal_; }
  std::vector<std::size_t> const& inert_parameters() const { return inert_; }
  std::vector<std::string> const& warnings() const { return warnings_; }
  bool is_deterministic() const { return deterministic_; }

 private:
  std::vector<Parameter> const& parameters_;
  Point const& point_;
  std::set<std::string> const& given_;
  std::string refusal_;
  std::vector<std::size_t> inert_;
  std::vector<std::string> warnings_;
  bool deterministic_ = false;
};

}  // namespace thresher::study
