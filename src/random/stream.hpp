#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace thresher::random {

/// Identity of all draws of one trial: 128 bits of a hash of its canonical text (seed, experiment, data
/// version, trial, data parameters). Two texts that differ give unrelated draws.
struct Key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(Key const&) const = default;
};

/// Hash of an identity's canonical text: SipHash-2-4-128 under the key of its published test vectors. A fixed
/// function: its values are part of the meaning of a seed.
Key hash_identity(std::string_view text);

/// First three indices of an address; the fourth (`last`) runs along contiguous blocks. What is drawn
/// together should share a row: a row costs about as much as twenty normals.
struct Row {
  std::uint64_t i0 = 0;
  std::uint64_t i1 = 0;
  std::uint64_t i2 = 0;
};

/// Draws in sequence from the sub-stream of one address, for variates that reject or need a varying number of
/// uniforms.
class Sequence;

/// A named stream of a trial. Every number is a pure function of (key, name, address): the same on every
/// rank, for every layout, on AVX-512, AVX2 and scalar-FMA paths alike. Cheap to copy; const calls are safe
/// from several threads.
///
/// The identity (key, name, row) is hashed to 128 bits (SipHash, then Philox4x64-10), which with the pair
/// last / 2 are key and counter of Philox4x32-10. Blocks cost one to three nanoseconds a number, single draws
/// fifty to a hundred.
///
/// The kinds of numbers of one stream overlap: use one kind per stream name. Sequences overlap with nothing.
class Stream {
 public:
  Stream(Key key, std::string_view name);

  /// Uniform on the open interval (0, 1): the 2^52 odd multiples of 2^-53.
  double uniform(Row row, std::uint64_t last) const;
  /// Standard normal (Box-Muller on the pair (last & ~1, last | 1)); |x| < 8.6.
  double normal(Row row, std::uint64_t last) const;
  /// +1 or -1 with probability 1/2.
  double sign(Row row, std::uint64_t last) const;
  /// Exponential with mean 1.
  double exponential(Row row, std::uint64_t last) const;
  /// Generator of the sub-stream that belongs to this address.
  Sequence sequence(Row row, std::uint64_t last) const;

  /// out[k] = the value of the same name at (row, first + k): block and single draws have the same bits.
  void uniforms(Row row, std::uint64_t first, std::span<double> out) const;
  void normals(Row row, std::uint64_t first, std::span<double> out) const;
  void signs(Row row, std::uint64_t first, std::span<double> out) const;
  void exponentials(Row row, std::uint64_t first, std::span<double> out) const;
  /// The same, rounded to float.
  void normals(Row row, std::uint64_t first, std::span<float> out) const;

 private:
  friend struct BlockFill;
  Key rows_;
  Key sequences_;
};

/// Copies continue independently from where the original stood, with the same draws. Arguments outside their
/// range throw std::invalid_argument.
class Sequence {
 public:
  Sequence(std::uint64_t key, std::uint64_t prefix) : key_(key), prefix_(prefix) {}
  /// 64 uniform bits.
  std::uint64_t bits();
  /// The same distributions as those of Stream.
  double uniform();
  double normal();
  double exponential();
  /// Uniform on 0..count-1 without bias. count >= 1.
  std::uint64_t below(std::uint64_t count);
  /// Gamma with the given shape > 0 and scale 1 (Marsaglia and Tsang 2000; shape < 1 by the power of a
  /// uniform, which underflows to 0 where the value is below the smallest double).
  double gamma(double shape);
  /// Poisson with the given mean, 0 to 2^50 (inversion below 10, else transformed rejection, Hoermann 1993).
  std::uint64_t poisson(double mean);
  /// `count` distinct integers of 0..range-1, uniform over subsets, ascending (Floyd): count draws for any
  /// range.
  std::vector<std::int64_t> subset(std::int64_t range, std::int64_t count);
  /// Uniform permutation of 0..count-1 (Fisher-Yates).
  std::vector<std::int64_t> permutation(std::int64_t count);

 private:
  std::uint64_t key_;
  std::uint64_t prefix_;
  std::uint64_t block_ = 0;
  std::uint64_t words_[2] = {0, 0};
  int words_left_ = 0;
  double normal_ = 0;
  int normals_left_ = 0;
};

/// Rows [row_begin, row_end) and columns [column_begin, column_end) of a matrix.
struct Block {
  std::int64_t row_begin = 0;
  std::int64_t row_end = 0;
  std::int64_t column_begin = 0;
  std::int64_t column_end = 0;
};

/// Order of a block's entries in memory.
enum class Layout { row_major, column_major };

/// Standard normals of a block of the random matrix whose entry (i, j) is stream.normal({i}, j). `out` holds
/// the block with leading dimension `leading` (>= columns for row_major, >= rows for column_major); what lies
/// between is left as it is. Not collective. Throws std::invalid_argument when the block does not fit.
void fill_normals(Stream const& stream, Block block, Layout layout, std::span<double> out,
                  std::int64_t leading);
void fill_normals(Stream const& stream, Block block, Layout layout, std::span<float> out,
                  std::int64_t leading);

/// Instruction set of the block kernels, best first: at start the best that this processor has.
/// `set_vector_path` is for tests and benchmarks (results do not depend on it).
enum class VectorPath { avx512, avx2, scalar };
VectorPath vector_path();
/// Whether kernels with registers of AVX-512 are in force, here and on the floors above.
inline bool uses_wide_registers() {
  return vector_path() == VectorPath::avx512;
}
/// Throws std::invalid_argument when this processor does not have the path.
void set_vector_path(VectorPath path);

}  // namespace thresher::random
