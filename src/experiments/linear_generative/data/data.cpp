#include "experiments/linear_generative/data/data.hpp"

#include "experiments/linear_generative/model/setting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::linear_generative {

namespace {

constexpr double kFewReferenceRows = 5;

/// The point that needs most of the reference population.
Parameters const& most_demanding(std::span<Parameters const> points) {
  auto const found =
      std::ranges::find_if(points, [](Parameters const& point) { return is_matrix_function(point.model); });
  return found != points.end() ? *found : points.front();
}

}  // namespace

linalg::RowStorage settled_storage(Parameters const& point, int ranks, double room) {
  switch (point.storage) {
    case Storage::stored:
      return linalg::RowStorage::stored;
    case Storage::stored32:
      return linalg::RowStorage::stored32;
    case Storage::implicit:
      return linalg::RowStorage::implicit;
    case Storage::automatic:
      break;
  }
  double const bytes = 8 * static_cast<double>(number_of_examples(point)) * static_cast<double>(point.dim);
  return bytes <= ranks * room ? linalg::RowStorage::stored : linalg::RowStorage::implicit;
}

DataSets::DataSets(std::span<Parameters const> points, study::Team& team, double bytes_besides)
    : team_(team) {
  auto const& point = most_demanding(points);
  // Unlike budgets would make unlike choices.
  double const budget = mpi::min(team.communicator(), static_cast<double>(team.memory_budget()));
  room_ = std::clamp(budget - bytes_besides, 0.0, budget / 2);
  if (point.spectrum != Spectrum::input) {
    population_ = generated_population(point, team);
    for (int set = 0; set < kSets; ++set)
      generators_[static_cast<std::size_t>(set)] = example_generator(point, population_, team, set);
    return;
  }
  UserImages const images(point, team);
  for (int set = 0; set < kSets; ++set) {
    generators_[static_cast<std::size_t>(set)] = images.generator(set);
    auto const rows = images.file_rows(set);
    file_rows_[static_cast<std::size_t>(set)].assign(rows.begin(), rows.end());
  }
  reference_ratio_ = static_cast<double>(images.reference_rows()) / static_cast<double>(point.dim);
  population_is_known_ = images.reference_rows() > 0;
  population_.directions = linalg::DenseMatrix(point.dim, 0);
  if (point.rank == 0 && !is_matrix_function(point.model)) return;  // nobody asks for Sigma
  if (!population_is_known_) {
    team.warn(
        "input: 2n rows leave no reference population: latent metrics, distances and predictions are absent");
    return;
  }
  if (reference_ratio_ < kFewReferenceRows)
    team.warn(fmt::format(
        "input: {} reference rows for {} dimensions: below 5 per dimension the reference spectrum "
        "is itself broadened by sampling",
        images.reference_rows(), point.dim));
  auto known = reference_population(point, images.reference(team));
  population_ = std::move(known.population);
  reference_ = std::move(known.spectrum);
}

std::int64_t DataSets::name_of_example(int number, std::int64_t example) const {
  auto const& rows = file_rows_[static_cast<std::size_t>(number)];
  return rows.empty() ? example : rows[static_cast<std::size_t>(example)];
}

linalg::TallMatrix const& DataSets::set(int number, Parameters const& point) const {
  auto const& comm = team_.communicator();
  auto const storage = settled_storage(point, comm.size(), room_);
  auto& wanted = held_[static_cast<std::size_t>(number)];
  auto& other = held_[static_cast<std::size_t>(kSets - 1 - number)];
  if (wanted && wanted->storage() == storage) return *wanted;
  wanted.reset();
  auto const rows = number_of_examples(point);
  double const bytes = linalg::TallMatrix::bytes_per_rank(rows, point.dim, comm.size(), storage);
  if (other && (other->storage() != storage || kSets * bytes > room_)) other.reset();
  wanted = std::make_unique<linalg::TallMatrix>(comm, rows, point.dim, storage,
                                                generators_[static_cast<std::size_t>(number)]);
  return *wanted;
}

}  // namespace thresher::linear_generative
