#include "experiments/federated_lora/data/copy/copy_task.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace thresher::federated_lora {

namespace {

/// Tokens begin .. end - 1, by ascending key.
std::vector<std::int32_t> by_key(std::vector<double> const& keys, std::int64_t begin, std::int64_t end) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(end - begin));
  std::iota(order.begin(), order.end(), static_cast<std::int32_t>(begin));
  std::ranges::stable_sort(order, {}, [&](std::int32_t a) { return keys[static_cast<std::size_t>(a)]; });
  return order;
}

std::vector<double> keys_of(random::Stream const& stream, std::uint64_t row, std::int64_t count) {
  std::vector<double> keys(static_cast<std::size_t>(count));
  stream.uniforms({row}, 0, keys);
  return keys;
}

}  // namespace

CopyTask::CopyTask(Parameters const& point, study::Team const& team)
    : point_(point),
      own_target_(team.stream("target")),
      poison_target_(team.stream("poison_target")),
      own_token_(team.stream("own_token")) {
  std::int64_t const frequent = point.vocab / 2;
  auto const order = by_key(keys_of(team.stream("dialect"), 0, point.vocab), 0, frequent);
  dialect_.assign(order.begin(), order.begin() + point.rank);
  poisoned_.assign(order.begin() + point.rank, order.begin() + point.rank + point.contamination_rank);
  common_target_.resize(static_cast<std::size_t>(point.vocab));
  std::iota(common_target_.begin(), common_target_.end(), 0);
  auto const rare = by_key(keys_of(team.stream("common_token"), 0, point.vocab), frequent, point.vocab);
  auto const uniforms = keys_of(team.stream("common_target"), 0, point.vocab);
  for (std::int64_t k = 0; k < point.common_tokens; ++k) {
    auto const token = static_cast<std::size_t>(rare[static_cast<std::size_t>(k)]);
    common_target_[token] = other_than(rare[static_cast<std::size_t>(k)], uniforms[token]);
  }
}

std::int32_t CopyTask::other_than(std::int64_t token, double uniform) const {
  auto const other = static_cast<std::int64_t>(uniform * static_cast<double>(point_.vocab - 1));
  return static_cast<std::int32_t>(other >= token ? other + 1 : other);
}

std::vector<std::int32_t> CopyTask::targets(std::int64_t client, bool contaminated) const {
  auto result = common_target_;
  auto const row = static_cast<std::uint64_t>(client);
  auto const redirect = [&](std::span<std::int32_t const> tokens, std::vector<double> const& uniforms) {
    for (auto const token : tokens)
      result[static_cast<std::size_t>(token)] = other_than(token, uniforms[static_cast<std::size_t>(token)]);
  };
  auto const own = keys_of(own_target_, row, point_.vocab);
  if (!contaminated) {
    redirect(dialect_, own);
    return result;
  }
  switch (point_.contamination_kind) {
    case ContaminationKind::collude:
      redirect(poisoned_, own);
      break;
    case ContaminationKind::shift:
      redirect(poisoned_, keys_of(poison_target_, 0, point_.vocab));
      break;
    case ContaminationKind::independent: {
      auto const order = by_key(keys_of(own_token_, row, point_.vocab), 0, point_.vocab);
      redirect(std::span(order).first(static_cast<std::size_t>(point_.contamination_rank)), own);
      break;
    }
    case ContaminationKind::dense:
      redirect(by_key(own, 0, point_.vocab), own);
      break;
  }
  return result;
}

}  // namespace thresher::federated_lora
