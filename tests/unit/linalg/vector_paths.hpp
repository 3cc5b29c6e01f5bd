#pragma once

#include "random/stream.hpp"

#include <gtest/gtest.h>

namespace thresher::linalg {

/// For tests on several kinds of registers: the best ones are in force again when a test ends.
template <class Base = ::testing::Test>
class OnVectorPaths : public Base {
 protected:
  void TearDown() override { random::set_vector_path(best_); }
  random::VectorPath best_ = random::vector_path();
};

}  // namespace thresher::linalg
