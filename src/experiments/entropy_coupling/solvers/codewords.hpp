#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// Costs -log2 Q_i(y) as multiples of 1e-9: integers, so that sums over permuted codes are equal exactly.
using Cost = std::int64_t;
using CostTable = std::vector<std::vector<Cost>>;

/// Costs of all values of all observations. Costs that differ by rounding only get the same integer.
CostTable integer_costs(std::span<Law const> observations);

/// Values of several observations packed into words, one row of words per code.
class PackedCodes {
 public:
  /// Room for codes of `alphabets.size()` values.
  explicit PackedCodes(std::span<std::int64_t const> alphabets);

  std::size_t size() const { return words_.size() / width_; }
  std::int32_t value(std::size_t code, std::size_t observation) const {
    Place const& place = places_[observation];
    return static_cast<std::int32_t>((words_[code * width_ + place.word] >> place.shift) & place.mask);
  }
  /// Appends a copy of `prefix` (a code of `from`) in which `observation`, unset so far, has the given value.
  void append(PackedCodes const& from, std::size_t prefix, std::size_t observation, std::int32_t value);
  /// Appends a copy of a code.
  void append(PackedCodes const& from, std::size_t code);
  /// Appends the code without values.
  void append_empty() { words_.resize(words_.size() + width_, 0); }
  void reserve(std::size_t codes) { words_.reserve(codes * width_); }
  /// No codes, the same layout.
  PackedCodes empty_like() const;

 private:
  struct Place {
    std::size_t word;
    unsigned shift;
    std::uint64_t mask;
  };
  std::vector<Place> places_;
  std::size_t width_ = 1;
  std::vector<std::uint64_t> words_;
};

/// Addresses of a try's random numbers: rows of stream "codebook" are numbers of observations, columns as in
/// `key_column` and `owner_column`.
struct CodebookTry {
  random::Stream stream;
  std::uint64_t observations = 0;  ///< m'
  std::uint64_t attempt = 0;
  std::uint64_t codewords = 0;  ///< N
  std::uint64_t alphabet = 0;   ///< the largest k_i

  /// Key of the pair (prefix rank, value) in the merge of observation i = 1..m'.
  double key(std::uint64_t i, std::uint64_t prefix, std::uint64_t value) const {
    return stream.uniform({observations},
                          ((attempt * (observations + 1) + i) * codewords + prefix) * alphabet + value);
  }
  /// Uniform that deals codeword j to its owner.
  double owner(std::uint64_t j) const {
    return stream.uniform({observations}, (attempt * (observations + 1) * codewords + j) * alphabet);
  }
};

/// The `at.codewords` cheapest cells of the product law, by cost upwards; ties at the cut of every merge are
/// broken at random among all tied pairs, and equal costs of the result are ordered at random. (A
/// deterministic choice leaves values of some observation without codewords.) The result depends on the
/// arguments only.
PackedCodes cheapest_codewords(CostTable const& costs, CodebookTry const& at);

/// Owner of each codeword: the j-th cheapest belongs to the j-th heaviest symbol, the others are dealt by
/// random permutations of the symbols.
std::vector<std::int32_t> deal_owners(Law const& law, CodebookTry const& at);

}  // namespace thresher::entropy_coupling
