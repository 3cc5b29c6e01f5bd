#include "study/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace thresher::study {

std::size_t index_of(std::vector<Parameter> const& parameters, std::string const& name) {
  if (auto const k = find_named(parameters, name)) return *k;
  throw std::logic_error("no parameter named " + name);
}

void assert_each_once(Description const& about, char const* what, std::vector<std::size_t> const& declared,
                      std::size_t members) {
  for (std::size_t k = 0; k < members; ++k) {
    auto const times = std::ranges::count(declared, k);
    if (times != 1)
      throw std::logic_error(fmt::format("{}: member {} of the struct of its {}s is declared {} times",
                                         about.name, k + 1, what, times));
  }
}

}  // namespace thresher::study
