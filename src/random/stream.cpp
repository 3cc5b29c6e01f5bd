#include "random/stream.hpp"

#include "random/kernels.hpp"
#include "random/philox.hpp"
#include "random/scalar_lanes.hpp"
#include "random/siphash.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace thresher::random {
namespace {

Substream of_row(Key key, Row row) {
  return substream(key, {row.i0, row.i1, row.i2, for_rows});
}

// All four counter words of a sequence's first level are taken by its address, so it has a key of its own.
Key sequence_key(Key rows) {
  Substream const hashed = substream(rows, {0, 0, 0, for_sequences});
  return {hashed.key, hashed.prefix};
}

}  // namespace

Stream::Stream(Key key, std::string_view name) : rows_(siphash(key, name)), sequences_(sequence_key(rows_)) {}

double Stream::uniform(Row row, std::uint64_t last) const {
  return single_draw<UniformDraw>(of_row(rows_, row), last);
}

double Stream::normal(Row row, std::uint64_t last) const {
  return single_draw<NormalDraw>(of_row(rows_, row), last);
}

double Stream::sign(Row row, std::uint64_t last) const {
  return single_draw<SignDraw>(of_row(rows_, row), last);
}

double Stream::exponential(Row row, std::uint64_t last) const {
  return single_draw<ExponentialDraw>(of_row(rows_, row), last);
}

Sequence Stream::sequence(Row row, std::uint64_t last) const {
  Substream const own = substream(sequences_, {row.i0, row.i1, row.i2, last});
  return {own.key, own.prefix};
}

void Stream::uniforms(Row row, std::uint64_t first, std::span<double> out) const {
  active_kernels().uniforms(of_row(rows_, row), first, out.size(), out.data());
}

void Stream::normals(Row row, std::uint64_t first, std::span<double> out) const {
  active_kernels().normals(of_row(rows_, row), first, out.size(), out.data());
}

void Stream::signs(Row row, std::uint64_t first, std::span<double> out) const {
  active_kernels().signs(of_row(rows_, row), first, out.size(), out.data());
}

void Stream::exponentials(Row row, std::uint64_t first, std::span<double> out) const {
  active_kernels().exponentials(of_row(rows_, row), first, out.size(), out.data());
}

void Stream::normals(Row row, std::uint64_t first, std::span<float> out) const {
  active_kernels().float_normals(of_row(rows_, row), first, out.size(), out.data());
}

}  // namespace thresher::random
