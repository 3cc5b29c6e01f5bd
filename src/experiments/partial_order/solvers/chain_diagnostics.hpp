#pragma once

#include <span>
#include <vector>

namespace thresher::partial_order {

/// Chains of one number, all of the same length.
using Chains = std::span<std::vector<double> const>;

/// Split R-hat over the halves (of floor(length / 2)) of all chains: 1 where all are constant and agree,
/// infinity where they are constant and differ.
double split_rhat(Chains chains);

/// Effective sample size of all chains together by Geyer's initial positive sequence, at most their draws;
/// NaN where every chain is constant.
double effective_sample_size(Chains chains);

}  // namespace thresher::partial_order
