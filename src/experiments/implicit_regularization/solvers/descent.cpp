#include "experiments/implicit_regularization/solvers/descent.hpp"

#include "numerics/adam.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace thresher::implicit_regularization {

namespace {

struct State {
  std::vector<double> theta, velocity, tail;
  numerics::Adam adam{0};
  std::int64_t step = 0;
  double best = std::numeric_limits<double>::infinity();
  std::int64_t waited = 0;
  bool last = false;  ///< patience has run out: this update is the last

  static constexpr std::tuple members{&State::theta, &State::velocity, &State::tail,   &State::adam,
                                      &State::step,  &State::best,     &State::waited, &State::last};
};

void watch(State& state, DescentSetting const& setting, double twice_loss) {
  if (twice_loss < state.best - setting.min_delta) {
    state.best = twice_loss;
    state.waited = 0;
  } else {
    state.last = ++state.waited >= setting.patience;
  }
}

void refuse_divergence(double value) {
  if (!std::isfinite(value)) throw std::runtime_error("diverged: lower eta");
}

}  // namespace

DescentResult descend(DescendedLoss& loss, DescentSetting const& setting, DescentInputs const& inputs,
                      std::vector<double> start, study::KeptWork& work, bytes::Reader* left,
                      std::function<double(double)> const& progress) {
  auto const size = start.size();
  State state;
  if (left != nullptr) {
    left->read(state);
  } else {
    state.theta = std::move(start);
    state.velocity.resize(setting.optimizer == Optimizer::adam ? 0 : size);
    state.adam = numerics::Adam(setting.optimizer == Optimizer::adam ? size : 0);
    state.tail.resize(setting.tail_average > 0 ? size : 0);
  }
  auto const save = [&](bytes::Writer& writer) { writer.put(state); };
  auto const first_of_tail = std::min(
      static_cast<std::int64_t>(std::ceil((1 - setting.tail_average) * static_cast<double>(setting.steps))),
      setting.steps - 1);
  auto masks = inputs.masks;
  std::vector<double> gradient(size);
  while (state.step < setting.steps && !state.last) {
    if (state.step % setting.ask_every == 0 && state.step > 0)
      work.advance(progress(static_cast<double>(state.step) / static_cast<double>(setting.steps)), save);
    if (setting.has_patience) watch(state, setting, 2 * loss.loss(state.theta, *inputs.all));
    if (masks) masks->pass = static_cast<std::uint64_t>(state.step);
    auto const rows = inputs.batch ? inputs.batch(state.step) : *inputs.all;
    double const value = loss.gradient(state.theta, rows, masks ? &*masks : nullptr, gradient);
    refuse_divergence(value);
    if (inputs.penalties) inputs.penalties(state.theta, rows, gradient);
    if (setting.optimizer == Optimizer::adam) {
      state.adam.step(state.theta, gradient, setting.eta);
    } else if (setting.momentum == 0) {
      for (std::size_t j = 0; j < size; ++j) state.theta[j] -= setting.eta * gradient[j];
    } else {
      for (std::size_t j = 0; j < size; ++j) {
        state.velocity[j] = setting.momentum * state.velocity[j] - setting.eta * gradient[j];
        state.theta[j] += state.velocity[j];
      }
    }
    if (!state.tail.empty() && state.step >= first_of_tail)
      for (std::size_t j = 0; j < size; ++j) state.tail[j] += state.theta[j];
    ++state.step;
  }
  refuse_divergence(loss.loss(state.theta, *inputs.all));
  if (!state.tail.empty()) {
    auto const averaged = static_cast<double>(setting.steps - first_of_tail);
    for (double& entry : state.tail) entry /= averaged;
    return {std::move(state.tail), state.step};
  }
  return {std::move(state.theta), state.step};
}

}  // namespace thresher::implicit_regularization
