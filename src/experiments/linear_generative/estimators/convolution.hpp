#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "study/team.hpp"

#include <array>
#include <vector>

namespace thresher::linear_generative {

/// Power spectra Phat(k) = (1 / (n d)) sum_mu |FFT2(x_mu)(k)|^2 of both data sets, on the half spectrum of
/// real images. Collective.
using PowerSpectra = std::array<std::vector<double>, kSets>;
PowerSpectra power_spectra(Parameters const& point, DataSets const& sets, study::Team& team);

/// Frequency response G(k) (half spectrum) of the sampler whose denoiser is one K x K circular filter, the
/// minimiser of the denoising error over images with power spectrum `power` (K = `kernel`, 0: the full
/// torus). Not collective.
std::vector<double> convolutional_response(Parameters const& point, std::vector<double> const& power);

/// Samples IFFT2(G . FFT2(z)) of both models, this rank's rows. Collective.
PanelPair convolutional_samples(Parameters const& point, PowerSpectra const& responses,
                                linalg::RowLayout const& layout, linalg::ConstMatrixView own_seeds);

/// Squared norm of the projection of a unit image on the span of the Fourier modes with maximal response
/// (relative tie tolerance 1e-9).
double recovery_by_modes(std::vector<double> const& response, std::span<double const> image);

}  // namespace thresher::linear_generative
