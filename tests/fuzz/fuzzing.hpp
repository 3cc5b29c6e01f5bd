#pragma once

#include "../unit/study/small_experiment.hpp"
#include "study/record.hpp"
#include "study/study.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace thresher::study::fuzzing {

/// Ends the fuzzer with a finding.
[[noreturn]] inline void find(std::string const& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

/// Runs `work`, which may only refuse what it is given; true when it did not.
template <class Work>
bool accepts(Work const& work) {
  try {
    work();
    return true;
  } catch (UserError const& error) {
    if (*error.what() == '\0') find("a refusal without a word");
  } catch (HelpRequest const&) {
  }
  return false;
}

/// `base` with the edits that `data` spells, four bytes each: what, where (two), with what. So every input is
/// near something whole.
inline std::vector<std::uint8_t> edited(std::vector<std::uint8_t> base, std::span<std::uint8_t const> data) {
  for (; data.size() >= 4 && !base.empty(); data = data.subspan(4)) {
    auto const at = base.begin() + static_cast<std::ptrdiff_t>((data[1] * 256u + data[2]) % base.size());
    switch (data[0] % 4) {
      case 0:
        *at = data[3];
        break;
      case 1:
        base.insert(at, data[3]);
        break;
      case 2:
        base.erase(at, at + std::min<std::ptrdiff_t>(data[3], base.end() - at));
        break;
      case 3:
        *at = static_cast<std::uint8_t>(*at ^ (1u << data[3] % 8));
    }
  }
  return base;
}

/// The study of which the fuzzed files are.
inline Study const& small_study() {
  static SmallExperiment const experiment;
  static Study const study(
      experiment, configuration_of(experiment, {{"size", "1,2,3"}, {"level", "0,1"}, {"trials", "5"}}));
  return study;
}

/// Some of its results: all states, a failure, an artifact-free record, a prediction.
inline std::vector<Record> some_records() {
  std::vector<Record> records;
  for (std::uint32_t point = 0; point < small_study().grid().size(); ++point)
    for (std::int64_t trial = point == 0 ? -1 : 0; trial < 4; ++trial) {
      bool const failed = trial == 3;
      records.push_back({.point = point,
                         .trial = trial,
                         .status = failed       ? Status::failed
                                   : trial == 2 ? Status::not_converged
                                                : Status::ok,
                         .seconds = 0.5,
                         .values = std::vector<double>(trial < 0 ? 1 : 2, 0.25),
                         .reason = failed ? "asked to fail" : "",
                         .artifacts = {}});
    }
  return records;
}

inline std::vector<std::uint8_t> bytes_of(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file with `bytes`, the same at each call.
inline std::string file_of(std::span<std::uint8_t const> bytes) {
  static std::string const path = "/dev/shm/fuzzed-" + std::to_string(getpid());
  auto* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) find(path + " cannot be written");
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  return path;
}

}  // namespace thresher::study::fuzzing
