#include "experiments/reward_single_index/solvers/overlap_chain.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/spread_weights.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kRowsAtOnce = 4096;

class Chains {
 public:
  Chains(Parameters const& point, TrialData const& data, LabelTransform const& transform, study::Team& team)
      : point_(point),
        data_(data),
        transform_(transform),
        rows_(first_rows(point)),
        biases_(first_biases(point, team)),
        z_stream_(team.stream("chain_z")),
        h_stream_(team.stream("chain_h")),
        radius_stream_(team.stream("chain_radius")),
        noise_(point, team, "chain_noise") {}

  /// Moves a neuron over whole batches [rows).
  double advance(std::int64_t neuron, double m, mpi::Range rows) {
    auto const count = static_cast<std::size_t>(rows.size());
    z_.resize(count);
    h_.resize(count);
    t_.resize(count);
    auto const j = static_cast<std::uint64_t>(neuron);
    auto const first = static_cast<std::uint64_t>(rows.begin);
    z_stream_.normals({j}, first, z_);
    h_stream_.normals({j}, first, h_);
    noise_.fill({j}, rows.begin, t_);
    for (std::size_t i = 0; i < count; ++i)
      t_[i] = neuron_sign(neuron) * transform_(data_.link()(z_[i]) + t_[i]);
    double const bias = biases_[static_cast<std::size_t>(neuron)];
    for (auto row = rows.begin; row < rows.end; row += point_.batch) {
      double const across = std::sqrt(std::max(0.0, 1 - m * m));
      BatchSums sums;
      for (auto i = static_cast<std::size_t>(row - rows.begin);
           i < static_cast<std::size_t>(std::min(row + point_.batch, rows.end) - rows.begin); ++i) {
        double const u = m * z_[i] + across * h_[i];
        double const s = t_[i] * activation_slope(point_.activation1, u + bias);
        sums.along += s * z_[i];
        sums.across += s * h_[i];
        sums.itself += s * u;
        sums.squares += s * s;
      }
      auto const step = static_cast<std::uint64_t>(row / point_.batch);
      double const chi2 =
          2 * radius_stream_.sequence({step, j}, 0).gamma(static_cast<double>(point_.d - 2) / 2);
      m = next_overlap(m, learning_rate(point_, static_cast<double>(row), static_cast<double>(rows_)), sums,
                       sums.squares * chi2);
    }
    return m;
  }

 private:
  Parameters const& point_;
  TrialData const& data_;
  LabelTransform const& transform_;
  std::int64_t rows_;
  std::vector<double> biases_;
  random::Stream z_stream_;
  random::Stream h_stream_;
  random::Stream radius_stream_;
  NoiseDraws noise_;
  std::vector<double> z_, h_, t_;
};

double start(Parameters const& point, study::Team const& team, std::int64_t neuron) {
  if (point.init_overlap >= 0) return point.init_overlap;
  auto sequence = team.stream("chain_start").sequence({static_cast<std::uint64_t>(neuron)}, 0);
  double const along = sequence.normal();
  double const rest = 2 * sequence.gamma(static_cast<double>(point.d - 1) / 2);
  return along / std::sqrt(along * along + rest);
}

}  // namespace

double next_overlap(double overlap, double rate, BatchSums const& sums, double orthogonal) {
  double const rest = std::max(
      0.0, sums.along * sums.along + sums.across * sums.across + orthogonal - sums.itself * sums.itself);
  double const moved = overlap + rate * (sums.along - overlap * sums.itself);
  return std::clamp(moved / std::sqrt(1 + rate * rate * rest), -1.0, 1.0);
}

std::vector<double> overlap_chains(Parameters const& point, TrialData const& data,
                                   LabelTransform const& transform, study::Team& team,
                                   study::KeptWork& work) {
  auto const& comm = team.communicator();
  auto const own = mpi::share(point.n_neurons, comm.rank(), comm.size());
  auto const rows = first_rows(point);
  Chains chains(point, data, transform, team);
  std::vector<double> overlaps(static_cast<std::size_t>(own.size()));
  for (auto j = own.begin; j < own.end; ++j)
    overlaps[static_cast<std::size_t>(j - own.begin)] = start(point, team, j);
  std::int64_t done = 0;
  if (work.left() != nullptr) {
    work.left()->read(done, overlaps);
    work.forget_left();
  }
  auto const chunk = point.batch * std::max<std::int64_t>(1, kRowsAtOnce / point.batch);
  while (done < rows) {
    mpi::Range const some{done, std::min(done + chunk, rows)};
    mpi::agree(comm, [&] {
      for (auto j = own.begin; j < own.end; ++j) {
        auto& m = overlaps[static_cast<std::size_t>(j - own.begin)];
        m = chains.advance(j, m, some);
      }
    });
    done = some.end;
    if (done < rows)
      work.advance(static_cast<double>(done) / static_cast<double>(rows),
                   [&](bytes::Writer& state) { state.put(done, overlaps); });
  }
  std::vector<double> all(static_cast<std::size_t>(point.n_neurons), 0.0);
  std::ranges::copy(overlaps, all.begin() + own.begin);
  mpi::sum_in_place(comm, all);
  return all;
}

}  // namespace thresher::reward_single_index
