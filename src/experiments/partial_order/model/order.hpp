#pragma once

#include "bits/popcount.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace thresher::partial_order {

/// i before j.
struct Relation {
  std::int32_t first = 0;
  std::int32_t second = 0;
  bool operator==(Relation const&) const = default;
};

/// A strict partial order on items 0..n-1, always with all that follows by transitivity: as rows of bits that
/// are stored, or made when asked.
class Order {
 public:
  virtual ~Order() = default;
  virtual std::int64_t items() const = 0;
  virtual bool precedes(std::int64_t i, std::int64_t j) const = 0;
  /// row (words_for(items()) words) = the items that come after i.
  virtual void successors(std::int64_t i, std::span<bits::Word> row) const = 0;
  /// table[a * chosen.size() + b] = 1 where chosen[a] precedes chosen[b]: the order among some items. It
  /// keeps what follows through absent items.
  void restrict_to(std::span<std::int32_t const> chosen, std::span<std::uint8_t> table) const;
};

/// Bits of a stored closure, rows of successors and of predecessors.
class PartialOrder final : public Order {
 public:
  /// Without any relation.
  explicit PartialOrder(std::int64_t items = 0);
  /// The closure of `relations`. Throws std::invalid_argument for a cycle, with the items of one.
  static PartialOrder closure_of(std::int64_t items, std::span<Relation const> relations);
  static PartialOrder copy_of(Order const& order);
  /// First of all, second, ...: a total order.
  static PartialOrder total(std::span<std::int32_t const> items_in_order);

  std::int64_t items() const override { return items_; }
  bool precedes(std::int64_t i, std::int64_t j) const override {
    return ((after_[place(i, j)] >> (j & 63)) & 1U) != 0;
  }
  void successors(std::int64_t i, std::span<bits::Word> row) const override;

  /// All rows of successors, and an order from them.
  std::span<bits::Word const> rows() const { return after_; }
  static PartialOrder of_rows(std::int64_t items, std::span<bits::Word const> rows);

  /// The items after i, and before j.
  std::span<bits::Word const> after(std::int64_t i) const { return row(after_, i); }
  std::span<bits::Word const> before(std::int64_t j) const { return row(before_, j); }
  std::int64_t words() const { return words_; }

  /// Adds i before j and all that follows: what is i or before it precedes what is j or after it. j must not
  /// precede i, and i != j.
  void relate(std::int64_t i, std::int64_t j);
  /// Sets or clears the one pair; that the relation stays closed is the caller's affair (a critical pair may
  /// be added, a cover relation taken away).
  void add_pair(std::int64_t i, std::int64_t j);
  void remove_pair(std::int64_t i, std::int64_t j);

  std::int64_t relations() const;
  /// Pairs that both orders have.
  std::int64_t common_relations(PartialOrder const& other) const;
  /// Items that nothing precedes.
  std::int64_t maximal_items() const;
  /// All pairs, by first, then second item.
  std::vector<Relation> pairs() const;
  /// Whether i precedes j with nothing between.
  bool covers(std::int64_t i, std::int64_t j) const;
  /// The transitive reduction, by first, then second item.
  std::vector<Relation> cover() const;
  bool operator==(PartialOrder const& other) const {
    return items_ == other.items_ && after_ == other.after_;
  }

 private:
  /// before_ from after_.
  void turn_rows();
  std::size_t place(std::int64_t i, std::int64_t j) const {
    return static_cast<std::size_t>(i * words_ + (j >> 6));
  }
  std::span<bits::Word const> row(std::vector<bits::Word> const& rows, std::int64_t i) const {
    return std::span(rows).subspan(static_cast<std::size_t>(i * words_), static_cast<std::size_t>(words_));
  }

  std::int64_t items_ = 0;
  std::int64_t words_ = 0;
  std::vector<bits::Word> after_;
  std::vector<bits::Word> before_;
};

/// Items of a cycle of `relations`, each before the next one and the last one before the first; none where
/// there is no cycle.
std::vector<std::int32_t> find_cycle(std::int64_t items, std::span<Relation const> relations);

/// Calls visit(j) for every bit of a row, ascending.
template <class Visit>
void for_each_bit(std::span<bits::Word const> row, Visit visit) {
  for (std::size_t w = 0; w < row.size(); ++w)
    for (auto rest = row[w]; rest != 0; rest &= rest - 1)
      visit(static_cast<std::int64_t>(w) * 64 + __builtin_ctzll(rest));
}

}  // namespace thresher::partial_order
