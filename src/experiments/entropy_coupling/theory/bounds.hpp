#pragma once

#include "experiments/entropy_coupling/model/law.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// What theory says of H*(m) = min H(X|Y_1..Y_m) and of the smallest m without uncertainty, for given laws.
/// Numbers of observations that lie beyond the laws given are absent.
struct Bounds {
  /// H(P) in bits.
  double h_p = 0;
  /// H(Q_1) + .. + H(Q_m), for m = 0, 1, ..
  std::vector<double> h_q_sum;
  /// [H(P) - h_q_sum]_+ and the largest of all lower bounds on H*(m), for m = 0, 1, ..; zero beyond.
  std::vector<double> information;
  std::vector<double> lower;
  /// First m at which the information bound, the volume bound and all lower bounds vanish.
  std::optional<std::int64_t> m_info;
  std::optional<std::int64_t> m_vol;
  std::optional<std::int64_t> m_lb;
  /// First m at which the product alphabet has room enough for a generic P; and the larger of that and m_lb.
  std::optional<std::int64_t> m_dim;
  std::optional<std::int64_t> m_gen;
  /// An m at which zero is certainly reached. For equal observations not limited by the laws given.
  std::optional<std::int64_t> m_ub;

  double information_at(std::int64_t m) const { return at(information, m); }
  double lower_at(std::int64_t m) const { return at(lower, m); }

 private:
  static double at(std::vector<double> const& values, std::int64_t m) {
    return m < std::ssize(values) ? values[static_cast<std::size_t>(m)] : 0;
  }
};

/// Bounds for the symbol law and observations Y_1..Y_{size}. Lower bounds: information (H(P) minus the
/// observations' entropies), majorisation (the same for the greatest lower bound of all laws), the cell of
/// all modes, and volume (each symbol of a zero-entropy coupling owns cells of its own, and the expected cost
/// -log2 of a cell is fixed).
Bounds bound_entropy(Law const& law, std::span<Law const> observations);

}  // namespace thresher::entropy_coupling
