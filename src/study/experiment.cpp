#include "study/experiment.hpp"

namespace thresher::study {

namespace {
std::size_t find(std::vector<Parameter> const& parameters, std::string const& name) {
  if (auto const k = find_named(parameters, name)) return *k;
  throw std::logic_error("no parameter named " + name);
}
}  // namespace

void Verdict::refuse(std::string const& name, std::string const& reason) {
  if (refusal_.empty()) refusal_ = name + " = " + to_text(point_[find(parameters_, name)]) + ": " + reason;
}

void Verdict::inert(std::string const& name) {
  inert_.push_back(find(parameters_, name));
}

}  // namespace thresher::study
