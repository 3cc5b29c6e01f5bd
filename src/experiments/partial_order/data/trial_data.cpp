#include "experiments/partial_order/data/trial_data.hpp"

#include "experiments/partial_order/data/list_draws.hpp"
#include "experiments/partial_order/data/user_sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

Sequences first_of(Sequences const& lists, std::int64_t count) {
  if (count == lists.count()) return lists;
  auto const kept = static_cast<std::ptrdiff_t>(count);
  Sequences some;
  some.offset.assign(lists.offset.begin(), lists.offset.begin() + kept + 1);
  some.items.assign(lists.items.begin(), lists.items.begin() + some.offset.back());
  if (!lists.steps.empty()) some.steps.assign(lists.steps.begin(), lists.steps.begin() + kept);
  if (!lists.weight.empty()) some.weight.assign(lists.weight.begin(), lists.weight.begin() + kept);
  return some;
}

}  // namespace

TrialData::TrialData(std::span<Parameters const> points, study::Team& team) : team_(team) {
  auto const& point = points.front();
  if (!generates(point)) {
    training_ = read_user_sequences(*point.input, UserLists::training, team);
    if (point.input->test_sequences > 0) test_ = read_user_sequences(*point.input, UserLists::test, team);
    if (point.input->score_sequences > 0)
      scored_ = read_user_sequences(*point.input, UserLists::scored, team);
    if (point.input->has_truth())
      truth_.order = std::make_shared<PartialOrder const>(
          PartialOrder::closure_of(point.n_items, read_user_truth(*point.input, team)));
    return;
  }
  truth_ = make_true_order(point, team);
  std::int64_t lists = 0;
  std::int64_t held_out = 0;
  for (auto const& each : points) {
    lists = std::max(lists, sequence_count(each));
    held_out = std::max(held_out, each.n_test);
  }
  training_ = draw_lists(*truth_.order, point, ListKind::training, lists, point.epsilon, team);
  test_ = draw_lists(*truth_.order, point, ListKind::test, held_out, point.epsilon, team);
  clean_ = draw_lists(*truth_.order, point, ListKind::clean, held_out, 0, team);
}

Sequences TrialData::training(Parameters const& point) const {
  return first_of(training_, generates(point) ? sequence_count(point) : training_.count());
}

Sequences TrialData::test(Parameters const& point) const {
  return first_of(test_, generates(point) ? point.n_test : test_.count());
}

Sequences TrialData::clean(Parameters const& point) const {
  return first_of(clean_, generates(point) ? point.n_test : clean_.count());
}

}  // namespace thresher::partial_order
