#include "experiments/group_matrix/estimators/penalised_method.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

#include <algorithm>

namespace thresher::group_matrix {

namespace {

/// Group means and a matrix of low rank.
class SideInfo : public PenalisedMethod {
 public:
  std::vector<std::string_view> reads(Parameters const& point) const override {
    auto names = PenalisedMethod::reads(point);
    names.emplace_back("side_ridge");
    return names;
  }
  study::Cost cost(Parameters const& point, int ranks) const override {
    auto cost = PenalisedMethod::cost(point, ranks);
    double const groups = point.input != nullptr ? static_cast<double>(point.input->group_sizes.size())
                                                 : static_cast<double>(point.levels_1 + point.levels_2);
    cost.bytes_per_rank += 8 * extents_of(point).columns * groups * (2 * groups + 4);
    return cost;
  }
  Program program(Parameters const& point, MatrixData const& data) const override {
    auto const settings = fit_settings(point, 1e-4);
    return {{{&data.whole(), 1}},
            [&data](Observations const& observations, GroupPenalty const& penalty, FitSettings const& how) {
              return side_information(data.communicator(), observations, penalty, data.groups(), how);
            },
            settings,
            std::max(settings.tolerance, 1e-3)};
  }

 protected:
  bool has_solvers() const override { return false; }
  std::vector<double> group_sizes(Parameters const& point) const override { return {extents_of(point).rows}; }
  double iterations(Parameters const&) const override { return 60; }
};

}  // namespace

Method const& side_info_method() {
  static SideInfo const method;
  return method;
}

}  // namespace thresher::group_matrix
