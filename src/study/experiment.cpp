#include "study/experiment.hpp"

namespace thresher::study {

std::size_t index_of(std::vector<Parameter> const& parameters, std::string const& name) {
  if (auto const k = find_named(parameters, name)) return *k;
  throw std::logic_error("no parameter named " + name);
}

void Verdict::refuse(std::string const& name, std::string const& reason) {
  if (refusal_.empty())
    refusal_ = name + " = " + to_text(point_[index_of(parameters_, name)]) + ": " + reason;
}

void Verdict::inert(std::string const& name) {
  inert_.push_back(index_of(parameters_, name));
}

}  // namespace thresher::study
