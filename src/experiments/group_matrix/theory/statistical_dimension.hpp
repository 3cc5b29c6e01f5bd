#pragma once

namespace thresher::group_matrix {

/// Normalised statistical dimension of the descent cone of the nuclear norm at a rows x columns matrix of
/// this rank: from so many Gaussian measurements per entry on recovery without noise is exact (Amelunxen,
/// Lotz, McCoy and Tropp 2014, proposition 4.7; Marchenko-Pastur quadrature).
double nuclear_norm_dimension(double rows, double columns, double rank);

}  // namespace thresher::group_matrix
