#include "experiments/linear_generative/estimators/convolution.hpp"

#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/fft2.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

namespace thresher::linear_generative {

namespace {

using linalg::DenseMatrix;
using linalg::Fft2;

/// Response of the denoiser at one noise level, from its power spectrum or from its filter.
class Denoiser {
 public:
  Denoiser(Parameters const& point, std::vector<double> const& power)
      : ridge_(point.ridge), kernel_(point.kernel), power_(power), transform_(*image_side(point.dim)) {
    if (kernel_ > 0) decompose_window();
  }

  std::vector<double> response(double sigma) {
    double const variance = sigma * sigma;
    std::vector<double> result(power_.size());
    if (kernel_ == 0) {
      for (std::size_t k = 0; k < result.size(); ++k)
        result[k] = (power_[k] + ridge_) / (power_[k] + ridge_ + variance);
      return result;
    }
    // h = (R + sigma^2)^-1 r by the one eigendecomposition of R.
    auto const size = static_cast<std::int64_t>(eigenvalues_.size());
    std::vector<double> weights(eigenvalues_.size());
    for (std::size_t j = 0; j < weights.size(); ++j)
      weights[j] = projections_[j] / (eigenvalues_[j] + variance);
    std::vector<double> filter(weights.size());
    linalg::gemv(linalg::Transpose::no, 1, vectors_.view(), weights, 0, filter);
    auto const side = transform_.side();
    std::vector<double> image(static_cast<std::size_t>(side * side));
    for (std::int64_t a = 0; a < size; ++a)
      image[torus_index(offset_y(a), offset_x(a))] = filter[static_cast<std::size_t>(a)];
    auto const spectrum = transform_.forward(image);
    // The filter is even, so its transform is the sum of cosines.
    for (std::size_t k = 0; k < result.size(); ++k) result[k] = spectrum[k].real();
    return result;
  }

 private:
  std::int64_t offset_y(std::int64_t a) const { return a / kernel_ - kernel_ / 2; }
  std::int64_t offset_x(std::int64_t a) const { return a % kernel_ - kernel_ / 2; }
  std::size_t torus_index(std::int64_t y, std::int64_t x) const {
    auto const side = transform_.side();
    return static_cast<std::size_t>((y + side) % side * side + (x + side) % side);
  }

  void decompose_window() {
    auto const side = transform_.side();
    std::vector<double> autocovariance(static_cast<std::size_t>(side * side));
    std::ranges::copy(power_, transform_.spectrum().begin());
    transform_.inverse(autocovariance);
    auto const size = kernel_ * kernel_;
    vectors_ = DenseMatrix(size, size);
    std::vector<double> target(static_cast<std::size_t>(size));
    for (std::int64_t a = 0; a < size; ++a) {
      for (std::int64_t b = 0; b < size; ++b)
        vectors_(a, b) = autocovariance[torus_index(offset_y(a) - offset_y(b), offset_x(a) - offset_x(b))] +
                         (a == b ? ridge_ : 0);
      bool const centre = offset_y(a) == 0 && offset_x(a) == 0;
      target[static_cast<std::size_t>(a)] =
          autocovariance[torus_index(offset_y(a), offset_x(a))] + (centre ? ridge_ : 0);
    }
    eigenvalues_.resize(static_cast<std::size_t>(size));
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, vectors_.view(), eigenvalues_);
    for (double& value : eigenvalues_) value = std::max(value, 0.0);
    projections_.resize(eigenvalues_.size());
    linalg::gemv(linalg::Transpose::yes, 1, vectors_.view(), target, 0, projections_);
  }

  double ridge_;
  std::int64_t kernel_;
  std::vector<double> const& power_;
  Fft2 transform_;
  DenseMatrix vectors_;
  std::vector<double> eigenvalues_;
  std::vector<double> projections_;
};

}  // namespace

PowerSpectra power_spectra(Parameters const& point, DataSets const& sets, study::Team& team) {
  Fft2 transform(*image_side(point.dim));
  PowerSpectra powers;
  for (int set = 0; set < kSets; ++set) {
    auto const& rows = sets.set(set, point);
    auto& power = powers[static_cast<std::size_t>(set)];
    power.assign(static_cast<std::size_t>(transform.half_size()), 0.0);
    mpi::agree(team.communicator(), [&] {
      rows.visit([&](mpi::Range some, linalg::ConstMatrixView block) {
        for (std::int64_t mu = 0; mu < some.size(); ++mu) {
          auto const spectrum = transform.forward(block.column(mu));
          for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(spectrum[k]);
        }
      });
    });
    mpi::sum_in_place(team.communicator(), power);
    for (double& value : power) value /= static_cast<double>(rows.rows()) * static_cast<double>(point.dim);
  }
  return powers;
}

std::vector<double> convolutional_response(Parameters const& point, std::vector<double> const& power) {
  auto const levels = noise_levels(point);
  Denoiser denoiser(point, power);
  std::vector<double> response(power.size(), levels.front());
  for (std::size_t j = 0; j + 1 < levels.size(); ++j) {
    auto const kept = denoiser.response(levels[j]);
    double const change = (levels[j + 1] - levels[j]) / levels[j];
    for (std::size_t k = 0; k < response.size(); ++k) response[k] *= 1 + change * (1 - kept[k]);
  }
  return response;
}

PanelPair convolutional_samples(Parameters const& point, PowerSpectra const& responses,
                                linalg::RowLayout const& layout, linalg::ConstMatrixView own_seeds) {
  auto const& comm = layout.communicator();
  auto const seeds = own_seeds.columns;
  Fft2 transform(*image_side(point.dim));
  DenseMatrix noise(point.dim, seeds);
  linalg::gather_rows(layout, own_seeds, noise.view());
  PanelPair samples;
  for (std::size_t set = 0; set < kSets; ++set) {
    // Each rank makes its share of the seeds; the sum of the partial panels only adds zeros.
    DenseMatrix partial(point.dim, seeds);
    auto const share = mpi::share(seeds, comm.rank(), comm.size());
    for (auto i = share.begin; i < share.end; ++i) {
      auto const spectrum = transform.forward(noise.column(i));
      for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] *= responses[set][k];
      transform.inverse(partial.column(i));
    }
    samples[set] = DenseMatrix(layout.owned().size(), seeds);
    linalg::sum_to_rows(layout, partial.view(), samples[set].view());
  }
  return samples;
}

double recovery_by_modes(std::vector<double> const& response, std::span<double const> image) {
  constexpr double kTie = 1e-9;
  Fft2 transform(*image_side(static_cast<std::int64_t>(image.size())));
  double largest = 0;
  for (double const value : response) largest = std::max(largest, value * value);
  auto const spectrum = transform.forward(image);
  double sum = 0;
  for (std::size_t k = 0; k < response.size(); ++k)
    if (response[k] * response[k] >= largest * (1 - kTie))
      sum += transform.multiplicity(static_cast<std::int64_t>(k)) * std::norm(spectrum[k]);
  return sum / static_cast<double>(image.size());
}

}  // namespace thresher::linear_generative
