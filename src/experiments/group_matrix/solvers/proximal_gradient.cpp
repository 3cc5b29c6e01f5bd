#include "experiments/group_matrix/solvers/factored_fit.hpp"
#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// Steps are at most so long, and shortened by this factor. One of length 1 never goes up.
constexpr double kLongest = 4, kShorter = 0.5;
/// The objective must go below the largest of so many last ones, by this part of what the step promises.
constexpr std::size_t kRemembered = 4;
constexpr double kPromised = 1e-4;
/// Where so small a part of |M|^2 is all that is seen of a change, products tell its size, not singular
/// values: their rounding would be above a ten thousandth of it.
constexpr double kNearlyStill = 1e-9;
/// Differences of objectives below this part of them are rounding.
constexpr double kObjectiveRounding = 1e-13;

/// Proximal gradient method for groups that are a partition, which minimises F itself: softImpute, with the
/// steps of Barzilai and Borwein, tested against the last objectives (SpaRSA: Wright, Nowak and Figueiredo
/// 2009). The curvature of the misfit among matrices of low rank is about the density of the observations, so
/// that steps above 1, which is what the worst direction allows, are the rule.
class ProximalGradient : public FactoredFit {
 public:
  ProximalGradient(mpi::Communicator const& comm, Observations const& observations,
                   GroupPenalty const& penalty, FitSettings const& settings)
      : FactoredFit(comm, observations, penalty, settings, "proximal_gradient") {}

  void save(bytes::Writer& writer) const override {
    FactoredFit::save(writer);
    writer.put(length_, objectives_);
  }
  void restore(bytes::Reader& reader) override {
    FactoredFit::restore(reader);
    reader.read(length_, objectives_);
  }

 protected:
  void begin() override {
    length_ = settings_.step;
    objectives_.clear();
  }
  Move advance() override;

 private:
  /// |M+ - M|^2, and the squares of both, by products. Collective.
  double squared_change(Iterate& next);

  double length_ = 1;
  std::vector<double> objectives_;  ///< the last ones
};

double ProximalGradient::squared_change(Iterate& next) {
  double sums[3] = {m_.squared_norm(), next.matrix.inner_product(m_), next.matrix.squared_norm()};
  mpi::sum_in_place(comm_, sums);
  square_ = sums[0];
  next.square = sums[2];
  return square_ - 2 * sums[1] + next.square;
}

FactoredFit::Move ProximalGradient::advance() {
  std::vector<double> residual(fitted_.size());
  for (;; length_ = std::max(1.0, kShorter * length_)) {
    for (std::size_t k = 0; k < residual.size(); ++k)
      residual[k] = length_ * (observations_.values()[k] - fitted_[k]);
    auto next = shrunk(SparseAndFactoredRows(observations_, residual, penalty_.rows(), {{&m_, 1}}), length_);
    double sums[3] = {linalg::inner_product(next.fitted, residual), misfit(next.fitted),
                      linalg::squared_distance(next.fitted, fitted_)};
    mpi::sum_in_place(comm_, sums);
    auto const [with_residual, missed, seen] = std::tuple(sums[0], sums[1], sums[2]);
    // <M+, M> from <M+, M + residual>.
    double change = next.square - 2 * (next.inner_product - with_residual) + square_;
    if (!(seen > kNearlyStill * next.square)) change = squared_change(next);
    change = std::max(seen, change);  // rounding may leave less
    double const objective = missed / 2 + next.norms;
    double const worst = objectives_.empty() ? objective : *std::ranges::max_element(objectives_);
    if (length_ > 1 && objective > worst * (1 + kObjectiveRounding) -
                                       (objectives_.empty() ? 0 : kPromised / length_ * change))
      continue;
    Move const move{std::sqrt(change), objective, length_};
    if (objectives_.size() == kRemembered) objectives_.erase(objectives_.begin());
    objectives_.push_back(objective);
    length_ = seen > 0 ? std::clamp(change / seen, 1.0, kLongest) : 1;
    m_ = std::move(next.matrix);
    fitted_ = std::move(next.fitted);
    square_ = next.square;
    return move;
  }
}

}  // namespace

std::unique_ptr<PenalisedFit> proximal_gradient(mpi::Communicator const& comm,
                                                Observations const& observations, GroupPenalty const& penalty,
                                                FitSettings const& settings) {
  return std::make_unique<ProximalGradient>(comm, observations, penalty, settings);
}

}  // namespace thresher::group_matrix
