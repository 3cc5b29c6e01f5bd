#include "experiments/group_matrix/estimators/spectral.hpp"
#include "experiments/group_matrix/model/design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// A decomposition per group, averaged where groups overlap.
class SpectralGroup : public SpectralMethod {
 public:
  Result run(Parameters const& point, MatrixData const& data, study::Team&) const override {
    Design const design(point);
    auto const entries = scaled_entries(data);
    Result result;
    result.iterations = 1;
    std::vector<double> coverage(static_cast<std::size_t>(data.observations().own().size()));
    for (auto const& group : data.groups())
      for (auto const i : group.own) coverage[static_cast<std::size_t>(i)] += 1;
    for (std::size_t g = 0; g < data.groups().size(); ++g) {
      auto const& rows = data.groups()[g];
      auto const rank = design.group_rank(static_cast<std::int64_t>(g));
      auto shrunk = shrunk_rows(data, rows, entries, rank);
      for (std::size_t s = 0; s < rows.own.size(); ++s)
        for (double& entry : shrunk.term.coefficients.column(static_cast<std::int64_t>(s)))
          entry /= coverage[static_cast<std::size_t>(rows.own[s])];
      result.estimate.factored.add(std::move(shrunk.term));
      result.subspaces.push_back(std::move(shrunk.subspace));
      result.mean_rank += static_cast<double>(rank) / static_cast<double>(data.groups().size());
    }
    return result;
  }

 protected:
  void check_ranks(Parameters const& point, study::Verdict& verdict) const override {
    Design const design(point);
    for (std::int64_t g = 0; g < design.groups(); ++g) {
      auto const side = std::min(design.size(g), design.columns());
      if (design.group_rank(g) >= side)
        return verdict.refuse(
            "method", fmt::format("spectral_group needs ranks below both sides; group {} has rank {} and "
                                  "{} rows, with n_cols = {}",
                                  g, design.group_rank(g), design.size(g), design.columns()));
    }
  }
};

}  // namespace

Method const& spectral_group_method() {
  static SpectralGroup const method;
  return method;
}

}  // namespace thresher::group_matrix
