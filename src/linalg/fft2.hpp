#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>

namespace thresher::linalg {

/// Discrete Fourier transforms of real L x L images (row-major) by FFTW. Plans are FFTW_ESTIMATE and every
/// image goes through the same aligned buffers one at a time: the bits of a transform depend on the image
/// alone (on one kind of processor). Not thread-safe; nothing is collective.
class Fft2 {
 public:
  explicit Fft2(std::int64_t side);
  ~Fft2();
  Fft2(Fft2&&) noexcept;
  Fft2& operator=(Fft2&&) noexcept;
  Fft2(Fft2 const&) = delete;
  Fft2& operator=(Fft2 const&) = delete;

  std::int64_t side() const { return side_; }
  /// Frequencies of the half spectrum of a real image: L x (L/2 + 1), row-major; the others are conjugates.
  std::int64_t half_size() const { return side_ * (side_ / 2 + 1); }
  /// How many frequencies of the full torus entry k of the half spectrum stands for: 1 or 2.
  int multiplicity(std::int64_t k) const;

  /// Where entry k of the half spectrum lies on the full torus, L x L, row-major.
  std::int64_t torus_index(std::int64_t k) const { return k / (side_ / 2 + 1) * side_ + k % (side_ / 2 + 1); }

  /// Unnormalised transform. The result lives until the next call.
  std::span<std::complex<double>> forward(std::span<double const> image);
  /// Inverse of `forward` (carries 1/L^2) applied to what `spectrum()` holds, which is spoilt.
  void inverse(std::span<double> image);
  /// The buffer that `forward` writes and `inverse` reads.
  std::span<std::complex<double>> spectrum();

 private:
  struct Plans;
  std::int64_t side_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace thresher::linalg
