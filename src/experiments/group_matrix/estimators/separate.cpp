#include "experiments/group_matrix/estimators/penalised_method.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

namespace thresher::group_matrix {

namespace {

/// Every base block on its own: no information crosses blocks.
class Separate : public PenalisedMethod {
 public:
  void check(Parameters const& point, study::Verdict& verdict) const override {
    PenalisedMethod::check(point, verdict);
    if (point.input != nullptr && !point.input->is_partition && !point.input->is_crossed)
      verdict.refuse("method",
                     "separate needs every row in one level of the first factor; allowed for these "
                     "groups are game, global and side_info");
  }
  Program program(Parameters const& point, MatrixData const& data) const override {
    std::vector<PenalisedGroup> groups;
    for (auto const& block : data.blocks()) groups.push_back({&block, 1});
    return group_program(point, data, std::move(groups));
  }

 protected:
  std::vector<double> group_sizes(Parameters const& point) const override {
    if (point.input == nullptr)
      return std::vector<double>(static_cast<std::size_t>(point.levels_1),
                                 static_cast<double>(point.n_rows / point.levels_1));
    std::vector<double> sizes;
    for (std::size_t g = 0; g < point.input->group_sizes.size(); ++g)
      if (point.input->factor_of[g] == 0) sizes.push_back(static_cast<double>(point.input->group_sizes[g]));
    return sizes;
  }
  double iterations(Parameters const&) const override { return 50; }
};

}  // namespace

Method const& separate_method() {
  static Separate const method;
  return method;
}

}  // namespace thresher::group_matrix
