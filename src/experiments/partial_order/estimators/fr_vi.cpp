#include "experiments/partial_order/estimators/variational.hpp"

#include <fmt/format.h>

namespace thresher::partial_order {

namespace {

/// A normal law with any covariance.
class FullRank : public VariationalMethod {
 public:
  FullRank() : VariationalMethod(Covariance::full) {}
  void check(Parameters const& point, study::Verdict& verdict) const override {
    constexpr std::int64_t kMostCoordinates = 4000;
    VariationalMethod::check(point, verdict);
    if (point.n_items * point.latent_dim > kMostCoordinates)
      verdict.refuse("latent_dim",
                     fmt::format("method = fr_vi takes at most {} coordinates; n_items = {} "
                                 "times latent_dim are {}",
                                 kMostCoordinates, point.n_items, point.n_items * point.latent_dim));
  }
};

}  // namespace

Method const& fr_vi_method() {
  static FullRank const method;
  return method;
}

}  // namespace thresher::partial_order
