#include "experiments/implicit_regularization/solvers/linear_model.hpp"

#include "experiments/implicit_regularization/model/loss.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace thresher::implicit_regularization {

using linalg::Transpose;

LinearModel::LinearModel(mpi::Communicator const& comm, std::int64_t inputs, Loss loss)
    : ReplicatedVectors(comm, std::array{inputs}), comm_(comm), loss_(loss), sums_(comm) {}

void LinearModel::average(Rows const& rows, std::span<double> out,
                          std::function<void(Rows const&, std::span<double>)> const& work) {
  sums_.over(rows.count)(
      [&](mpi::Range block, std::span<double> partial) {
        auto const part = rows.part(block);
        f_.resize(static_cast<std::size_t>(part.count));
        rows_of_numbers_.resize(f_.size());
        work(part, partial);
      },
      out);
  for (double& entry : out) entry /= static_cast<double>(rows.count);
}

std::vector<double> LinearModel::start(StartDraw const&) const {
  return std::vector<double>(size());
}

double LinearModel::loss(std::span<double const> theta, Rows const& rows) {
  double mean = 0;
  average(rows, std::span(&mean, 1), [&](Rows const& part, std::span<double> partial) {
    linalg::gemv(Transpose::yes, 1, part.x, theta, 0, f_);
    for (std::size_t i = 0; i < f_.size(); ++i) partial[0] += loss_terms(loss_, f_[i], part.y[i]).value;
  });
  return mean;
}

double LinearModel::gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                             std::span<double> out) {
  sum_.resize(size() + 1);
  average(rows, sum_, [&](Rows const& part, std::span<double> partial) {
    linalg::ConstMatrixView x = part.x;
    if (masks != nullptr) {
      if (masked_.rows() != x.rows || masked_.columns() < part.count)
        masked_ = linalg::DenseMatrix(x.rows, part.count);
      auto const dropped = masked_.columns_from(0, part.count);
      for (std::int64_t i = 0; i < part.count; ++i) {
        auto const column = dropped.column(i), given = std::span(masked_.column(i));
        masks->draw(part.numbers[static_cast<std::size_t>(i)], 0, given);
        for (std::size_t j = 0; j < column.size(); ++j) column[j] *= x.column(i)[j];
      }
      x = dropped;
    }
    linalg::gemv(Transpose::yes, 1, x, theta, 0, f_);
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const terms = loss_terms(loss_, f_[i], part.y[i]);
      f_[i] = terms.first;
      partial[size()] += terms.value;
    }
    linalg::gemv(Transpose::no, 1, x, f_, 1, partial.first(size()));
  });
  std::copy_n(sum_.begin(), size(), out.begin());
  return sum_.back();
}

void LinearModel::hessian_product(std::span<double const> theta, Rows const& rows, std::span<double const> v,
                                  std::span<double> out) {
  average(rows, out, [&](Rows const& part, std::span<double> partial) {
    linalg::gemv(Transpose::yes, 1, part.x, v, 0, rows_of_numbers_);
    if (loss_ != Loss::squared) {
      linalg::gemv(Transpose::yes, 1, part.x, theta, 0, f_);
      for (std::size_t i = 0; i < f_.size(); ++i)
        rows_of_numbers_[i] *= loss_terms(loss_, f_[i], part.y[i]).second;
    }
    linalg::gemv(Transpose::no, 1, part.x, rows_of_numbers_, 1, partial);
  });
}

double LinearModel::dropout_penalty(std::span<double const> theta, Rows const& rows, std::span<double> out) {
  // kappa theta + (1/2) X^T (ell''' v) / n, where v_i = sum_j (x_ij theta_j)^2.
  sum_.resize(2 * size() + 1);
  average(rows, sum_, [&](Rows const& part, std::span<double> partial) {
    linalg::gemv(Transpose::yes, 1, part.x, theta, 0, f_);
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const x = part.x.column(static_cast<std::int64_t>(i));
      auto const terms = loss_terms(loss_, f_[i], part.y[i]);
      double v = 0;
      for (std::size_t j = 0; j < x.size(); ++j) {
        v += x[j] * theta[j] * x[j] * theta[j];
        partial[j] += terms.second * x[j] * x[j];
      }
      rows_of_numbers_[i] = terms.third * v / 2;
      partial[2 * size()] += terms.second * v / 2;
    }
    if (loss_ != Loss::squared)
      linalg::gemv(Transpose::no, 1, part.x, rows_of_numbers_, 1, partial.subspan(size(), size()));
  });
  for (std::size_t j = 0; j < size(); ++j) out[j] = sum_[j] * theta[j] + sum_[size() + j];
  return sum_.back();
}

void LinearModel::activation_weighted_l2(std::span<double const> theta, Rows const& rows,
                                         std::span<double> out) {
  average(rows, out, [&](Rows const& part, std::span<double> partial) {
    linalg::gemv(Transpose::yes, 1, part.x, theta, 0, f_);
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const x = part.x.column(static_cast<std::int64_t>(i));
      double const curvature = loss_terms(loss_, f_[i], part.y[i]).second;
      for (std::size_t j = 0; j < x.size(); ++j) partial[j] += curvature * x[j] * x[j];
    }
  });
  for (std::size_t j = 0; j < size(); ++j) out[j] *= theta[j];
}

std::vector<double> LinearModel::outputs(std::span<double const> theta, Rows const& rows) {
  std::vector<double> mine;
  for (auto const& block : sums_.over(rows.count).owned_blocks()) {
    auto const part = rows.part(block);
    f_.resize(static_cast<std::size_t>(part.count));
    linalg::gemv(Transpose::yes, 1, part.x, theta, 0, f_);
    mine.insert(mine.end(), f_.begin(), f_.end());
  }
  return mpi::gather_parts(comm_, mine).values;
}

double LinearModel::path_penalty(std::span<double const>, std::span<double>) const {
  throw std::logic_error("a linear model has no path penalty");
}

double LinearModel::group_penalty(std::span<double const>, double, std::span<double>) const {
  throw std::logic_error("a linear model has no group penalty");
}

}  // namespace thresher::implicit_regularization
