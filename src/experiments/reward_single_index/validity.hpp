#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::reward_single_index {

void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// `description`: of the experiment, whose parameters of the first stage are inert where the method does not
/// read them.
void name_inert(Parameters const& point, study::Verdict& verdict, study::Description const& description);
void warn_of_surprises(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::reward_single_index
