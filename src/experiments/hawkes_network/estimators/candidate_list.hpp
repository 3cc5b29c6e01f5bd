#pragma once

#include "experiments/hawkes_network/estimators/screening.hpp"

#include <algorithm>
#include <vector>

namespace thresher::hawkes_network {

/// The most correlated sources of a target, at most `most` (ties: the smaller source), whatever the order in
/// which they are offered.
class CandidateList {
 public:
  CandidateList() = default;
  explicit CandidateList(std::vector<Candidate> kept) : kept_(std::move(kept)) {}

  void offer(Candidate candidate, std::size_t most) {
    kept_.push_back(candidate);
    if (kept_.size() >= 2 * most + 64) prune(most);
  }
  /// The candidates by source.
  std::vector<Candidate> take(std::size_t most) {
    prune(most);
    std::ranges::sort(kept_, {}, &Candidate::source);
    return std::move(kept_);
  }
  std::vector<Candidate> const& kept() const { return kept_; }

 private:
  void prune(std::size_t most) {
    if (kept_.size() <= most) return;
    std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(most), kept_.end(),
                     [](Candidate const& a, Candidate const& b) {
                       return a.correlation != b.correlation ? a.correlation > b.correlation
                                                             : a.source < b.source;
                     });
    kept_.resize(most);
  }
  std::vector<Candidate> kept_;
};

}  // namespace thresher::hawkes_network
