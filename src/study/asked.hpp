#pragma once

#include "parameters/declaration.hpp"

#include <algorithm>
#include <vector>

namespace thresher::study {

/// The values that a study gives the parameters of `P`: what an experiment must know of the user's input may
/// depend on them (which of its data sets are used).
template <class P>
class Asked {
 public:
  /// `values` has a list per parameter of `table`; both must outlive this object.
  Asked(parameters::Table<P> const& table, std::vector<std::vector<parameters::Value>> const& values)
      : table_(table), values_(values) {}
  /// Values of one parameter: of(&Parameters::dataset).
  template <class V>
  std::vector<V> of(V P::*member) const {
    auto const k = table_.place_of(member);
    std::vector<V> given;
    for (auto const& value : values_[k]) {
      P holder{};
      table_.set(holder, k, value);
      given.push_back(holder.*member);
    }
    return given;
  }
  template <class V>
  bool includes(V P::*member, V value) const {
    return std::ranges::count(of(member), value) > 0;
  }

 private:
  parameters::Table<P> const& table_;
  std::vector<std::vector<parameters::Value>> const& values_;
};

}  // namespace thresher::study
