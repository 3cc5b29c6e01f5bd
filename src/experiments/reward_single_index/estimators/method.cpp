#include "experiments/reward_single_index/estimators/method.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "study/rates.hpp"

namespace thresher::reward_single_index {

#define DECLARED(name) Method const& name##_method();
REWARD_SINGLE_INDEX_FIRST_STAGES(DECLARED)
#undef DECLARED

std::span<Method const* const> methods() {
#define ENTRY(name) &name##_method(),
  static Method const* const table[] = {REWARD_SINGLE_INDEX_FIRST_STAGES(ENTRY)};
#undef ENTRY
  return table;
}

std::vector<std::string> first_stage_names() {
#define NAME(name) #name,
  return {REWARD_SINGLE_INDEX_FIRST_STAGES(NAME)};
#undef NAME
}

Method const& method_of(Parameters const& point) {
  return *methods()[static_cast<std::size_t>(point.stage1)];
}

std::vector<std::string_view> transform_parameters_and(std::vector<std::string_view> more) {
  more.insert(more.end(), {"transform", "beta1", "weight_clip", "center_transform", "n_cal"});
  return more;
}

std::vector<double Metrics::*> transform_metrics_and(std::vector<double Metrics::*> more) {
  more.insert(more.end(), {&Metrics::ess1_frac, &Metrics::signal1_hat, &Metrics::signal2_hat});
  return more;
}

void check_rows(Parameters const& point, study::Verdict& verdict) {
  if (first_rows(point) < 2)
    verdict.refuse(point.n1 > 0 ? "n1" : "alpha1", "the first stage needs at least 2 rows");
}

double kept_bytes(Parameters const& point, study::Resources const& resources) {
  return linalg::TallMatrix::bytes_per_rank(first_rows(point), point.d, resources.ranks,
                                            settled_storage(point, resources));
}

void add_passes(Parameters const& point, study::Resources const& resources, double passes,
                study::Cost& cost) {
  double const entries = static_cast<double>(first_rows(point)) * static_cast<double>(point.d);
  if (settled_storage(point, resources) == linalg::RowStorage::implicit)
    cost.normals += passes * entries;
  else
    cost.bytes_streamed += passes * entries * (point.precision == Precision::single ? 4 : 8);
}

study::Length length_of(Parameters const& point, Method const& method, study::Team const& team) {
  constexpr double kSecondsWorthKeeping = 60;
  auto const resources = team.resources();
  double const seconds = study::Rates{}.seconds(method.cost(point, resources)) / resources.ranks;
  return seconds > kSecondsWorthKeeping ? study::Length::lengthy : study::Length::brief;
}

}  // namespace thresher::reward_single_index
