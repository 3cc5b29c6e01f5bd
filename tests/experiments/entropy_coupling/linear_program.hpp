#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace thresher::entropy_coupling::testing {

/// Whether A x = b has a solution x >= 0 (b >= 0, A by rows): phase one of the simplex method with Bland's
/// rule.
inline bool feasible(std::vector<std::vector<double>> const& a, std::vector<double> const& b) {
  std::size_t const rows = a.size();
  std::size_t const columns = a.front().size();
  constexpr double kTiny = 1e-10;
  // Tableau with one artificial variable per row; the last row is the reduced cost of their sum.
  std::vector<std::vector<double>> t(rows + 1, std::vector<double>(columns + 1, 0.0));
  std::vector<std::size_t> basic(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) t[r][c] = a[r][c];
    t[r][columns] = b[r];
    basic[r] = columns + r;
    for (std::size_t c = 0; c <= columns; ++c) t[rows][c] -= t[r][c];
  }
  while (true) {
    std::size_t enter = columns;
    for (std::size_t c = 0; c < columns && enter == columns; ++c)
      if (t[rows][c] < -kTiny) enter = c;
    if (enter == columns) break;
    std::size_t leave = rows;
    double ratio = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (t[r][enter] <= kTiny) continue;
      double const candidate = t[r][columns] / t[r][enter];
      if (leave == rows || candidate < ratio - 1e-14 ||
          (candidate <= ratio + 1e-14 && basic[r] < basic[leave])) {
        leave = r;
        ratio = candidate;
      }
    }
    if (leave == rows) break;
    double const pivot = t[leave][enter];
    for (double& v : t[leave]) v /= pivot;
    for (std::size_t r = 0; r <= rows; ++r) {
      if (r == leave || t[r][enter] == 0) continue;
      double const factor = t[r][enter];
      for (std::size_t c = 0; c <= columns; ++c) t[r][c] -= factor * t[leave][c];
    }
    basic[leave] = enter;
  }
  return -t[rows][columns] < 1e-9;
}

}  // namespace thresher::entropy_coupling::testing
