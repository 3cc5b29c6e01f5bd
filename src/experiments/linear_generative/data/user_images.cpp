#include "experiments/linear_generative/data/user_images.hpp"

#include "experiments/linear_generative/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

namespace {
/// Rows that are read at once.
constexpr std::int64_t kRowsAtOnce = 256;
}  // namespace

InputExtents input_extents(study::InputReader const& input, std::string const& dataset) {
  auto const extents = input.extents(dataset);
  if (extents.size() != 2 && extents.size() != 3)
    throw study::UserError(
        fmt::format("/{} has {} dimensions; allowed are (N, d) or (N, H, W), one example per row", dataset,
                    extents.size()));
  if (extents.size() == 2)
    return {.rows = extents[0], .dim = extents[1], .square_images = image_side(extents[1]).has_value()};
  return {.rows = extents[0],
          .dim = extents[1] * extents[2],
          .square_images = extents[1] == extents[2],
          .looks_transposed = extents[0] == extents[1] && extents[1] != extents[2]};
}

UserImages::UserImages(Parameters const& point, study::Team& team)
    : input_(team.input()), dataset_(point.dataset), rows_(0), dim_(0), examples_(number_of_examples(point)) {
  mpi::agree(team.communicator(), [&] {
    if (input_ == nullptr) throw study::UserError("input: spectrum input needs an HDF5 file");
    auto const extents = input_extents(*input_, dataset_);
    rows_ = extents.rows;
    dim_ = extents.dim;
  });
  order_ = team.stream("PERM").sequence({}, 0).permutation(rows_);
  position_.resize(order_.size());
  for (std::size_t k = 0; k < order_.size(); ++k)
    position_[static_cast<std::size_t>(order_[k])] = static_cast<std::int64_t>(k);

  auto const dim = static_cast<std::size_t>(dim_);
  mpi::FixedOrderSum const sum(team.communicator(), rows_);
  std::array<double, kGroups> const sizes{static_cast<double>(examples_), static_cast<double>(examples_),
                                          static_cast<double>(reference_rows())};
  std::vector<double> sums(kGroups * dim);
  // Errors of reading are the same for no two ranks; the sums after them are collective.
  auto const sweep =
      [&](std::function<void(std::size_t group, std::span<double const> row, std::span<double>)> const& add,
          std::span<double> result) {
        std::exception_ptr failure;
        sum(
            [&](mpi::Range block, std::span<double> partial) {
              if (failure) return;
              try {
                for_each_block(block, [&](mpi::Range some, std::span<double> values) {
                  for (auto row = some.begin; row < some.end; ++row)
                    add(group_of(row), values.subspan(static_cast<std::size_t>(row - some.begin) * dim, dim),
                        partial);
                });
              } catch (...) {
                failure = std::current_exception();
              }
            },
            result);
        mpi::agree(team.communicator(), [&] {
          if (failure) std::rethrow_exception(failure);
        });
      };

  for (auto& mean : means_) mean.assign(dim, 0.0);
  if (point.center != Center::none) {
    sweep(
        [&](std::size_t group, std::span<double const> row, std::span<double> partial) {
          for (std::size_t j = 0; j < dim; ++j) partial[group * dim + j] += row[j];
        },
        sums);
    for (std::size_t group = 0; group < kGroups; ++group)
      for (std::size_t j = 0; j < dim; ++j)
        means_[group][j] = point.center == Center::split
                               ? (sizes[group] > 0 ? sums[group * dim + j] / sizes[group] : 0)
                               : (sums[j] + sums[dim + j] + sums[2 * dim + j]) / static_cast<double>(rows_);
  }
  // Without a reference the 2n rows themselves set the scale.
  bool const all = reference_rows() == 0;
  std::array<double, 1> square{};
  sweep(
      [&](std::size_t group, std::span<double const> row, std::span<double> partial) {
        if (!all && group != rest) return;
        for (std::size_t j = 0; j < dim; ++j) {
          double const deviation = row[j] - means_[group][j];
          partial[0] += deviation * deviation;
        }
      },
      square);
  double const count = all ? static_cast<double>(rows_) : sizes[rest];
  double offset = 0;
  for (auto const& mean : means_)
    for (double const v : mean) offset += v * v / static_cast<double>(means_.size());
  // Deviations from a mean that are nothing but its rounding are no signal.
  constexpr double kRounding = 1e-24;
  if (!(square[0] > kRounding * count * offset))
    throw study::UserError(fmt::format("dataset = {}: the rows that set the scale are all equal", dataset_));
  scale_ = std::sqrt(static_cast<double>(dim_) * count / square[0]);
}

std::int64_t UserImages::reference_rows() const {
  return rows_ - kSets * examples_;
}

std::size_t UserImages::group_of(std::int64_t file_row) const {
  auto const position = position_[static_cast<std::size_t>(file_row)];
  return position < examples_ ? first : (position < kSets * examples_ ? second : rest);
}

void UserImages::for_each_block(
    mpi::Range file_rows, std::function<void(mpi::Range rows, std::span<double> values)> const& visit) const {
  for (auto row = file_rows.begin; row < file_rows.end; row += kRowsAtOnce) {
    mpi::Range const some{row, std::min(row + kRowsAtOnce, file_rows.end)};
    auto values = input_->read(dataset_, some, {0, dim_});
    visit(some, values);
  }
}

std::span<std::int64_t const> UserImages::file_rows(int set) const {
  return std::span(order_).subspan(static_cast<std::size_t>(set * examples_),
                                   static_cast<std::size_t>(examples_));
}

linalg::RowGenerator UserImages::generator(int set) const {
  auto const own = file_rows(set);
  std::vector<std::int64_t> rows(own.begin(), own.end());
  return [input = input_, dataset = dataset_, dim = dim_, rows = std::move(rows),
          mean = means_[static_cast<std::size_t>(set)],
          scale = scale_](mpi::Range wanted, std::span<double> out) {
    for (auto mu = wanted.begin; mu < wanted.end; ++mu) {
      auto const row = rows[static_cast<std::size_t>(mu)];
      auto const values = input->read(dataset, {row, row + 1}, {0, dim});
      auto const target = out.subspan(static_cast<std::size_t>((mu - wanted.begin) * dim), values.size());
      for (std::size_t j = 0; j < values.size(); ++j) target[j] = scale * (values[j] - mean[j]);
    }
  };
}

UserImages::Reference UserImages::reference(study::Team& team) const {
  auto const& comm = team.communicator();
  auto const dim = static_cast<std::size_t>(dim_);
  Reference found{std::vector<double>(dim), linalg::DenseMatrix(dim_, dim_)};
  mpi::agree(comm, [&] {
    for_each_block(mpi::share(rows_, comm.rank(), comm.size()), [&](mpi::Range some,
                                                                    std::span<double> values) {
      std::int64_t kept = 0;
      for (auto row = some.begin; row < some.end; ++row) {
        if (group_of(row) != rest) continue;
        auto const from = values.subspan(static_cast<std::size_t>(row - some.begin) * dim, dim);
        auto const to = values.subspan(static_cast<std::size_t>(kept++) * dim, dim);
        for (std::size_t j = 0; j < dim; ++j) to[j] = scale_ * (from[j] - means_[rest][j]);
      }
      linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1 / static_cast<double>(reference_rows()),
                   {values.data(), dim_, kept}, 1, found.eigenvectors.view());
    });
  });
  mpi::sum_in_place(comm, found.eigenvectors.values());
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, found.eigenvectors.view(),
                  found.eigenvalues);
    // Descending.
    std::ranges::reverse(found.eigenvalues);
    for (std::int64_t j = 0; j < dim_ / 2; ++j)
      std::ranges::swap_ranges(found.eigenvectors.column(j), found.eigenvectors.column(dim_ - 1 - j));
    for (double& value : found.eigenvalues) value = std::max(value, 0.0);
  });
  mpi::broadcast(comm, std::span(found.eigenvalues));
  mpi::broadcast(comm, found.eigenvectors.values());
  return found;
}

ReferencePopulation reference_population(Parameters const& point, UserImages::Reference reference) {
  ReferencePopulation result;
  auto& population = result.population;
  auto const dim = reference.eigenvectors.rows();
  population.directions = linalg::DenseMatrix(dim, point.rank);
  for (std::int64_t k = 0; k < point.rank; ++k) {
    std::ranges::copy(reference.eigenvectors.column(k), population.directions.column(k).begin());
    population.direction_variances.push_back(reference.eigenvalues[static_cast<std::size_t>(k)]);
  }
  for (double const value : reference.eigenvalues) {
    population.trace += value;
    population.log_determinant += std::log(value);
  }
  result.spectrum = population_spectrum(reference.eigenvalues, point.rank);
  if (!is_matrix_function(point.model)) return result;
  auto const root = std::make_shared<linalg::DenseMatrix>(dim, dim);
  auto& vectors = reference.eigenvectors;
  for (std::int64_t j = 0; j < dim; ++j) {
    double const quarter = std::sqrt(std::sqrt(reference.eigenvalues[static_cast<std::size_t>(j)]));
    for (double& entry : vectors.column(j)) entry *= quarter;
  }
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, vectors.view(), 0, root->view());
  linalg::symmetrize(linalg::Triangle::lower, root->view());
  population.apply_root = [root](linalg::MatrixView panel) {
    linalg::DenseMatrix const copy = [&] {
      linalg::DenseMatrix whole(panel.rows, panel.columns);
      for (std::int64_t j = 0; j < panel.columns; ++j)
        std::ranges::copy(panel.column(j), whole.column(j).begin());
      return whole;
    }();
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, root->view(), copy.view(), 0, panel);
  };
  return result;
}

}  // namespace thresher::linear_generative
