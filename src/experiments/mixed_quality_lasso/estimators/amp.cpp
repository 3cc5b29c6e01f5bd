#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "linalg/column_products.hpp"
#include "prox/operators.hpp"
#include "prox/sparse_gather.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

/// Approximate message passing (Donoho, Maleki & Montanari 2009; Bayati & Montanari 2011) whose fixed points
/// are the solutions of the row-weighted LASSO: m_i = w_i/(1 + w_i kappa) takes the place of the unit weight.
class MessagePassing {
 public:
  explicit MessagePassing(Analysis const& analysis)
      : analysis_(analysis),
        design_(analysis.design(std::array{1.0, 1.0})),
        n_(static_cast<double>(analysis.setting.n())),
        psi_(analysis.y.size(), 0.0),
        fit_(analysis.y.size(), 0.0),
        beta_(static_cast<std::size_t>(design_.local_columns().size()), 0.0),
        all_(beta_.size()),
        products_(beta_.size()) {
    std::iota(all_.begin(), all_.end(), design_.local_columns().begin);
  }

  struct Step {
    double length = 0;
    double norm = 0;  ///< of the new iterate
  };

  /// Next iterate in `next`; the state moves on with `accept`.
  Step propose() {
    auto const& setting = analysis_.setting;
    auto const& w = analysis_.tuning.weights;
    std::array const m{w[0] / (1 + w[0] * kappa_), w[1] / (1 + w[1] * kappa_)};
    mean_ = (static_cast<double>(setting.n1) * m[0] + static_cast<double>(setting.n2) * m[1]) / n_;
    for (std::size_t i = 0; i < psi_.size(); ++i)
      psi_[i] = m[static_cast<std::int64_t>(i) < setting.n1 ? 0 : 1] *
                (analysis_.y[i] - fit_[i] + kappa_ * psi_[i]);
    auto const rows = static_cast<std::int64_t>(psi_.size());
    auto const columns = static_cast<std::int64_t>(all_.size());
    design_.correlate(all_, linalg::ConstMatrixView(psi_.data(), rows, 1),
                      linalg::MatrixView(products_.data(), columns, 1));
    next_.resize(beta_.size());
    std::array<double, 3> sums{};  // step^2, norm^2, nonzeros
    for (std::size_t j = 0; j < beta_.size(); ++j) {
      next_[j] =
          prox::soft_threshold(beta_[j] + products_[j] / (n_ * mean_), analysis_.tuning.lambda / mean_);
      double const change = next_[j] - beta_[j];
      sums[0] += change * change;
      sums[1] += next_[j] * next_[j];
      sums[2] += next_[j] != 0 ? 1 : 0;
    }
    mpi::sum_in_place(analysis_.team.communicator(), sums);
    nonzeros_ = sums[2];
    return {std::sqrt(sums[0]), std::sqrt(sums[1])};
  }

  void accept() {
    beta_.swap(next_);
    kappa_ = nonzeros_ / (n_ * mean_);
    std::vector<std::int64_t> which;
    std::vector<double> values;
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] != 0) {
        which.push_back(all_[j]);
        values.push_back(beta_[j]);
      }
    design_.combine(which, values, fit_);
  }

  /// This rank's state between two steps.
  void save(bytes::Writer& state) const { state.put(kappa_, psi_, fit_, beta_); }
  void load(bytes::Reader& state) { state.read(kappa_, psi_, fit_, beta_); }

  prox::SparseVector estimate() const {
    return prox::gather_nonzeros(analysis_.team.communicator(), design_.local_columns(), beta_);
  }

 private:
  Analysis const& analysis_;
  WeightedDesign design_;  ///< X itself
  double n_;
  double kappa_ = 0;
  double mean_ = 0;
  double nonzeros_ = 0;
  std::vector<double> psi_;
  std::vector<double> fit_;  ///< X beta
  std::vector<double> beta_;
  std::vector<double> next_;
  std::vector<std::int64_t> all_;
  std::vector<double> products_;
};

class Amp : public Method {
 public:
  Described described() const override { return Described::as_lasso; }
  std::vector<std::string_view> reads(Parameters const&) const override {
    return {"lambda_rule", "lambda_scale", "delta", "storage", "amp_iters"};
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return recovery_metrics_and({&Metrics::iterations, &Metrics::converged});
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    std::int64_t const typical = 60;
    add_passes(point, work, static_cast<double>(std::min(point.amp_iters, typical)), cost);
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    double const tolerance = 1e-9;
    double const divergence = 1e8;
    MessagePassing messages(analysis);
    bool converged = false;
    std::int64_t iterations = 0;
    study::KeptWork work(analysis.team, analysis.length, "message passing");
    if (auto* const left = work.left()) {
      iterations = left->get<std::int64_t>();
      messages.load(*left);
    }
    while (iterations < analysis.point.amp_iters) {
      auto const step = messages.propose();
      ++iterations;
      if (!(step.length <= divergence)) break;
      messages.accept();
      converged = step.length <= tolerance * std::max(1.0, step.norm);
      if (converged) break;
      if (iterations % 8 == 0)
        work.advance(part_solved(step.length / std::max(1.0, step.norm), tolerance),
                     [&](bytes::Writer& state) {
                       state.put(iterations);
                       messages.save(state);
                     });
    }
    analysis.measure_recovery(messages.estimate(), metrics);
    metrics.converged = converged ? 1 : 0;
    metrics.iterations = static_cast<double>(iterations);
    return study::Outcome::ok;
  }
};

}  // namespace

Method const& amp_method() {
  static Amp const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
