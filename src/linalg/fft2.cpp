#include "linalg/fft2.hpp"

#include <fftw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace thresher::linalg {

struct Fft2::Plans {
  explicit Plans(std::int64_t side) {
    auto const length = static_cast<int>(side);
    auto const pixels = static_cast<std::size_t>(side * side);
    auto const modes = static_cast<std::size_t>(side * (side / 2 + 1));
    image = fftw_alloc_real(pixels);
    spectrum = fftw_alloc_complex(modes);
    forward = fftw_plan_dft_r2c_2d(length, length, image, spectrum, FFTW_ESTIMATE);
    inverse = fftw_plan_dft_c2r_2d(length, length, spectrum, image, FFTW_ESTIMATE);
    if (image == nullptr || spectrum == nullptr || forward == nullptr || inverse == nullptr)
      throw std::runtime_error(fmt::format("FFTW finds no plan for images of side {}", side));
  }
  ~Plans() {
    fftw_destroy_plan(forward);
    fftw_destroy_plan(inverse);
    fftw_free(image);
    fftw_free(spectrum);
  }
  Plans(Plans const&) = delete;
  Plans& operator=(Plans const&) = delete;

  double* image = nullptr;
  fftw_complex* spectrum = nullptr;
  fftw_plan forward = nullptr;
  fftw_plan inverse = nullptr;
};

Fft2::Fft2(std::int64_t side) : side_(side), plans_(std::make_unique<Plans>(side)) {}
Fft2::~Fft2() = default;
Fft2::Fft2(Fft2&&) noexcept = default;
Fft2& Fft2::operator=(Fft2&&) noexcept = default;

int Fft2::multiplicity(std::int64_t k) const {
  auto const column = k % (side_ / 2 + 1);
  return column == 0 || 2 * column == side_ ? 1 : 2;
}

std::span<std::complex<double>> Fft2::spectrum() {
  return {reinterpret_cast<std::complex<double>*>(plans_->spectrum), static_cast<std::size_t>(half_size())};
}

std::span<std::complex<double>> Fft2::forward(std::span<double const> image) {
  std::copy_n(image.begin(), side_ * side_, plans_->image);
  fftw_execute(plans_->forward);
  return spectrum();
}

void Fft2::inverse(std::span<double> image) {
  fftw_execute(plans_->inverse);
  double const scale = 1 / static_cast<double>(side_ * side_);
  for (std::size_t k = 0; k < static_cast<std::size_t>(side_ * side_); ++k)
    image[k] = plans_->image[k] * scale;
}

}  // namespace thresher::linalg
