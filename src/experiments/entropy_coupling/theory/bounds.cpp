#include "experiments/entropy_coupling/theory/bounds.hpp"

#include "experiments/entropy_coupling/model/entropy.hpp"
#include "experiments/entropy_coupling/theory/product_costs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

constexpr double kSlack = 1e-9;

double surprise(double p) {
  return p > 0 ? -p * std::log2(p) : 0;
}

/// P sorted downwards, with running sums of masses and of p log2(1/p).
class SortedLaw {
 public:
  explicit SortedLaw(Law const& law) : masses_(sorted_masses(law)), total_(static_cast<double>(law.total)) {
    Mass running = 0;
    CompensatedSum bits;
    cumulative_.reserve(masses_.size());
    bits_.reserve(masses_.size());
    for (Mass const w : masses_) {
      cumulative_.push_back(running += w);
      bits.add(surprise(static_cast<double>(w) / total_));
      bits_.push_back(bits.value());
    }
  }
  std::int64_t size() const { return std::ssize(masses_); }
  /// Mass of the `count` heaviest symbols.
  Mass heaviest(std::int64_t count) const {
    return count == 0 ? 0 : cumulative_[static_cast<std::size_t>(std::min(count, size()) - 1)];
  }
  double bits_beyond(std::int64_t count) const {
    if (count >= size()) return 0;
    return bits_.back() - (count == 0 ? 0 : bits_[static_cast<std::size_t>(count - 1)]);
  }
  double entropy() const { return bits_.back(); }
  /// Entropy (bits times mass) of the heaviest symbols up to `mass`: the most peaked content that a cell of
  /// that mass can have.
  double peaked_content(Mass mass) const {
    auto const split = std::lower_bound(cumulative_.begin(), cumulative_.end(), mass);
    auto const whole_symbols = split - cumulative_.begin();
    Mass const before = heaviest(whole_symbols);
    double const bits = whole_symbols == 0 ? 0 : bits_[static_cast<std::size_t>(whole_symbols - 1)];
    return std::max(0.0, bits + surprise(static_cast<double>(mass - before) / total_) -
                             surprise(static_cast<double>(mass) / total_));
  }

 private:
  std::vector<Mass> masses_;
  double total_;
  std::vector<Mass> cumulative_;
  std::vector<double> bits_;
};

/// Greatest lower bound of laws in the order of majorisation (Cicalese and Vaccaro 2002): minima of the
/// cumulative sums of the sorted laws, differenced.
class GreatestLowerBound {
 public:
  GreatestLowerBound(SortedLaw const& law, Mass total, std::size_t largest_alphabet)
      : total_(total), tail_bits_(law.bits_beyond(static_cast<std::int64_t>(largest_alphabet))) {
    for (std::size_t j = 1; j <= largest_alphabet; ++j)
      head_.push_back(law.heaviest(static_cast<std::int64_t>(j)));
  }
  void meet(Law const& law) {
    auto const sorted = sorted_masses(law);
    Mass running = 0;
    for (std::size_t j = 0; j < sorted.size(); ++j) head_[j] = std::min(head_[j], running += sorted[j]);
  }
  double entropy() const {
    CompensatedSum bits;
    Mass before = 0;
    for (Mass const upto : head_) {
      bits.add(surprise(static_cast<double>(upto - before) / static_cast<double>(total_)));
      before = upto;
    }
    return bits.value() + tail_bits_;
  }

 private:
  Mass total_;
  std::vector<Mass> head_;  // cumulative; behind it every observation has all of its mass
  double tail_bits_;
};

/// The all-modes cell on the observations of a set S weighs at least 1 - sum_S (1 - q_max).
class ModeCell {
 public:
  explicit ModeCell(Mass total) : total_(total) {}
  void add(Law const& law, double entropy) {
    Mode const mode{law.largest(), entropy};
    modes_.insert(std::upper_bound(modes_.begin(), modes_.end(), mode,
                                   [](Mode const& a, Mode const& b) { return a.mass > b.mass; }),
                  mode);
    entropy_ += entropy;
  }
  double lower_bound(SortedLaw const& law) const {
    double best = 0;
    Mass mass = total_;
    double others = entropy_;
    for (std::size_t size = 0;; ++size) {
      best = std::max(best, law.peaked_content(mass) - others);
      if (size == modes_.size()) return best;
      mass -= total_ - modes_[size].mass;
      others -= modes_[size].entropy;
      if (mass <= 0) return best;
    }
  }

 private:
  struct Mode {
    Mass mass;
    double entropy;
  };
  Mass total_;
  std::vector<Mode> modes_;  // largest first
  double entropy_ = 0;
};

struct Volume {
  bool enough = false;   // zero entropy is not excluded
  double shortfall = 0;  // least mass that must move to the cheapest cell
};

/// Each symbol owns a cell of its own, so that V(P) = sum_j P_(j) c_(j) <= sum H(Q_i) is necessary.
Volume volume(SortedLaw const& law, Mass total, std::vector<CostRun> const& runs, double observation_bits) {
  auto const whole = static_cast<double>(total);
  std::vector<Mass> masses;
  std::int64_t cells = 0;
  Mass before = 0;
  CompensatedSum sum;
  for (auto const& run : runs) {
    cells += run.count;
    Mass const upto = law.heaviest(cells);
    masses.push_back(upto - before);
    sum.add(static_cast<double>(upto - before) / whole * run.cost);
    before = upto;
  }
  double const beyond = static_cast<double>(total - before) / whole;  // symbols without a cell
  sum.add(beyond * runs.front().cost);
  double excess = sum.value() - observation_bits;
  Volume result;
  result.enough = beyond == 0 && excess <= kSlack;
  result.shortfall = beyond;
  for (std::size_t r = runs.size(); r-- > 1 && excess > 0;) {
    double const gain = runs[r].cost - runs.front().cost;
    double const mass = static_cast<double>(masses[r]) / whole;
    double const moved = std::min(mass, excess / gain);
    result.shortfall += moved;
    excess -= mass * gain;
  }
  return result;
}

/// After m' independent cuts every cell has at most one boundary and the impure mass is at most q_(2): one
/// dependent observation sends the left parts to its most likely value, the right parts to the second.
std::optional<std::int64_t> sure_zero(Law const& law, std::span<Law const> observations) {
  if (law.size() == 1) return 0;
  auto const total = static_cast<double>(law.total);
  auto const lightest = static_cast<double>(law.smallest()) / total;
  auto const boundaries = static_cast<double>(law.size() - 1);
  auto const target = [&](Law const& next) {
    return std::min(lightest, static_cast<double>(next.second_largest()) / total / boundaries);
  };
  bool const equal = std::all_of(observations.begin(), observations.end(),
                                 [&](Law const& other) { return other == observations.front(); });
  double product = 1;
  if (!equal) {
    for (std::size_t m = 0; m < observations.size(); ++m) {
      if (product <= target(observations[m])) return static_cast<std::int64_t>(m) + 1;
      product *= static_cast<double>(observations[m].largest()) / total;
    }
    return std::nullopt;
  }
  double const goal = target(observations.front());
  double const largest = static_cast<double>(observations.front().largest()) / total;
  if (goal <= 0) return std::nullopt;
  // The running product gets exact ties right, which logarithms round away; beyond a million steps nobody can
  // tell.
  constexpr double kSteps = 1e6;
  if (double const steps = std::log(goal) / std::log(largest); steps > kSteps)
    return 1 + static_cast<std::int64_t>(std::ceil(steps));
  std::int64_t steps = 0;
  while (product > goal) {
    product *= largest;
    ++steps;
  }
  return 1 + steps;
}

std::optional<std::int64_t> room_for_generic_law(Law const& law, std::span<Law const> observations) {
  constexpr std::int64_t kPlenty = std::int64_t{1} << 40;
  std::int64_t cells = 1;
  auto equations = static_cast<std::int64_t>(law.size());
  for (std::size_t m = 0;; ++m) {
    if (cells >= equations) return static_cast<std::int64_t>(m);
    if (m == observations.size()) return std::nullopt;
    auto const k = static_cast<std::int64_t>(observations[m].size());
    cells = std::min(kPlenty, cells * k);
    equations += k - 1;
  }
}

}  // namespace

Bounds bound_entropy(Law const& law, std::span<Law const> observations) {
  Bounds bounds;
  SortedLaw const sorted(law);
  bounds.h_p = law.size() == 1 ? 0 : sorted.entropy();
  std::size_t largest_alphabet = 1;
  for (auto const& observation : observations)
    largest_alphabet = std::max(largest_alphabet, observation.size());

  GreatestLowerBound meet(sorted, law.total, largest_alphabet);
  ModeCell modes(law.total);
  ProductCosts costs(sorted.size());
  double met_entropy = bounds.h_p;
  double last_entropy = 0;
  double spent = 0;
  bounds.h_q_sum.push_back(0);
  for (std::size_t m = 0;; ++m) {
    bool const open = !bounds.m_info || !bounds.m_vol || !bounds.m_lb;
    if (open) {
      auto const count = static_cast<std::int64_t>(m);
      double const information = bounds.h_p - spent;
      Volume const room = volume(sorted, law.total, costs.runs(), spent);
      double const lower =
          std::max({information, met_entropy - spent, modes.lower_bound(sorted), 2 * room.shortfall});
      if (!bounds.m_info && information <= kSlack) bounds.m_info = count;
      if (!bounds.m_vol && room.enough) bounds.m_vol = count;
      if (!bounds.m_lb && lower < kSlack) bounds.m_lb = count;
      bounds.information.push_back(std::max(0.0, information));
      bounds.lower.push_back(lower < kSlack ? 0 : lower);
    }
    if (m == observations.size()) break;
    auto const& observation = observations[m];
    bool const repeated = m > 0 && observation == observations[m - 1];
    if (!repeated) last_entropy = observation.entropy();
    spent += last_entropy;
    bounds.h_q_sum.push_back(spent);
    if (!open) continue;
    if (!repeated) {
      meet.meet(observation);
      met_entropy = meet.entropy();
    }
    modes.add(observation, last_entropy);
    costs.extend(observation);
  }
  bounds.m_dim = room_for_generic_law(law, observations);
  if (bounds.m_lb && bounds.m_dim) bounds.m_gen = std::max(*bounds.m_lb, *bounds.m_dim);
  bounds.m_ub = sure_zero(law, observations);
  return bounds;
}

}  // namespace thresher::entropy_coupling
