#include "study/verdict.hpp"

namespace thresher::study {

void Verdict::refuse(std::string const& name, std::string const& reason) {
  if (refusal_.empty())
    refusal_ = name + " = " + to_text(point_[index_of(parameters_, name)]) + ": " + reason;
}

void Verdict::inert(std::string const& name) {
  inert_.push_back(index_of(parameters_, name));
}

}  // namespace thresher::study
