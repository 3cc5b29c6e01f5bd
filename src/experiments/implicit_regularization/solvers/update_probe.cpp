#include "experiments/implicit_regularization/solvers/probes.hpp"
#include "study/kept_work.hpp"
#include "study/rates.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <tuple>

namespace thresher::implicit_regularization {

namespace {

constexpr double kSecondsWorthKeepingSums = 120;

/// Sums over repeats of b_r = masked gradient - gradient, and of |b_r|^2.
struct RepeatSums {
  std::vector<double> deviation;
  double squares = 0;
  std::int64_t done = 0;

  static constexpr std::tuple members{&RepeatSums::deviation, &RepeatSums::squares, &RepeatSums::done};
};

study::Length length_of_repeats(Probe const& probe) {
  double const flops = 6 * static_cast<double>(probe.rows.count) *
                       static_cast<double>(probe.model.own().total * probe.point.n_repeats);
  double const seconds = study::Rates{}.seconds({.flops = flops}) / probe.team.communicator().size();
  return seconds > kSecondsWorthKeepingSums ? study::Length::lengthy : study::Length::brief;
}

}  // namespace

void probe_updates(Probe const& probe, std::vector<double> const& theta, Deviation& deviation) {
  auto const& point = probe.point;
  std::vector<double> plain(theta.size()), masked(theta.size());
  probe.model.gradient(theta, probe.rows, nullptr, plain);

  study::KeptWork work(
      probe.team, length_of_repeats(probe),
      fmt::format("implicit updates 1 {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
                  static_cast<int>(point.model), point.width, point.depth, static_cast<int>(point.activation),
                  point.bias, point.init_scale, point.dropout, point.burn_in, point.eta, point.batch,
                  point.momentum, point.tail_average, static_cast<int>(point.optimizer), point.n_repeats));
  RepeatSums sums{std::vector<double>(theta.size())};
  if (work.left() != nullptr) work.left()->read(sums);
  MaskDraw masks{probe.team.stream("repeat_mask"), 0, 0, point.dropout};
  while (sums.done < point.n_repeats) {
    masks.pass = static_cast<std::uint64_t>(sums.done);
    probe.model.gradient(theta, probe.rows, &masks, masked);
    for (std::size_t j = 0; j < masked.size(); ++j) {
      masked[j] -= plain[j];
      sums.deviation[j] += masked[j];
    }
    sums.squares += probe.model.inner(masked, masked);
    ++sums.done;
    work.advance(static_cast<double>(sums.done) / static_cast<double>(point.n_repeats),
                 [&](bytes::Writer& writer) { writer.put(sums); });
  }
  auto const repeats = static_cast<double>(point.n_repeats);
  auto& b = sums.deviation;
  for (double& entry : b) entry /= repeats;
  double const square = probe.model.inner(b, b);
  if (point.n_repeats > 1 && square > 0)
    deviation.facts.noise_fraction = (sums.squares / repeats - square) / ((repeats - 1) * square);
  deviation.blocks.push_back(make_block(probe, theta, b));
}

}  // namespace thresher::implicit_regularization
