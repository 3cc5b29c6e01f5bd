#include "experiments/group_matrix/estimators/penalised_method.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/group_weights.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

namespace thresher::group_matrix {

namespace {

/// The paper's estimator: a nuclear norm on the rows of every group.
class Game : public PenalisedMethod {
 public:
  void check(Parameters const& point, study::Verdict& verdict) const override {
    PenalisedMethod::check(point, verdict);
    bool const has_shares = point.input == nullptr ? point.design == GroupDesign::crossed
                                                   : point.input->is_partition || point.input->is_crossed;
    if (point.solver == Solver::prox_avg && !has_shares)
      verdict.refuse("solver",
                     "prox_avg needs groups with the same shares in all their rows; allowed for game "
                     "with a chain, or with own groups that overlap, is admm");
    if (point.input != nullptr && mixes_factors(point) && (point.weight_mix == 0 || point.weight_mix == 1) &&
        !point.input->is_crossed)
      verdict.refuse("weight_mix",
                     "leaves rows without a penalised group: allowed is more than 0 and less than 1");
  }
  std::vector<std::string_view> reads(Parameters const& point) const override {
    auto names = PenalisedMethod::reads(point);
    names.emplace_back("weight_root");
    if (mixes_factors(point)) names.emplace_back("weight_mix");
    return names;
  }
  Program program(Parameters const& point, MatrixData const& data) const override {
    return group_program(point, data, game_groups(point, data.groups(), data.whole()));
  }

 protected:
  std::vector<double> group_sizes(Parameters const& point) const override {
    std::vector<double> sizes;
    if (point.input != nullptr) {
      for (auto const size : point.input->group_sizes) sizes.push_back(static_cast<double>(size));
    } else {
      Design const design(point);
      for (std::int64_t g = 0; g < design.groups(); ++g) sizes.push_back(static_cast<double>(design.size(g)));
    }
    if (point.weight_root > 0) sizes.push_back(extents_of(point).rows);
    return sizes;
  }
  double iterations(Parameters const& point) const override {
    return point.solver == Solver::admm ? 120 : 60;
  }
};

}  // namespace

Method const& game_method() {
  static Game const method;
  return method;
}

}  // namespace thresher::group_matrix
