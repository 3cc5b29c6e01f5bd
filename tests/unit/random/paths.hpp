#pragma once

#include "random/stream.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace thresher::random::test {

/// Puts the path in force back at the end of a test.
class PathGuard {
 public:
  PathGuard() : before_(vector_path()) {}
  ~PathGuard() { set_vector_path(before_); }
  PathGuard(PathGuard const&) = delete;
  PathGuard& operator=(PathGuard const&) = delete;

 private:
  VectorPath before_;
};

inline std::string name_of(VectorPath path) {
  switch (path) {
    case VectorPath::avx512:
      return "avx512";
    case VectorPath::avx2:
      return "avx2";
    case VectorPath::scalar:
      break;
  }
  return "scalar";
}

/// The paths that this processor has.
inline std::vector<VectorPath> available_paths() {
  PathGuard const guard;
  std::vector<VectorPath> paths;
  for (VectorPath path : {VectorPath::avx512, VectorPath::avx2, VectorPath::scalar}) {
    try {
      set_vector_path(path);
      paths.push_back(path);
    } catch (std::invalid_argument const&) {
      continue;
    }
  }
  return paths;
}

}  // namespace thresher::random::test
