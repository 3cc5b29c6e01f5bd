#include "experiments/group_matrix/solvers/factored_fit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// Proximal average of factors with constant shares (Yu 2013), with momentum and restarts: of one factor the
/// proximal gradient method, softImpute.
class ProximalAverage : public FactoredFit {
 public:
  ProximalAverage(mpi::Communicator const& comm, Observations const& observations,
                  GroupPenalty const& penalty, FitSettings const& settings)
      : FactoredFit(comm, observations, penalty, settings, "proximal_average"),
        fitted_before_(fitted_.size()) {}

  void save(bytes::Writer& writer) const override {
    FactoredFit::save(writer);
    writer.put(t_, momentum_, cross_, fitted_before_);
    FactoredFit::save(writer, before_);
  }
  void restore(bytes::Reader& reader) override {
    FactoredFit::restore(reader);
    reader.read(t_, momentum_, cross_, fitted_before_);
    before_ = restored(reader);
  }

 protected:
  void begin() override {
    t_ = 1;
    momentum_ = 0;
  }
  Move advance() override;

 private:
  FactoredMatrix before_;
  std::vector<double> fitted_before_;
  double cross_ = 0;  ///< <M, M before>
  double t_ = 1;
  double momentum_ = 0;
};

FactoredFit::Move ProximalAverage::advance() {
  double const eta = settings_.step;
  std::vector<double> residual(fitted_.size());
  for (std::size_t k = 0; k < residual.size(); ++k)
    residual[k] =
        eta * (observations_.values()[k] - (1 + momentum_) * fitted_[k] + momentum_ * fitted_before_[k]);
  auto next = shrunk(SparseAndFactoredRows(observations_, residual, penalty_.rows(),
                                           {{&m_, 1 + momentum_}, {&before_, -momentum_}}),
                     eta);
  double sums[4] = {next.matrix.squared_norm(), next.matrix.inner_product(m_),
                    momentum_ > 0 ? next.matrix.inner_product(before_) : 0, misfit(next.fitted)};
  mpi::sum_in_place(comm_, sums);
  auto const [square, cross, cross_before, missed] = std::tuple(sums[0], sums[1], sums[2], sums[3]);
  Move const move{std::sqrt(std::max(0.0, square - 2 * cross + square_)), missed / 2 + next.norms, eta};
  // <V - M+, M+ - M> > 0: the momentum has led uphill.
  double const uphill =
      (1 + momentum_) * (cross - square_) - momentum_ * (cross_before - cross_) - square + cross;
  if (uphill > 0) t_ = 1;
  double const next_t = (1 + std::sqrt(1 + 4 * t_ * t_)) / 2;
  momentum_ = (t_ - 1) / next_t;
  t_ = next_t;
  before_ = std::exchange(m_, std::move(next.matrix));
  fitted_before_ = std::exchange(fitted_, std::move(next.fitted));
  square_ = square;
  cross_ = cross;
  return move;
}

}  // namespace

std::unique_ptr<PenalisedFit> proximal_average(mpi::Communicator const& comm,
                                               Observations const& observations, GroupPenalty const& penalty,
                                               FitSettings const& settings) {
  return std::make_unique<ProximalAverage>(comm, observations, penalty, settings);
}

}  // namespace thresher::group_matrix
