#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace thresher::entropy_coupling {

/// Probability in units of 1/total. Sums of masses are exact, so that a zero is a proof.
using Mass = std::int64_t;
/// For products of masses.
using WideMass = unsigned __int128;

/// A law with exact integer masses, every one at least 1, in natural order, that sum to `total` (a power of
/// two).
struct Law {
  std::vector<Mass> masses;
  Mass total = 1;

  std::size_t size() const { return masses.size(); }
  double probability(std::size_t symbol) const {
    return static_cast<double>(masses[symbol]) / static_cast<double>(total);
  }
  Mass smallest() const;
  Mass largest() const;
  /// The second largest mass with multiplicity; 0 when there is one symbol only.
  Mass second_largest() const;
  /// Symbol of largest mass, the lowest one among equals.
  std::size_t mode() const;
  /// Shannon entropy in bits.
  double entropy() const;
  bool operator==(Law const&) const = default;
};

/// A law has a probability that rounds to no unit of mass.
class MassTooSmall : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Rounds the running sums of `probabilities` (normalised) to multiples of 2^-mass_bits, half to even. `name`
/// is for the message. Throws MassTooSmall when a symbol is left without mass.
Law quantise(std::span<double const> probabilities, std::int64_t mass_bits, char const* name);

/// Masses sorted downwards.
std::vector<Mass> sorted_masses(Law const& law);

}  // namespace thresher::entropy_coupling
