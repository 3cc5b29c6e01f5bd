#include "experiments/entropy_coupling/model/law.hpp"

#include "experiments/entropy_coupling/model/entropy.hpp"
#include "experiments/entropy_coupling/model/radix_sort.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::entropy_coupling {

Mass Law::smallest() const {
  return *std::min_element(masses.begin(), masses.end());
}

Mass Law::largest() const {
  return *std::max_element(masses.begin(), masses.end());
}

Mass Law::second_largest() const {
  if (masses.size() < 2) return 0;
  Mass first = 0;
  Mass second = 0;
  for (Mass const w : masses) {
    if (w > first) {
      second = first;
      first = w;
    } else if (w > second) {
      second = w;
    }
  }
  return second;
}

std::size_t Law::mode() const {
  return static_cast<std::size_t>(std::max_element(masses.begin(), masses.end()) - masses.begin());
}

double Law::entropy() const {
  CompensatedSum bits;
  auto const whole = static_cast<double>(total);
  for (Mass const w : masses)
    if (w != total) bits.add(static_cast<double>(w) * std::log2(whole / static_cast<double>(w)));
  return bits.value() / whole;
}

Law quantise(std::span<double const> probabilities, std::int64_t mass_bits, char const* name) {
  Law law;
  law.total = Mass{1} << mass_bits;
  law.masses.resize(probabilities.size());
  double whole = 0;
  for (double const p : probabilities) whole += p;
  auto const units = static_cast<double>(law.total);
  double running = 0;
  Mass before = 0;
  for (std::size_t j = 0; j < probabilities.size(); ++j) {
    running += probabilities[j];
    // std::nearbyint rounds half to even in the default rounding mode, which nothing here changes.
    Mass const upto = j + 1 == probabilities.size()
                          ? law.total
                          : std::min(law.total, static_cast<Mass>(std::nearbyint((units * running) / whole)));
    law.masses[j] = upto - before;
    before = upto;
    if (law.masses[j] < 1)
      throw MassTooSmall(fmt::format("{}: symbol {} has probability below 2^-{}; raise {}_floor or mass_bits",
                                     name, j, mass_bits, name));
  }
  return law;
}

std::vector<Mass> sorted_masses(Law const& law) {
  std::vector<std::uint64_t> keys(law.size());
  std::ranges::transform(law.masses, keys.begin(), [](Mass w) { return ~static_cast<std::uint64_t>(w); });
  sort_keys(keys);
  std::vector<Mass> sorted(law.size());
  std::ranges::transform(keys, sorted.begin(), [](std::uint64_t key) { return static_cast<Mass>(~key); });
  return sorted;
}

}  // namespace thresher::entropy_coupling
