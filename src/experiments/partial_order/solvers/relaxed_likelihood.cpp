#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"

#include "experiments/partial_order/solvers/pair_kernels.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::partial_order {

namespace {

/// Rows of the tables of all items, for lists of all of them.
class TableRows : public ListRows {
 public:
  TableRows(double const* tables, std::size_t stride, std::size_t width, double* derivatives)
      : tables_(tables), stride_(stride), width_(width), derivatives_(derivatives) {}
  View row(std::size_t q) override {
    auto const* const row = tables_ + q * stride_;
    return {row, row + width_};
  }
  void take(std::size_t q, double const* by_free, double const* by_after) override {
    double* const free = derivatives_ + q * 2 * width_;
    add_to(free, by_free, width_);
    add_to(free + width_, by_after, width_);
  }

 private:
  double const* tables_;
  std::size_t stride_;
  std::size_t width_;
  double* derivatives_;
};

/// The same for lists of some items: entries are picked.
class PickedRows : public ListRows {
 public:
  PickedRows(double const* tables, std::size_t stride, std::size_t width, double* derivatives,
             std::span<std::int32_t const> items)
      : tables_(tables),
        stride_(stride),
        width_(width),
        derivatives_(derivatives),
        items_(items),
        local_(padded(items.size())),
        picked_(2 * local_, 0.0) {}
  View row(std::size_t q) override {
    auto const* const row = tables_ + static_cast<std::size_t>(items_[q]) * stride_;
    for (std::size_t r = 0; r < items_.size(); ++r) {
      picked_[r] = row[items_[r]];
      picked_[local_ + r] = row[width_ + static_cast<std::size_t>(items_[r])];
    }
    return {picked_.data(), picked_.data() + local_};
  }
  void take(std::size_t q, double const* by_free, double const* by_after) override {
    double* const free = derivatives_ + static_cast<std::size_t>(items_[q]) * 2 * width_;
    double* const after = free + width_;
    for (std::size_t r = 0; r < items_.size(); ++r) {
      free[items_[r]] += by_free[r];
      after[items_[r]] += by_after[r];
    }
  }

 private:
  double const* tables_;
  std::size_t stride_;
  std::size_t width_;
  double* derivatives_;
  std::span<std::int32_t const> items_;
  std::size_t local_;
  numerics::AlignedVector picked_;
};

/// Rows that are made for one list alone, and kept where that is not too much.
class OwnRows : public ListRows {
 public:
  OwnRows(Dominance dominance, std::int64_t dimensions) : pairs_(dominance, dimensions) {}

  void open(Latents const& latents, std::span<std::int32_t const> items, double tau) {
    pairs_.set(latents, items, tau);
    stride_ = pairs_.parts() * pairs_.width();
    keeps_ = static_cast<std::int64_t>(items.size()) <= ListKernel::kWholeList;
    auto const rows = keeps_ ? items.size() : 1;
    if (rows_.size() < rows * stride_) rows_.resize(rows * stride_);
    made_.assign(keeps_ ? items.size() : 0, false);
    gradient_.assign(static_cast<std::size_t>(latents.dimensions) * pairs_.width(), 0.0);
  }
  std::size_t width() const { return pairs_.width(); }
  View row(std::size_t q) override {
    auto const* const row = whole_row(q);
    return {row, row + pairs_.width()};
  }
  void take(std::size_t q, double const* by_free, double const* by_after) override {
    pairs_.contract(q, whole_row(q), by_free, by_after, gradient_.data());
  }
  /// Adds the gradient of the list to that of all items.
  void close(std::span<std::int32_t const> items, std::int64_t dimensions, double tau,
             std::span<double> sums) const {
    auto const width = pairs_.width();
    for (std::size_t r = 0; r < items.size(); ++r)
      for (std::int64_t k = 0; k < dimensions; ++k)
        sums[static_cast<std::size_t>(items[r] * dimensions + k)] +=
            gradient_[static_cast<std::size_t>(k) * width + r] / tau;
  }

 private:
  double const* whole_row(std::size_t q) {
    double* const row = rows_.data() + (keeps_ ? q * stride_ : 0);
    if (!keeps_ || !made_[q]) pairs_.row(q, row);
    if (keeps_) made_[q] = true;
    return row;
  }

  PairRows pairs_;
  std::size_t stride_ = 0;
  bool keeps_ = true;
  numerics::AlignedVector rows_;
  numerics::AlignedVector gradient_;
  std::vector<bool> made_;
};

/// Lists of more items rarely repeat.
constexpr std::int64_t kMostMergedItems = 8;

RelaxedLikelihood::Size size_of(Sequences const& lists, std::int64_t items, std::int64_t dimensions) {
  double pairs = 0;
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const m = static_cast<double>(lists[s].items.size());
    pairs += m * m;
  }
  return {items, dimensions, static_cast<double>(lists.count()), pairs, lists.longest()};
}

}  // namespace

bool RelaxedLikelihood::uses_tables(Size const& size) {
  auto const n = static_cast<double>(size.items);
  return size.items <= kMostTableItems && size.pairs > 4 * n * n;
}

int RelaxedLikelihood::block_count(Size const& size) {
  // Blocks with tables cost a pass through them.
  double const most = uses_tables(size) ? 64 : 256;
  return static_cast<int>(std::clamp(size.sequences / 8, 1.0, most));
}

double RelaxedLikelihood::bytes(Size const& size, int ranks) {
  auto const n = static_cast<double>(size.items);
  auto const k = static_cast<double>(size.dimensions);
  auto const longest = static_cast<double>(size.longest);
  double const pairs = uses_tables(size)                        ? n * (n + 8) * (4 + 2 * k)
                       : size.longest <= ListKernel::kWholeList ? longest * (longest + 8) * (2 + 2 * k)
                                                                : (longest + 8) * (2 + 2 * k);
  return 8 * (pairs + n * k * (mpi::PairwiseSum::held(block_count(size), ranks) + 4)) +
         ListKernel::bytes(size.longest);
}

double RelaxedLikelihood::flops(Size const& size) {
  // In flops of a matrix product, from times: exponentials, logarithms and divisions take as long as many of
  // them, and a step of a short list waits for its own sums.
  constexpr double kPerEntry = 130;
  constexpr double kPerStep = 3000;
  auto const n = static_cast<double>(size.items);
  auto const k = static_cast<double>(size.dimensions);
  double const per_pair = 250 * k + 150;
  double const steps = size.sequences * static_cast<double>(size.longest);
  double const tables =
      uses_tables(size) ? n * n * (per_pair + 8 * k * block_count(size)) : per_pair * size.pairs;
  return kPerEntry * size.pairs + kPerStep * steps + tables;
}

RelaxedLikelihood::RelaxedLikelihood(mpi::Communicator const& comm, Sequences const& training,
                                     std::int64_t items, std::int64_t dimensions, Dominance dominance,
                                     Slopes slopes)
    : items_(items),
      dimensions_(dimensions),
      dominance_(dominance),
      training_(items <= kMostMergedItems ? merged(training) : training),
      size_(size_of(training_, items, dimensions)),
      sum_(comm, training_.count(), block_count(size_)),
      all_pairs_(dominance, dimensions),
      kernel_(slopes) {}

void RelaxedLikelihood::make_tables(Latents const& latents, double tau) {
  all_pairs_.set_all(latents, tau);
  auto const width = all_pairs_.width();
  auto const stride = all_pairs_.parts() * width;
  tables_.resize(all_pairs_.items() * stride);
  derivatives_.resize(all_pairs_.items() * 2 * width);
  scaled_gradient_.resize(static_cast<std::size_t>(dimensions_) * width);
  for (std::size_t q = 0; q < all_pairs_.items(); ++q) all_pairs_.row(q, tables_.data() + q * stride);
}

void RelaxedLikelihood::add_block(Latents const& latents, double tau, Noise const& noise, mpi::Range lists,
                                  std::span<double> sums) {
  ListSums total;
  auto const gradient = sums.first(sums.size() - 3);
  if (uses_tables(size_)) {
    auto const width = all_pairs_.width();
    auto const stride = all_pairs_.parts() * width;
    std::ranges::fill(derivatives_, 0.0);
    for (auto s = lists.begin; s < lists.end; ++s) {
      auto const list = training_[s];
      if (static_cast<std::int64_t>(list.items.size()) == items_) {
        TableRows rows(tables_.data(), stride, width, derivatives_.data());
        kernel_.add({list.items, list.steps, width, Numbering::by_item}, list.weight, noise, rows, total);
      } else {
        PickedRows rows(tables_.data(), stride, width, derivatives_.data(), list.items);
        std::vector<std::int32_t> positions(list.items.size());
        std::iota(positions.begin(), positions.end(), 0);
        kernel_.add({positions, list.steps, padded(list.items.size()), Numbering::by_position}, list.weight,
                    noise, rows, total);
      }
    }
    std::ranges::fill(scaled_gradient_, 0.0);
    for (std::size_t q = 0; q < all_pairs_.items(); ++q) {
      double const* const derivatives = derivatives_.data() + q * 2 * width;
      all_pairs_.contract(q, tables_.data() + q * stride, derivatives, derivatives + width,
                          scaled_gradient_.data());
    }
    for (std::size_t i = 0; i < all_pairs_.items(); ++i)
      for (std::int64_t k = 0; k < dimensions_; ++k)
        gradient[i * static_cast<std::size_t>(dimensions_) + static_cast<std::size_t>(k)] +=
            scaled_gradient_[static_cast<std::size_t>(k) * width + i] / tau;
  } else {
    OwnRows rows(dominance_, dimensions_);
    std::vector<std::int32_t> positions;
    for (auto s = lists.begin; s < lists.end; ++s) {
      auto const list = training_[s];
      positions.resize(list.items.size());
      std::iota(positions.begin(), positions.end(), 0);
      rows.open(latents, list.items, tau);
      kernel_.add({positions, list.steps, rows.width(), Numbering::by_position}, list.weight, noise, rows,
                  total);
      rows.close(list.items, dimensions_, tau, gradient);
    }
  }
  auto const last = sums.last(3);
  last[0] += total.value;
  last[1] += total.by_beta;
  last[2] += total.by_epsilon;
}

ListSums RelaxedLikelihood::operator()(Latents const& latents, double tau, Noise const& noise,
                                       std::span<double> gradient) {
  if (uses_tables(size_)) make_tables(latents, tau);
  std::vector<double> sums(gradient.size() + 3);
  sum_([&](mpi::Range lists, std::span<double> own) { add_block(latents, tau, noise, lists, own); }, sums);
  std::copy_n(sums.begin(), gradient.size(), gradient.begin());
  auto const last = std::span(sums).last(3);
  return {last[0], last[1], last[2]};
}

}  // namespace thresher::partial_order
