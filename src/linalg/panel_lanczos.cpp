#include "linalg/panel_lanczos.hpp"

#include "linalg/column_products.hpp"
#include "linalg/lapack_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::linalg {

namespace {

/// Eigenvalues (ascending, clamped at 0) and eigenvectors of a seed's projected matrix.
struct Ritz {
  std::vector<double> values;
  DenseMatrix vectors;
};

Ritz ritz(std::span<double const> diagonal, std::span<double const> off_diagonal) {
  Ritz found{
      {diagonal.begin(), diagonal.end()},
      DenseMatrix(static_cast<std::int64_t>(diagonal.size()), static_cast<std::int64_t>(diagonal.size()))};
  std::vector<double> scratch(off_diagonal.begin(), off_diagonal.end());
  stevd(found.values, scratch, found.vectors.view());
  for (double& value : found.values) value = std::max(value, 0.0);
  return found;
}

/// S f(theta) S^T e_1.
std::vector<double> function_of_first(Ritz const& of, std::function<double(double)> const& f) {
  std::vector<double> weights(of.values.size());
  for (std::size_t j = 0; j < weights.size(); ++j)
    weights[j] = f(of.values[j]) * of.vectors(0, static_cast<std::int64_t>(j));
  std::vector<double> result(weights.size());
  gemv(Transpose::no, 1, of.vectors.view(), weights, 0, result);
  return result;
}

double norm(std::span<double const> x) {
  return std::sqrt(inner_product(x, x));
}

/// |y - previous|, the shorter one padded with zeros.
double change(std::span<double const> y, std::span<double const> previous) {
  double sum = 0;
  for (std::size_t k = 0; k < y.size(); ++k) {
    double const before = k < previous.size() ? previous[k] : 0;
    sum += (y[k] - before) * (y[k] - before);
  }
  return std::sqrt(sum);
}

std::vector<double const*> pointers(std::vector<std::vector<double>> const& basis, std::size_t count) {
  std::vector<double const*> columns;
  for (std::size_t k = 0; k < count; ++k) columns.push_back(basis[k].data());
  return columns;
}

}  // namespace

PanelLanczos::PanelLanczos(PanelOperator const& op, ConstMatrixView own_seeds, LanczosOptions options)
    : op_(op),
      options_(options),
      own_rows_(own_seeds.rows),
      seeds_(static_cast<std::size_t>(own_seeds.columns)) {
  auto const squares = column_inner_products(op.layout(), own_seeds, own_seeds);
  for (std::size_t i = 0; i < seeds_.size(); ++i) {
    auto& seed = seeds_[i];
    seed.norm = std::sqrt(squares[i]);
    auto const column = own_seeds.column(static_cast<std::int64_t>(i));
    seed.basis.emplace_back(column.begin(), column.end());
    for (double& value : seed.basis.back()) value /= seed.norm;
  }
}

void PanelLanczos::run(std::function<double(double)> const& f) {
  DenseMatrix in;
  DenseMatrix out;
  while (true) {
    std::vector<Seed*> running;
    for (auto& seed : seeds_)
      if (seed.state == Seed::State::running) running.push_back(&seed);
    if (running.empty()) return;
    auto const width = static_cast<std::int64_t>(running.size());
    if (in.columns() != width || in.rows() != own_rows_) {
      in = DenseMatrix(own_rows_, width);
      out = DenseMatrix(own_rows_, width);
    }
    for (std::int64_t i = 0; i < width; ++i)
      std::ranges::copy(running[static_cast<std::size_t>(i)]->basis.back(), in.column(i).begin());
    op_.apply(in.view(), out.view());

    auto const projections = orthogonalise(running, out.view());
    orthogonalise(running, out.view());
    auto const squares = column_inner_products(op_.layout(), out.view(), out.view());
    std::vector<Seed*> due;
    std::size_t at = 0;
    for (std::size_t i = 0; i < running.size(); ++i) {
      auto& seed = *running[i];
      at += seed.basis.size();
      seed.diagonal.push_back(projections[at - 1]);
      seed.off_diagonal.push_back(std::sqrt(squares[i]));
      auto const steps = static_cast<int>(seed.diagonal.size());
      bool const invariant =
          seed.off_diagonal.back() < options_.breakdown * *std::ranges::max_element(seed.diagonal);
      if (invariant) seed.state = Seed::State::converged;
      if (invariant || steps % options_.test_interval == 0 || steps == options_.max_steps)
        due.push_back(&seed);
    }
    test(due, f);
    for (std::size_t i = 0; i < running.size(); ++i) {
      auto& seed = *running[i];
      if (seed.state != Seed::State::running) continue;
      auto const column = out.column(static_cast<std::int64_t>(i));
      auto& next = seed.basis.emplace_back(column.begin(), column.end());
      for (double& value : next) value /= seed.off_diagonal.back();
    }
  }
}

std::vector<double> PanelLanczos::orthogonalise(std::span<Seed* const> running, MatrixView own_panel) const {
  std::size_t total = 0;
  for (auto const* seed : running) total += seed->basis.size();
  std::vector<double> projections(total);
  std::size_t at = 0;
  for (std::size_t i = 0; i < running.size(); ++i) {
    auto const columns = pointers(running[i]->basis, running[i]->basis.size());
    add_column_products(columns, own_panel.column(static_cast<std::int64_t>(i)),
                        std::span(projections).subspan(at, columns.size()));
    at += columns.size();
  }
  mpi::sum_in_place(op_.layout().communicator(), projections);
  at = 0;
  for (std::size_t i = 0; i < running.size(); ++i) {
    auto const columns = pointers(running[i]->basis, running[i]->basis.size());
    std::vector<double> negative(columns.size());
    for (std::size_t k = 0; k < columns.size(); ++k) negative[k] = -projections[at + k];
    add_combination(columns, negative, own_panel.column(static_cast<std::int64_t>(i)));
    at += columns.size();
  }
  return projections;
}

void PanelLanczos::test(std::span<Seed* const> due, std::function<double(double)> const& f) {
  if (due.empty()) return;
  // Each seed's projected problem is solved by one rank; sums with zeros carry its numbers to the others.
  auto const& comm = op_.layout().communicator();
  auto const steps = due.front()->diagonal.size();
  auto const stride = steps + 1;
  std::vector<double> shared(due.size() * stride);
  mpi::agree(comm, [&] {
    for (std::size_t i = 0; i < due.size(); ++i) {
      if (static_cast<int>(i % static_cast<std::size_t>(comm.size())) != comm.rank()) continue;
      auto const& seed = *due[i];
      auto const y = function_of_first(ritz(seed.diagonal, seed.off_diagonal), f);
      std::ranges::copy(y, shared.begin() + static_cast<std::ptrdiff_t>(i * stride));
      bool const settled =
          !seed.coefficients.empty() && change(y, seed.coefficients) < options_.tolerance * norm(y);
      shared[i * stride + steps] = settled ? 1 : 0;
    }
  });
  mpi::sum_in_place(comm, shared);
  for (std::size_t i = 0; i < due.size(); ++i) {
    auto& seed = *due[i];
    auto const first = shared.begin() + static_cast<std::ptrdiff_t>(i * stride);
    seed.coefficients.assign(first, first + static_cast<std::ptrdiff_t>(steps));
    if (seed.state == Seed::State::converged) continue;
    if (shared[i * stride + steps] == 1)
      seed.state = Seed::State::converged;
    else if (static_cast<int>(steps) == options_.max_steps)
      seed.state = Seed::State::exhausted;
  }
}

double PanelLanczos::mean_steps() const {
  double sum = 0;
  for (auto const& seed : seeds_) sum += static_cast<double>(seed.diagonal.size());
  return sum / static_cast<double>(seeds_.size());
}

bool PanelLanczos::converged() const {
  return std::ranges::all_of(seeds_, [](Seed const& seed) { return seed.state == Seed::State::converged; });
}

void PanelLanczos::function_times_seeds(MatrixView own_result) const {
  for (std::int64_t i = 0; i < seeds(); ++i) {
    auto const& seed = at(i);
    auto weights = seed.coefficients;
    for (double& weight : weights) weight *= seed.norm;
    std::ranges::fill(own_result.column(i), 0.0);
    add_combination(pointers(seed.basis, weights.size()), weights, own_result.column(i));
  }
}

std::vector<double> PanelLanczos::ritz_values(std::int64_t seed) const {
  auto values = ritz(at(seed).diagonal, at(seed).off_diagonal).values;
  std::ranges::reverse(values);
  return values;
}

DenseMatrix PanelLanczos::leading_ritz_vectors(std::int64_t per_seed) const {
  auto const& comm = op_.layout().communicator();
  std::size_t total = 0;
  std::int64_t columns = 0;
  for (auto const& seed : seeds_) {
    auto const count = std::min<std::int64_t>(per_seed, static_cast<std::int64_t>(seed.diagonal.size()));
    columns += count;
    total += static_cast<std::size_t>(count) * seed.diagonal.size();
  }
  std::vector<double> weights(total);
  mpi::agree(comm, [&] {
    std::size_t first = 0;
    for (std::size_t i = 0; i < seeds_.size(); ++i) {
      auto const& seed = seeds_[i];
      auto const steps = static_cast<std::int64_t>(seed.diagonal.size());
      auto const count = std::min(per_seed, steps);
      if (static_cast<int>(i % static_cast<std::size_t>(comm.size())) == comm.rank()) {
        auto const found = ritz(seed.diagonal, seed.off_diagonal);
        for (std::int64_t k = 0; k < count; ++k)
          std::ranges::copy(found.vectors.column(steps - 1 - k),
                            weights.begin() + static_cast<std::ptrdiff_t>(first) + k * steps);
      }
      first += static_cast<std::size_t>(count * steps);
    }
  });
  mpi::sum_in_place(comm, weights);

  DenseMatrix vectors(own_rows_, columns);
  std::size_t first = 0;
  std::int64_t column = 0;
  for (auto const& seed : seeds_) {
    auto const steps = seed.diagonal.size();
    auto const count = std::min<std::int64_t>(per_seed, static_cast<std::int64_t>(steps));
    auto const basis = pointers(seed.basis, steps);
    for (std::int64_t k = 0; k < count; ++k, ++column, first += steps)
      add_combination(basis, std::span(weights).subspan(first, steps), vectors.column(column));
  }
  return vectors;
}

void PanelLanczos::save(bytes::Writer& state) const {
  for (auto const& seed : seeds_) state.put(seed);
}

void PanelLanczos::load(bytes::Reader& state) {
  for (auto& seed : seeds_) {
    state.read(seed);
    for (auto const& column : seed.basis)
      if (static_cast<std::int64_t>(column.size()) != own_rows_)
        throw std::runtime_error("the kept state of a Lanczos recurrence belongs to another team size");
  }
}

double PanelLanczos::bytes_per_rank(std::int64_t rows, std::int64_t seeds, double steps, int ranks) {
  return 8 * steps * static_cast<double>(seeds) * static_cast<double>(mpi::share(rows, 0, ranks).size());
}

}  // namespace thresher::linalg
