#include "experiments/group_matrix/data/matrix_data.hpp"

#include "experiments/group_matrix/data/address.hpp"
#include "experiments/group_matrix/data/own_matrix.hpp"
#include "experiments/group_matrix/model/design.hpp"

#include <cmath>

namespace thresher::group_matrix {

MatrixData::MatrixData(Parameters const& point, study::Team& team)
    : point_(point),
      comm_(team.communicator()),
      validation_(team.stream("validation")),
      validation_pairs_(team.stream("validation_pairs")) {
  std::int64_t const rows = point.input != nullptr ? point.input->rows : point.n_rows;
  std::int64_t const columns = point.input != nullptr ? point.input->columns : point.n_cols;
  auto const own = mpi::share(rows, comm_.rank(), comm_.size());
  observations_ = Observations(rows, columns, own);
  whole_ = all_rows(rows, own);
  if (point.input == nullptr)
    draw(team);
  else
    mpi::agree(comm_, [&] { read(*team.input()); });
}

void MatrixData::draw(study::Team& team) {
  Design const design(point_);
  auto const own = observations_.own();
  groups_ = design_groups(design, own);
  blocks_ = base_blocks(design, own);
  signal_.emplace(point_, comm_, own, [&](std::string_view name) { return team.stream(name); });

  auto const columns = observations_.columns();
  auto const width = static_cast<std::size_t>(columns);
  std::vector<double> truth(width), mask(width), noise(width);
  double const beta = point_.block_fraction;
  if (beta > 0) {
    auto const holds = team.stream("held");
    for (std::int64_t b = 0; b < design.blocks(); ++b) {
      holds.uniforms({address(b)}, 0, mask);
      for (double const u : mask) held_.push_back(u < beta ? 1 : 0);
    }
  }
  double expected = 0;
  for (auto i = own.begin; i < own.end; ++i)
    expected += design.block_density(design.block_of(i)) * static_cast<double>(columns);
  observations_.reserve(static_cast<std::int64_t>(expected + 6 * std::sqrt(expected)));
  auto const masks = team.stream("mask"), noises = team.stream("noise");
  for (std::int64_t i = 0; i < own.size(); ++i) {
    std::int64_t const row = own.begin + i;
    std::int64_t const block = design.block_of(row);
    double const density = design.block_density(block) / (1 - beta);
    signal_->row(i, truth);
    masks.uniforms({address(row)}, 0, mask);
    if (point_.noise_sd > 0) noises.normals({address(row)}, 0, noise);
    for (std::size_t j = 0; j < width; ++j) {
      if (mask[j] >= density || is_held(block, static_cast<std::int64_t>(j))) continue;
      observations_.add(static_cast<std::int64_t>(j), truth[j] + point_.noise_sd * noise[j]);
    }
    observations_.end_row();
  }
}

void MatrixData::read(study::InputReader const& input) {
  auto own_matrix = read_own_matrix(input, *point_.input, observations_.own());
  observations_ = std::move(own_matrix.observations);
  groups_ = std::move(own_matrix.groups);
  tests_ = std::move(own_matrix.tests);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (point_.input->factor_of[g] == 0) blocks_.push_back(groups_[g]);
}

void MatrixData::validation_draws(std::int64_t own_row, std::span<double> out) const {
  validation_.uniforms({address(observations_.own().begin + own_row)}, 0, out);
}

void MatrixData::validation_pair_draws(std::int64_t block, std::span<double> out) const {
  validation_pairs_.uniforms({address(block)}, 0, out);
}

}  // namespace thresher::group_matrix
