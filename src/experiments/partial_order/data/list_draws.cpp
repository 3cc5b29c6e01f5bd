#include "experiments/partial_order/data/list_draws.hpp"

#include "experiments/partial_order/model/choice_law.hpp"
#include "experiments/partial_order/model/extension_counts.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace thresher::partial_order {

namespace {

struct ListStreams {
  random::Stream choice;
  random::Stream noise;
  random::Stream pick;

  ListStreams(ListKind kind, study::Team const& team)
      : ListStreams(kind == ListKind::training ? ""
                    : kind == ListKind::test   ? "test_"
                                               : "clean_",
                    team) {}

 private:
  ListStreams(std::string const& prefix, study::Team const& team)
      : choice(team.stream(prefix + "choice")),
        noise(team.stream(prefix + "noise")),
        pick(team.stream(prefix + "pick")) {}
};

/// `size` of n items, ascending (Floyd).
std::vector<std::int32_t> choice_set(random::Stream const& stream, std::int64_t list, std::int64_t n,
                                     std::int64_t size) {
  std::vector<std::int32_t> items;
  if (size == n) {
    items.resize(static_cast<std::size_t>(n));
    std::iota(items.begin(), items.end(), 0);
    return items;
  }
  std::set<std::int32_t> chosen;
  std::vector<double> draws(static_cast<std::size_t>(size));
  stream.uniforms({static_cast<std::uint64_t>(list)}, 0, draws);
  for (std::int64_t t = 0; t < size; ++t) {
    auto const last = n - size + t;
    auto const j = static_cast<std::int32_t>(
        std::floor(draws[static_cast<std::size_t>(t)] * static_cast<double>(last + 1)));
    if (!chosen.insert(j).second) chosen.insert(static_cast<std::int32_t>(last));
  }
  return {chosen.begin(), chosen.end()};
}

/// How many remaining items precede and follow every item of a choice set.
class Frontier {
 public:
  /// Of all items of a stored order.
  explicit Frontier(PartialOrder const& order) : order_(&order) {
    for (std::int64_t i = 0; i < order.items(); ++i) {
      before_.push_back(count(order.before(i)));
      after_.push_back(count(order.after(i)));
    }
  }
  Frontier(Order const& order, std::span<std::int32_t const> items)
      : table_(items.size() * items.size()), before_(items.size(), 0), after_(items.size(), 0) {
    order.restrict_to(items, table_);
    for (std::size_t a = 0; a < items.size(); ++a)
      for (std::size_t b = 0; b < items.size(); ++b) {
        after_[a] += table_[a * items.size() + b];
        before_[b] += table_[a * items.size() + b];
      }
  }
  bool open(std::size_t a) const { return before_[a] == 0; }
  std::size_t successors(std::size_t a) const { return static_cast<std::size_t>(after_[a]); }
  void remove(std::size_t y) {
    if (order_ != nullptr) {
      for_each_bit(order_->after(static_cast<std::int64_t>(y)),
                   [&](std::int64_t a) { --before_[static_cast<std::size_t>(a)]; });
      for_each_bit(order_->before(static_cast<std::int64_t>(y)),
                   [&](std::int64_t a) { --after_[static_cast<std::size_t>(a)]; });
      return;
    }
    auto const m = before_.size();
    for (std::size_t a = 0; a < m; ++a) {
      before_[a] -= table_[y * m + a];
      after_[a] -= table_[a * m + y];
    }
  }

 private:
  static std::int32_t count(std::span<bits::Word const> row) {
    std::int32_t sum = 0;
    for (auto const word : row) sum += __builtin_popcountll(word);
    return sum;
  }

  PartialOrder const* order_ = nullptr;
  std::vector<std::uint8_t> table_;
  std::vector<std::int32_t> before_;
  std::vector<std::int32_t> after_;
};

/// Draws lists one by one. The weight of an item that may come next: by its remaining successors, or by the
/// linear extensions of what would be left.
class ListDraw {
 public:
  ListDraw(Order const& truth, Parameters const& point, ListKind kind, double epsilon,
           study::Team const& team)
      : truth_(truth),
        stored_(dynamic_cast<PartialOrder const*>(&truth)),
        items_(point.n_items),
        length_(list_items(point)),
        epsilon_(epsilon),
        streams_(kind, team),
        weights_(successor_weights(point.beta, length_)) {
    if (point.generator == Generator::queue_jump)
      extensions_ = extension_counts(PartialOrder::copy_of(truth));
    if (length_ == items_ && stored_ != nullptr) whole_ = std::make_shared<Frontier>(*stored_);
  }

  void append_to(std::vector<std::int32_t>& lists, std::int64_t s) const {
    auto const choice = choice_set(streams_.choice, s, items_, length_);
    auto frontier = whole_ ? *whole_ : Frontier(truth_, choice);
    std::vector<double> noise(choice.size()), pick(choice.size());
    random::Row const row{static_cast<std::uint64_t>(s)};
    streams_.noise.uniforms(row, 0, noise);
    streams_.pick.uniforms(row, 0, pick);
    std::vector<std::size_t> rest(choice.size());
    std::iota(rest.begin(), rest.end(), std::size_t{0});
    std::vector<double> weights;
    auto left = (std::uint64_t{1} << std::min<std::int64_t>(length_, 63)) - 1;  // of queue_jump: a set
    for (std::size_t t = 0; t < choice.size(); ++t) {
      weights.clear();
      for (auto const a : rest)
        weights.push_back(noise[t] < epsilon_ ? 1.0 : frontier.open(a) ? weight(frontier, a, left) : 0.0);
      double total = 0;
      for (double const w : weights) total += w;
      auto const at = picked(weights, pick[t] * total);
      auto const y = rest[at];
      lists.push_back(choice[y]);
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
      frontier.remove(y);
      left &= ~(std::uint64_t{1} << (y % 64));
    }
  }

 private:
  double weight(Frontier const& frontier, std::size_t a, std::uint64_t left) const {
    return extensions_.empty() ? weights_[frontier.successors(a)]
                               : extensions_[left & ~(std::uint64_t{1} << a)];
  }
  static std::size_t picked(std::vector<double> const& weights, double level) {
    double sum = 0;
    std::size_t last = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      if (weights[k] == 0) continue;
      sum += weights[k];
      last = k;
      if (level < sum) return k;
    }
    return last;
  }

  Order const& truth_;
  PartialOrder const* stored_;
  std::int64_t items_;
  std::int64_t length_;
  double epsilon_;
  ListStreams streams_;
  std::vector<double> weights_;
  std::vector<double> extensions_;
  std::shared_ptr<Frontier const> whole_;
};

}  // namespace

Sequences draw_lists(Order const& truth, Parameters const& point, ListKind kind, std::int64_t count,
                     double epsilon, study::Team& team) {
  auto const& comm = team.communicator();
  std::vector<std::int32_t> own;
  mpi::agree(comm, [&] {
    ListDraw const draw(truth, point, kind, epsilon, team);
    auto const mine = mpi::share(count, comm.rank(), comm.size());
    for (auto s = mine.begin; s < mine.end; ++s) draw.append_to(own, s);
  });
  Sequences lists;
  lists.items = comm.size() == 1 ? std::move(own) : mpi::gather_parts(comm, own).values;
  for (std::int64_t s = 1; s <= count; ++s) lists.offset.push_back(s * list_items(point));
  return lists;
}

}  // namespace thresher::partial_order
