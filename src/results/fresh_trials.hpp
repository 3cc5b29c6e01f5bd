#pragma once

#include "study/ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

namespace thresher::results {

using namespace study;

/// Results of trials that wait for the next result file. There may be many: what the ledger knows anyway, and
/// metrics that apply nowhere, are left out.
class FreshTrials {
 public:
  /// Of a study with this survey.
  explicit FreshTrials(Survey const& survey);
  FreshTrials(Survey const& survey, std::vector<Record> const& records);

  /// A record of a trial; of a prediction nothing is kept.
  void add(Record const& record);
  std::size_t size() const { return trials_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// What is known of the k-th one.
  std::uint32_t point(std::size_t k) const { return trials_[k].point; }
  std::int64_t trial(std::size_t k) const { return trials_[k].number; }
  double seconds(std::size_t k) const { return trials_[k].seconds; }
  double value(std::size_t k, std::size_t metric) const {
    auto const column = columns_[metric];
    return column < 0 ? kUndefined : values_[k * width_ + static_cast<std::size_t>(column)];
  }
  std::span<Artifact const> artifacts(std::size_t k) const;
  /// All as records again; `ledger` has entered them.
  std::vector<Record> records(Ledger const& ledger) const;

 private:
  struct Trial {
    std::uint32_t point;
    std::int64_t number;
    double seconds;
  };
  std::vector<int> columns_;  ///< per metric, -1 for one that applies nowhere
  std::size_t width_ = 0;     ///< values kept of a trial
  // Grow without being copied.
  std::deque<Trial> trials_;
  std::deque<double> values_;
  std::unordered_map<std::size_t, std::vector<Artifact>> artifacts_;
  std::size_t bytes_ = 0;
};

}  // namespace thresher::results
