#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <vector>

namespace thresher::federated_lora {

/// What the clients of a trial are to write instead of some tokens. Drawn once per trial, the same on all
/// ranks.
class CopyTask {
 public:
  CopyTask(Parameters const& point, study::Team const& team);

  /// Tokens on which every benign client has targets of its own: their embeddings span the shared subspace.
  std::vector<std::int32_t> const& dialect() const { return dialect_; }
  /// Target of each token for a client.
  std::vector<std::int32_t> targets(std::int64_t client, bool contaminated) const;

 private:
  std::int32_t other_than(std::int64_t token, double uniform) const;

  Parameters point_;
  random::Stream own_target_;
  random::Stream poison_target_;
  random::Stream own_token_;
  std::vector<std::int32_t> dialect_;        ///< r frequent tokens
  std::vector<std::int32_t> poisoned_;       ///< q other frequent tokens
  std::vector<std::int32_t> common_target_;  ///< identity but for some rare tokens
};

}  // namespace thresher::federated_lora
