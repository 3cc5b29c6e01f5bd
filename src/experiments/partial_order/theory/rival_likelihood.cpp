#include "experiments/partial_order/theory/rival_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace thresher::partial_order {

namespace {

using Nodes = std::array<double, kTiltNodes>;

/// Sets of items that hold x and y, by what they hold besides: bit k of a number stands for the k-th other
/// item.
class SetsWithBoth {
 public:
  SetsWithBoth(int items, Relation pair) : both_(ItemSet{1} << pair.first | ItemSet{1} << pair.second) {
    for (int a = 0; a < items; ++a)
      if ((both_ >> a & 1U) == 0) others_.push_back(a);
  }
  std::size_t count() const { return std::size_t{1} << others_.size(); }
  std::span<int const> others() const { return others_; }
  ItemSet operator[](std::size_t number) const {
    ItemSet set = both_;
    for (std::size_t k = 0; k < others_.size(); ++k)
      if ((number >> k & 1U) != 0) set |= ItemSet{1} << others_[k];
    return set;
  }

 private:
  ItemSet both_;
  std::vector<int> others_;
};

/// sum[k] += T^s_k R^(1 - s_k) factor(k), T and R positive.
template <class Factor>
void add_tilted(double own, double rival, Factor factor, Nodes& sum) {
  double const step = std::exp(kTiltStep * std::log(own / rival));
  double tilted = rival;
  for (std::size_t k = 0; k < sum.size(); ++k) {
    tilted *= step;
    sum[k] += tilted * factor(k);
  }
}

}  // namespace

RivalLikelihood compare_with_rival(SubsetLaw const& law, FrontierWeights const& rival, Relation differs) {
  SetsWithBoth const sets(law.items(), differs);
  std::vector<Nodes> overlap(sets.count());
  std::vector<double> other(static_cast<std::size_t>(law.items()));
  RivalLikelihood result;
  for (std::size_t number = 0; number < sets.count(); ++number) {
    auto const set = sets[number];
    auto const own = law.choices(set);
    rival.choose(set, other);
    Nodes sum{};
    double divergence = 0;
    auto const at = [](auto const& values, std::int64_t item) {
      return values[static_cast<std::size_t>(item)];
    };
    auto const visit = [&](int item, auto factor) {
      double const mine = at(own, item);
      double const theirs = at(other, item);
      divergence += mine * std::log(mine / theirs);
      add_tilted(mine, theirs, factor, sum);
    };
    for (std::int64_t const item : {differs.first, differs.second})
      visit(static_cast<int>(item), [](std::size_t) { return 1.0; });
    for (std::size_t k = 0; k < sets.others().size(); ++k) {
      if ((number >> k & 1U) == 0) continue;
      auto const& rest = overlap[number ^ (std::size_t{1} << k)];
      visit(sets.others()[k], [&](std::size_t node) { return rest[node]; });
    }
    overlap[number] = sum;
    result.divergence += law.reach(set) * divergence;
  }
  result.overlap = overlap.back();
  return result;
}

}  // namespace thresher::partial_order
