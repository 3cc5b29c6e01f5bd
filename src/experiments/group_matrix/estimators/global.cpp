#include "experiments/group_matrix/estimators/penalised_method.hpp"

namespace thresher::group_matrix {

namespace {

/// One nuclear norm: softImpute (Mazumder, Hastie and Tibshirani 2010).
class Global : public PenalisedMethod {
 public:
  Program program(Parameters const& point, MatrixData const& data) const override {
    return group_program(point, data, {{&data.whole(), 1}});
  }

 protected:
  std::vector<double> group_sizes(Parameters const& point) const override { return {extents_of(point).rows}; }
  double iterations(Parameters const&) const override { return 50; }
};

}  // namespace

Method const& global_method() {
  static Global const method;
  return method;
}

}  // namespace thresher::group_matrix
