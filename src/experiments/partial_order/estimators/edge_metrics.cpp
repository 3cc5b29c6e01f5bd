#include "experiments/partial_order/estimators/edge_metrics.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::partial_order {

namespace {

using Row = std::vector<bits::Word>;

double common_bits(Row const& a, Row const& b) {
  return static_cast<double>(bits::count_common(a, b));
}

/// Counts over rows of two orders.
struct PairCounts {
  double common = 0;
  double estimated = 0;
  double real = 0;
  double reversed = 0;  ///< related, and estimated the other way round
};

PairCounts count_pairs(Order const& truth, Order const& estimate, study::Team& team) {
  auto const& comm = team.communicator();
  auto const n = truth.items();
  auto const* const stored = dynamic_cast<PartialOrder const*>(&estimate);
  auto const words = static_cast<std::size_t>(bits::words_for(n));
  std::vector<double> counts(4, 0.0);
  mpi::agree(comm, [&] {
    Row real(words), estimated(words), opposite(words);
    auto const mine = mpi::share(n, comm.rank(), comm.size());
    for (auto i = mine.begin; i < mine.end; ++i) {
      truth.successors(i, real);
      estimate.successors(i, estimated);
      counts[0] += common_bits(real, estimated);
      counts[1] += static_cast<double>(count_bits(estimated));
      counts[2] += static_cast<double>(count_bits(real));
      if (stored != nullptr) {
        std::ranges::copy(stored->before(i), opposite.begin());
        counts[3] += common_bits(real, opposite);
      } else {
        for_each_bit(real, [&](std::int64_t j) { counts[3] += estimate.precedes(j, i) ? 1 : 0; });
      }
    }
  });
  mpi::sum_in_place(comm, counts);  // of integers: in any order
  return {counts[0], counts[1], counts[2], counts[3]};
}

/// The rows of an order's transitive reduction.
void cover_row(PartialOrder const& order, std::int64_t i, Row& row) {
  std::ranges::fill(row, bits::Word{0});
  for_each_bit(order.after(i), [&](std::int64_t j) {
    if (disjoint(order.after(i), order.before(j))) set_bit(row, j);
  });
}

Agreement compare_covers(PartialOrder const& truth, PartialOrder const& estimate, study::Team& team) {
  auto const& comm = team.communicator();
  std::vector<double> counts(3, 0.0);
  Row real(static_cast<std::size_t>(truth.words())), estimated(real.size());
  auto const mine = mpi::share(truth.items(), comm.rank(), comm.size());
  for (auto i = mine.begin; i < mine.end; ++i) {
    cover_row(truth, i, real);
    cover_row(estimate, i, estimated);
    counts[0] += common_bits(real, estimated);
    counts[1] += static_cast<double>(count_bits(estimated));
    counts[2] += static_cast<double>(count_bits(real));
  }
  mpi::sum_in_place(comm, counts);
  return {counts[0], counts[1], counts[2]};
}

/// Scores of related and of other pairs in equal cells of [0, 1].
class ScoreHistogram {
 public:
  explicit ScoreHistogram(std::size_t cells) : cells_(cells), counts_(2 * cells, 0.0) {}
  void add(double score, bool related) {
    auto const cell = std::min(cells_ - 1, static_cast<std::size_t>(score * static_cast<double>(cells_)));
    ++counts_[(related ? cells_ : 0) + cell];
  }
  void sum(mpi::Communicator const& comm) { mpi::sum_in_place(comm, counts_); }
  /// P(score of a related pair > score of another), ties count half.
  double area() const {
    double others = 0;
    double area = 0;
    double related = 0;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      double const r = counts_[cells_ + cell];
      area += r * (others + counts_[cell] / 2);
      others += counts_[cell];
      related += r;
    }
    return related > 0 && others > 0 ? area / (related * others) : study::kUndefined;
  }

 private:
  std::size_t cells_;
  std::vector<double> counts_;
};

/// The same without cells, on the rank that has all scores.
double exact_area(std::vector<double>& related, std::vector<double>& others) {
  if (related.empty() || others.empty()) return study::kUndefined;
  std::ranges::sort(others);
  double area = 0;
  for (double const score : related) {
    auto const [low, high] = std::ranges::equal_range(others, score);
    area += static_cast<double>(low - others.begin()) + static_cast<double>(high - low) / 2;
  }
  return area / (static_cast<double>(related.size()) * static_cast<double>(others.size()));
}

double sorted_area(Order const& truth, EdgeScores const& scores, study::Team& team) {
  auto const& comm = team.communicator();
  double area = 0;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const n = truth.items();
    std::vector<double> row(static_cast<std::size_t>(n)), related, others;
    Row after(static_cast<std::size_t>(bits::words_for(n)));
    for (std::int64_t i = 0; i < n; ++i) {
      scores.row(i, row);
      truth.successors(i, after);
      for (std::int64_t j = 0; j < n; ++j)
        if (j != i) (test_bit(after, j) ? related : others).push_back(row[static_cast<std::size_t>(j)]);
    }
    area = exact_area(related, others);
  });
  return mpi::broadcast_value(comm, area);
}

}  // namespace

Agreement compare_closures(Order const& truth, Order const& estimate, study::Team& team) {
  auto const counts = count_pairs(truth, estimate, team);
  return {counts.common, counts.estimated, counts.real};
}

void measure_order(Order const& truth, Order const& estimate, Parameters const& point, study::Team& team,
                   Metrics& metrics) {
  auto const counts = count_pairs(truth, estimate, team);
  Agreement const closure{counts.common, counts.estimated, counts.real};
  metrics.closure_precision = closure.precision();
  metrics.closure_recall = closure.recall();
  metrics.closure_f1 = closure.f1();
  metrics.closure_tp = closure.common;
  metrics.closure_fp = closure.estimated - closure.common;
  double const differing = closure.estimated + closure.real - 2 * closure.common;
  auto const n = static_cast<double>(truth.items());
  // A pair that is turned round differs in both of its orders.
  metrics.pair_error = (differing - counts.reversed) / (n * (n - 1) / 2);
  metrics.exact_recovery = differing == 0 ? 1 : 0;
  if (!measures_cover(point)) return;
  auto const cover = compare_covers(PartialOrder::copy_of(truth), PartialOrder::copy_of(estimate), team);
  metrics.cover_precision = cover.precision();
  metrics.cover_recall = cover.recall();
  metrics.cover_f1 = cover.f1();
  metrics.shd = cover.estimated + cover.real - 2 * cover.common;
}

void measure_scores(Order const& truth, EdgeScores const& scores, study::Team& team, Metrics& metrics) {
  constexpr std::size_t kBins = 10;
  constexpr std::size_t kCells = 65536;
  constexpr std::int64_t kMostSortedItems = 2000;
  auto const n = truth.items();
  bool const sorts = n <= kMostSortedItems;
  ScoreHistogram histogram(sorts ? 1 : kCells);
  // Squares; of every bin scores, related pairs and pairs.
  std::vector<double> sums(1 + 3 * kBins);
  mpi::FixedOrderSum const rows(team.communicator(), n);
  rows(
      [&](mpi::Range some, std::span<double> own) {
        std::vector<double> row(static_cast<std::size_t>(n));
        Row after(static_cast<std::size_t>(bits::words_for(n)));
        for (auto i = some.begin; i < some.end; ++i) {
          scores.row(i, row);
          truth.successors(i, after);
          for (std::int64_t j = 0; j < n; ++j) {
            if (j == i) continue;
            double const score = row[static_cast<std::size_t>(j)];
            bool const related = test_bit(after, j);
            double const error = score - (related ? 1 : 0);
            auto const bin = std::min(kBins - 1, static_cast<std::size_t>(kBins * score));
            own[0] += error * error;
            own[1 + 3 * bin] += score;
            own[2 + 3 * bin] += related ? 1 : 0;
            own[3 + 3 * bin] += 1;
            if (!sorts) histogram.add(score, related);
          }
        }
      },
      sums);
  double const pairs = static_cast<double>(n) * static_cast<double>(n - 1);
  metrics.edge_brier = sums[0] / pairs;
  double error = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) error += std::abs(sums[1 + 3 * bin] - sums[2 + 3 * bin]);
  metrics.edge_ece = error / pairs;
  if (sorts) {
    metrics.edge_auc = sorted_area(truth, scores, team);
  } else {
    histogram.sum(team.communicator());
    metrics.edge_auc = histogram.area();
  }
}

}  // namespace thresher::partial_order
