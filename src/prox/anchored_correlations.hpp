#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::prox {

/// What products of columns with a few vectors, the anchors v_i, say of their products with another vector r:
/// with a_i of the projection of r onto the span of the anchors and e = r - sum a_i v_i,
///
///     | |A_j.r| - |sum a_i A_j.v_i| | <= ||A_j|| ||e||    for every column j,
///
/// by Cauchy and Schwarz, whatever the rounding of a. Residuals along a LASSO path are piecewise linear in
/// lambda: a few of them span the others up to a small e, so that one pass over A serves many penalties.
///
/// Products are kept in single precision; the error that is told covers it. Nothing here is collective but
/// `load`.
class AnchoredCorrelations {
 public:
  static constexpr std::size_t kMostAnchors = 12;
  /// Memory that it may take.
  static constexpr double kBytesPerColumn = kMostAnchors * sizeof(float);

  /// Of columns with `rows` entries.
  explicit AnchoredCorrelations(std::int64_t rows) : rows_(rows) {}

  bool empty() const { return anchors_.empty(); }

  /// Takes up `vector` with products[j] = A_j . vector of all columns. The oldest anchor gives way where
  /// there are enough; a vector that the anchors span to rounding is left out.
  void add(std::span<double const> vector, std::span<double const> products);

  /// Writes estimates[j] of |A_j . r|/n and returns `error`: the truth differs by at most error
  /// ||A_j||/sqrt(n). Infinity, and estimates of 0, without anchors.
  double estimate(std::span<double const> r, std::span<float> estimates) const;

  void save(bytes::Writer& state, mpi::Communicator const& comm) const;
  void load(bytes::Reader& state, mpi::Communicator const& comm);

 private:
  struct Anchor {
    std::vector<double> vector;
    double norm = 0;                ///< ||v||
    std::vector<float> per_row;     ///< A_j . v/n
    std::vector<double> direction;  ///< unit vector orthogonal to those of the anchors before
    std::vector<double> triangle;   ///< v = sum over k of triangle[k] (direction of anchor k)
  };
  bool orthogonalise(Anchor& anchor, std::size_t before) const;
  std::vector<double> combination(std::span<double const> r) const;

  std::int64_t rows_;
  std::vector<Anchor> anchors_;
};

}  // namespace thresher::prox
