#include "paths.hpp"
#include "random/kernels.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace thresher::random {
namespace {

Stream const path_stream(hash_identity("vector_path_test"), "numbers");

using Many = void (Stream::*)(Row, std::uint64_t, std::span<double>) const;

TEST(VectorPath, BestAvailableIsInForceFromTheStart) {
  EXPECT_EQ(vector_path(), test::available_paths().front());
}

TEST(VectorPath, EveryPathHasTheSameBits) {
  constexpr std::size_t size = 4'200'000;
  test::PathGuard const guard;
  std::vector<std::pair<char const*, Many>> const kinds = {{"normals", &Stream::normals},
                                                           {"exponentials", &Stream::exponentials},
                                                           {"uniforms", &Stream::uniforms},
                                                           {"signs", &Stream::signs}};
  for (auto const& [name, many] : kinds) {
    std::vector<double> expected(size);
    set_vector_path(VectorPath::scalar);
    (path_stream.*many)({5}, 0, expected);
    for (VectorPath path : test::available_paths()) {
      if (path == VectorPath::scalar) continue;
      SCOPED_TRACE(std::string(name) + " " + test::name_of(path));
      set_vector_path(path);
      std::vector<double> found(size);
      (path_stream.*many)({5}, 0, found);
      EXPECT_EQ(std::memcmp(found.data(), expected.data(), size * sizeof(double)), 0);
    }
  }
}

TEST(VectorPath, EveryPathFillsColumnsWithTheSameBits) {
  Block const block{100, 2151, 3, 502};
  std::vector<double> expected(std::size_t{2051} * 499);
  test::PathGuard const guard;
  set_vector_path(VectorPath::scalar);
  fill_normals(path_stream, block, Layout::column_major, std::span<double>(expected), 2051);
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    std::vector<double> found(expected.size());
    fill_normals(path_stream, block, Layout::column_major, std::span<double>(found), 2051);
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace thresher::random
