#include "experiments/group_matrix/estimators/spectral.hpp"
#include "experiments/group_matrix/model/design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// One decomposition of all rows.
class SpectralGlobal : public SpectralMethod {
 public:
  Result run(Parameters const& point, MatrixData const& data, study::Team&) const override {
    auto const rank = Design(point).whole_rank();
    Result result;
    result.iterations = 1;
    result.mean_rank = static_cast<double>(rank);
    result.estimate.factored.add(shrunk_rows(data, data.whole(), scaled_entries(data), rank).term);
    return result;
  }

 protected:
  void check_ranks(Parameters const& point, study::Verdict& verdict) const override {
    Design const design(point);
    if (design.whole_rank() >= std::min(design.rows(), design.columns()))
      verdict.refuse(
          "method",
          fmt::format("spectral_global needs a rank below both sides; it is {}, with n_rows = {} and "
                      "n_cols = {}",
                      design.whole_rank(), design.rows(), design.columns()));
  }
};

}  // namespace

Method const& spectral_global_method() {
  static SpectralGlobal const method;
  return method;
}

}  // namespace thresher::group_matrix
