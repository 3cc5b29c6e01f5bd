#include "experiments/partial_order/estimators/variational.hpp"
#include "prox/minimise_smooth.hpp"

#include <cmath>

namespace thresher::partial_order {

namespace {

/// Independent coordinates by the average over draws that stay the same: a smooth problem for TAO. The bound
/// is optimistic, since the draws are used again and again.
class FixedDraws : public NormalMethod {
 public:
  Fit run(FitInput const& input) const override {
    auto const& point = input.point;
    RelaxedPosterior posterior(input.team.communicator(), input.training, point);
    auto const size = posterior.size();
    study::KeptWork work(input.team, study::Length::brief, "partial_order mf_vi_saa");
    auto const nothing = [](bytes::Writer&) {};
    auto const climb = annealed_start(posterior, input, 0, work, nothing);
    constexpr double kFirstScale = 0.1;
    std::vector<double> start = climb.position;
    start.resize(2 * size, std::log(kFirstScale));

    auto const draws = static_cast<std::size_t>(point.vi_fixed_draws);
    std::vector<double> noise(draws * size);
    for (std::size_t m = 0; m < draws; ++m)
      input.team.stream("fixed").normals({m}, 0, std::span(noise).subspan(m * size, size));
    std::vector<double> position(size), slope(size);
    auto const objective = [&](std::span<double const> x, std::span<double> gradient) {
      double sum = 0;
      std::ranges::fill(gradient, 0.0);
      for (std::size_t m = 0; m < draws; ++m) {
        for (std::size_t i = 0; i < size; ++i)
          position[i] = x[i] + std::exp(x[size + i]) * noise[m * size + i];
        sum += posterior(position, point.tau, slope);
        for (std::size_t i = 0; i < size; ++i) {
          gradient[i] -= slope[i];
          gradient[size + i] -= slope[i] * noise[m * size + i] * std::exp(x[size + i]);
        }
      }
      double value = -sum / static_cast<double>(draws);
      for (double& entry : gradient) entry /= static_cast<double>(draws);
      for (std::size_t i = 0; i < size; ++i) {
        value -= x[size + i];
        gradient[size + i] -= 1;
      }
      return value;
    };
    constexpr std::int64_t kPairs = 10;
    auto const reached = prox::minimise_smooth(posterior.communicator(), start, objective,
                                               {.tolerance = point.grad_tol,
                                                .max_iterations = point.max_iter,
                                                .pairs = kPairs,
                                                .prefix = kAnnealingPrefix,
                                                .stopping = [&] { return work.stopping(); }});
    if (reached.stopped) work.interrupt(nothing);
    Fit fit;
    fit.own.elbo = -reached.value + entropy_constant(size);
    fit.evaluations = static_cast<double>(posterior.evaluations());
    read_draws(
        input, posterior,
        [&](std::span<double const> e, std::span<double> drawn) {
          for (std::size_t i = 0; i < size; ++i)
            drawn[i] = reached.x[i] + std::exp(reached.x[size + i]) * e[i];
        },
        fit);
    return fit;
  }

 protected:
  std::vector<std::string_view> reads_too(Parameters const&) const override {
    return {"start_iter", "max_iter", "vi_fixed_draws", "posterior_samples"};
  }
  double evaluations(Parameters const& point) const override {
    return climb_evaluations(point, point.start_iter) +
           1.1 * static_cast<double>(point.max_iter * point.vi_fixed_draws);
  }
  study::Cost own_cost(Parameters const& point, study::Resources const& resources) const override {
    auto cost = NormalMethod::own_cost(point, resources);
    cost.bytes_per_rank += 8 * position_size(point) * static_cast<double>(point.vi_fixed_draws + 70);
    return cost;
  }
};

}  // namespace

Method const& mf_vi_saa_method() {
  static FixedDraws const method;
  return method;
}

}  // namespace thresher::partial_order
