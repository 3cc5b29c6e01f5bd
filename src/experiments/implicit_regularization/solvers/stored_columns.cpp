#include "experiments/implicit_regularization/solvers/stored_columns.hpp"

#include <cstddef>
#include <utility>

namespace thresher::implicit_regularization {

std::vector<Rows> fixed_batches(Rows const& rows, std::int64_t batch) {
  std::vector<Rows> batches;
  for (std::int64_t begin = 0; begin + batch <= rows.count; begin += batch)
    batches.push_back(rows.part({begin, begin + batch}));
  return batches;
}

std::array<std::vector<double>, kCandidates> stored_columns(Candidates needed, Parameters const& point,
                                                            LossModel& model, Rows const& rows,
                                                            std::span<double const> theta) {
  std::array<std::vector<double>, kCandidates> columns;
  auto const make = [&](Candidate name, auto const& fill) {
    if (!needed.contains(name)) return;
    auto& column = columns[static_cast<std::size_t>(name)];
    column.resize(theta.size());
    fill(column);
  };
  make(Candidate::group, [&](std::span<double> out) { model.group_penalty(theta, point.smooth, out); });
  make(Candidate::path, [&](std::span<double> out) { model.path_penalty(theta, out); });
  make(Candidate::data_l2, [&](std::span<double> out) { model.activation_weighted_l2(theta, rows, out); });
  make(Candidate::dropout, [&](std::span<double> out) { model.dropout_penalty(theta, rows, out); });
  bool const noise = needed.contains(Candidate::batchnoise);
  if (!needed.contains(Candidate::gradnorm) && !noise) return columns;

  std::vector<double> gradient(theta.size()), whole(theta.size());
  model.gradient(theta, rows, nullptr, gradient);
  model.hessian_product(theta, rows, gradient, whole);
  make(Candidate::batchnoise, [&](std::span<double> out) {
    auto const batches = fixed_batches(rows, point.batch);
    std::vector<double> product(theta.size());
    for (auto const& batch : batches) {
      model.gradient(theta, batch, nullptr, gradient);
      model.hessian_product(theta, batch, gradient, product);
      for (std::size_t j = 0; j < out.size(); ++j) out[j] += product[j] / static_cast<double>(batches.size());
    }
    for (std::size_t j = 0; j < out.size(); ++j) out[j] -= whole[j];
  });
  if (needed.contains(Candidate::gradnorm))
    columns[static_cast<std::size_t>(Candidate::gradnorm)] = std::move(whole);
  return columns;
}

}  // namespace thresher::implicit_regularization
