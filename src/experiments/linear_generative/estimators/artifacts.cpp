#include "experiments/linear_generative/estimators/artifacts.hpp"

#include "experiments/linear_generative/model/setting.hpp"
#include "experiments/linear_generative/theory/deterministic_equivalent.hpp"

#include <string>

namespace thresher::linear_generative {

namespace {

/// Panels of both models side by side: coordinate x set x column.
void store_panels(std::string const& name, std::array<linalg::ConstMatrixView, kSets> const& own_panels,
                  linalg::RowLayout const& layout, study::Team& team) {
  auto const columns = own_panels[0].columns;
  std::vector<double> values;
  for (std::int64_t row = 0; row < layout.owned().size(); ++row)
    for (auto const& panel : own_panels)
      for (std::int64_t j = 0; j < columns; ++j) values.push_back(panel(row, j));
  team.store_distributed(name, {layout.rows(), kSets, columns}, layout.owned(), values);
}

}  // namespace

void store_spectrum(std::span<double const> eigenvalues, study::Team& team) {
  if (!team.wants("sample_spectrum")) return;
  team.store({"sample_spectrum",
              {static_cast<std::int64_t>(eigenvalues.size())},
              {eigenvalues.begin(), eigenvalues.end()}});
}

void store_ritz_values(std::span<double const> values, study::Team& team) {
  if (!team.wants("ritz_values")) return;
  team.store({"ritz_values", {static_cast<std::int64_t>(values.size())}, {values.begin(), values.end()}});
}

void store_leading_vectors(std::array<linalg::Eigenpairs, kSets> const& leading,
                           linalg::RowLayout const& layout, study::Team& team) {
  if (!team.wants("leading_vectors")) return;
  auto const count = std::min(leading[0].own_vectors.columns(), leading[1].own_vectors.columns());
  store_panels("leading_vectors",
               {leading[0].own_vectors.columns_from(0, count), leading[1].own_vectors.columns_from(0, count)},
               layout, team);
}

void store_samples(PanelPair const& samples, linalg::RowLayout const& layout, study::Team& team) {
  if (!team.wants("generated_samples")) return;
  store_panels("generated_samples", {samples[0].view(), samples[1].view()}, layout, team);
}

void store_nearest_examples(std::span<std::int64_t const> examples, std::int64_t seeds, study::Team& team) {
  if (!team.wants("nearest_example")) return;
  team.store({"nearest_example", {kSets, seeds}, {examples.begin(), examples.end()}});
}

void store_responses(PowerSpectra const& responses, std::int64_t side, study::Team& team) {
  if (!team.wants("filter_response")) return;
  study::Artifact artifact{"filter_response", {kSets, side, side}, {}};
  auto const half = side / 2 + 1;
  for (auto const& response : responses)
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x) {
        // The other half of the torus holds the conjugates.
        bool const stored = x < half;
        auto const row = stored ? y : (side - y) % side;
        auto const column = stored ? x : side - x;
        artifact.values.push_back(response[static_cast<std::size_t>(row * half + column)]);
      }
  team.store(std::move(artifact));
}

void store_equivalent_roots(Parameters const& point, DataSets const& sets, study::Team& team) {
  if (!team.wants("equivalent_roots") || point.model != Model::sqrt) return;
  std::vector<Level> levels;
  if (point.spectrum == Spectrum::spiked || point.spectrum == Spectrum::powerlaw)
    levels = population_spectrum(point).all();
  else if (sets.reference_spectrum() != nullptr)
    levels = sets.reference_spectrum()->all();
  if (levels.empty()) return;
  auto const roots = equivalent_roots(levels, static_cast<double>(number_of_examples(point)), point.ridge);
  study::Artifact artifact{"equivalent_roots", {}, {}};
  bool const binned = count(levels) > 1e4;
  for (std::size_t i = 0; i < levels.size(); ++i)
    artifact.values.insert(artifact.values.end(),
                           binned ? 1 : static_cast<std::size_t>(levels[i].multiplicity), roots[i]);
  artifact.extents = {static_cast<std::int64_t>(artifact.values.size())};
  team.store(std::move(artifact));
}

}  // namespace thresher::linear_generative
