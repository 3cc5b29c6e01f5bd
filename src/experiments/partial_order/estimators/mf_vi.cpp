#include "experiments/partial_order/estimators/variational.hpp"

namespace thresher::partial_order {

namespace {

/// A normal law with independent coordinates.
class MeanField : public VariationalMethod {
 public:
  MeanField() : VariationalMethod(Covariance::diagonal) {}
};

}  // namespace

Method const& mf_vi_method() {
  static MeanField const method;
  return method;
}

}  // namespace thresher::partial_order
