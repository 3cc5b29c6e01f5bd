#include "experiments/federated_lora/data/client_draws.hpp"

#include "experiments/federated_lora/data/rank_truncation.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "linalg/orthonormal_frame.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

/// Entry (i, j) of a client's matrix is number i + rows j of the client's row.
DenseMatrix normals(random::Stream const& stream, std::int64_t client, std::int64_t rows,
                    std::int64_t columns) {
  DenseMatrix out(rows, columns);
  stream.normals({static_cast<std::uint64_t>(client)}, 0, out.values());
  return out;
}

void add_normals(random::Stream const& stream, std::int64_t client, double scale, MatrixView out) {
  auto const draws = normals(stream, client, out.rows, out.columns);
  for (std::size_t k = 0; k < draws.values().size(); ++k) out.data[k] += scale * draws.values()[k];
}

double entries(Parameters const& point) {
  return static_cast<double>(point.d1) * static_cast<double>(point.d2);
}

}  // namespace

ClientDraws::ClientDraws(Parameters const& point, SharedStructure const& shared, study::Team const& team)
    : point_(point),
      shared_(shared),
      coefficients_(team.stream("coef")),
      own_(team.stream("own")),
      heterogeneity_(team.stream("hetero")),
      noise_(team.stream("noise")),
      design_(team.stream("design")),
      response_(team.stream("response")),
      sketch_(team.stream("sketch")) {}

void ClientDraws::parameter(std::int64_t client, MatrixView out) const {
  std::ranges::copy(shared_.common.values(), out.data);
  if (shared_.is_contaminated[static_cast<std::size_t>(client)] != 0) return add_deviation(client, out);
  auto const coefficients = coordinates(client);
  linalg::gemm(Transpose::no, Transpose::no, 1, shared_.benign.view(), coefficients.view(), 1, out);
  if (point_.heterogeneity > 0)
    add_normals(heterogeneity_, client, point_.heterogeneity / std::sqrt(entries(point_)), out);
}

DenseMatrix ClientDraws::coordinates(std::int64_t client) const {
  auto coefficients = normals(coefficients_, client, point_.rank, point_.d2);
  auto const s = strengths(point_);
  double const width = std::sqrt(static_cast<double>(point_.d2));
  for (std::int64_t j = 0; j < point_.d2; ++j)
    for (std::int64_t i = 0; i < point_.rank; ++i)
      coefficients(i, j) *= s[static_cast<std::size_t>(i)] / width;
  return coefficients;
}

void ClientDraws::add_deviation(std::int64_t client, MatrixView out) const {
  std::int64_t const q = point_.contamination_rank;
  double const energy = contamination_energy(point_);
  double const per_coefficient = std::sqrt(energy / static_cast<double>(q * point_.d2));
  switch (point_.contamination_kind) {
    case ContaminationKind::collude: {
      auto const z = normals(coefficients_, client, q, point_.d2);
      linalg::gemm(Transpose::no, Transpose::no, per_coefficient, shared_.contaminated.view(), z.view(), 1,
                   out);
      return;
    }
    case ContaminationKind::shift:
      linalg::gemm(Transpose::no, Transpose::yes, std::sqrt(energy / static_cast<double>(q)),
                   shared_.contaminated.view(), shared_.poison.view(), 1, out);
      return;
    case ContaminationKind::independent: {
      auto frame = normals(own_, client, point_.d1, q);
      linalg::orthonormalize_columns(frame.view());
      auto const z = normals(coefficients_, client, q, point_.d2);
      linalg::gemm(Transpose::no, Transpose::no, per_coefficient, frame.view(), z.view(), 1, out);
      return;
    }
    case ContaminationKind::dense:
      add_normals(own_, client, std::sqrt(energy / entries(point_)), out);
      return;
  }
}

void ClientDraws::untruncated(std::int64_t client, MatrixView out) const {
  parameter(client, out);
  switch (point_.module) {
    case Module::gaussian:
      if (point_.noise > 0) add_normals(noise_, client, point_.noise / std::sqrt(entries(point_)), out);
      break;
    case Module::linreg:
      regress(client, out);
      break;
    case Module::copy:
    case Module::input:
      throw std::logic_error("only modules gaussian and linreg draw their clients");
  }
}

void ClientDraws::estimate(std::int64_t client, MatrixView out) const {
  untruncated(client, out);
  if (point_.local_rank == 0 || point_.local_rank >= std::min(point_.d1, point_.d2)) return;
  DenseMatrix left(point_.d1, point_.local_rank), right(point_.d2, point_.local_rank);
  truncate(client, out, left.view(), right.view());
  linalg::gemm(Transpose::no, Transpose::yes, 1, left.view(), right.view(), 0, out);
}

void ClientDraws::estimate_factors(std::int64_t client, MatrixView left, MatrixView right) const {
  DenseMatrix whole(point_.d1, point_.d2);
  untruncated(client, whole.view());
  truncate(client, whole.view(), left, right);
}

/// The same whether factors are stored or their products: that depends on the team.
void ClientDraws::truncate(std::int64_t client, MatrixView whole, MatrixView left, MatrixView right) const {
  std::int64_t const full = std::min(point_.d1, point_.d2);
  if (full <= kLargestDenseSvd) return leading_factors(whole, left, right);
  auto const width = std::min(point_.local_rank + kOversampling, full);
  sketched_factors(whole, normals(sketch_, client, point_.d2, width), left, right);
}

/// The parameter becomes its least squares estimate (X^T X + ridge)^{-1} X^T Y from the client's own sample.
void ClientDraws::regress(std::int64_t client, MatrixView parameter) const {
  std::int64_t const n = point_.n_local;
  auto const x = normals(design_, client, n, point_.d1);
  auto y = normals(response_, client, n, point_.d2);
  double const deviation = point_.noise * std::sqrt(static_cast<double>(n - point_.d1 - 1) / entries(point_));
  linalg::gemm(Transpose::no, Transpose::no, 1, x.view(), parameter, deviation, y.view());
  DenseMatrix gram(point_.d1, point_.d1);
  linalg::syrk(linalg::Triangle::lower, Transpose::yes, 1, x.view(), 0, gram.view());
  for (std::int64_t i = 0; i < point_.d1; ++i) gram(i, i) += point_.ridge;
  linalg::gemm(Transpose::yes, Transpose::no, 1, x.view(), y.view(), 0, parameter);
  if (!linalg::potrf(linalg::Triangle::lower, gram.view()))
    throw std::runtime_error("a client's design is not of full rank");
  linalg::potrs(linalg::Triangle::lower, gram.view(), parameter);
}

}  // namespace thresher::federated_lora
