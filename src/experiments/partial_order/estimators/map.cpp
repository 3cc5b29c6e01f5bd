#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/relaxed_method.hpp"
#include "experiments/partial_order/solvers/soft_order.hpp"
#include "experiments/partial_order/solvers/starts.hpp"

#include <algorithm>
#include <limits>

namespace thresher::partial_order {

namespace {

/// The restarts so far, and the one that runs.
struct Restarts {
  std::int64_t restart = 0;
  Annealing climb;  ///< empty: the restart has not begun
  double best_value = -std::numeric_limits<double>::infinity();
  std::vector<double> best;
  std::int64_t evaluations = 0;  ///< of the restarts done
  static constexpr std::tuple members{&Restarts::restart, &Restarts::climb, &Restarts::best_value,
                                      &Restarts::best, &Restarts::evaluations};
};

/// The mode of the relaxed posterior, read as the soft relation there.
class Map : public RelaxedMethod {
 public:
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    std::vector<double Metrics::*> measured{&Metrics::log_posterior};
    if (has_truth(point)) measured.push_back(&Metrics::closure_f1_hard);
    if (point.infer_hyper)
      measured.insert(measured.end(), {&Metrics::rho_hat, &Metrics::beta_hat, &Metrics::epsilon_hat});
    return measured;
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    RelaxedMethod::check(point, verdict);
    if (point.polish) refuse_many_items(kMostScoredItems, point, verdict);
    if (point.n_items > kMostScoredItems && point.edge_threshold < 0.5)
      verdict.refuse("edge_threshold", "pairs below 1/2 are sorted, which takes at most " +
                                           std::to_string(kMostScoredItems) + " items; allowed is [0.5, 1]");
  }

  Fit run(FitInput const& input) const override {
    auto const& point = input.point;
    auto const length = length_of(cost(point, input.team.resources()));
    RelaxedPosterior posterior(input.team.communicator(), input.training, point);
    Restarts found;
    climb_all(input, length, posterior, found);
    Fit fit;
    fit.soft = posterior.latents(found.best);
    fit.evaluations = static_cast<double>(found.evaluations);
    fit.own.log_posterior = found.best_value;
    if (point.infer_hyper) {
      auto const [rho, noise] = posterior.hyper(found.best);
      fit.own.rho_hat = rho;
      fit.own.beta_hat = noise.beta;
      fit.own.epsilon_hat = noise.epsilon;
    }
    if (point.polish) {
      auto const polished = polish(input, length, "partial_order map polish", [&] {
        return PartialOrder::copy_of(SoftOrder(point.dominance, *fit.soft, point.tau, point.edge_threshold));
      });
      fit.order = polished.order;
      fit.evaluations += polished.evaluations;
    }
    return fit;
  }

 protected:
  std::vector<std::string_view> reads_too(Parameters const& point) const override {
    std::vector<std::string_view> names{"restarts", "max_iter", "polish"};
    if (point.polish) names.push_back("search_penalty");
    return names;
  }
  double evaluations(Parameters const& point) const override {
    return static_cast<double>(point.restarts) * climb_evaluations(point, point.max_iter);
  }
  study::Cost own_cost(Parameters const& point, study::Resources const& resources) const override {
    return point.polish ? polish_cost(point, resources) : study::Cost{};
  }

 private:
  static void climb_all(FitInput const& input, study::Length length, RelaxedPosterior& posterior,
                        Restarts& found) {
    auto const& point = input.point;
    auto const stages = temperatures(point);
    study::KeptWork work(input.team, length, "partial_order map 1");
    if (work.left() != nullptr) {
      work.left()->read(found);
      work.forget_left();
    }
    for (; found.restart < point.restarts; ++found.restart, found.climb = {}) {
      if (found.climb.position.empty())
        found.climb.position =
            start_position(point, input.training, input.team.stream("init"), found.restart);
      bool const there = anneal(
          posterior, stages, point.max_iter, point.grad_tol, [&] { return work.stopping(); }, found.climb);
      if (!there) work.interrupt([&](bytes::Writer& state) { state.put(found); });
      work.tell(static_cast<double>(found.restart + 1) / static_cast<double>(point.restarts));
      std::vector<double> gradient(posterior.size());
      double const value = posterior(found.climb.position, point.tau, gradient);
      found.evaluations += found.climb.evaluations + 1;
      if (value > found.best_value) {
        found.best_value = value;
        found.best = found.climb.position;
      }
    }
  }
};

}  // namespace

Method const& map_method() {
  static Map const method;
  return method;
}

}  // namespace thresher::partial_order
