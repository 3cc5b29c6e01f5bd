#include "experiments/partial_order/estimators/method.hpp"

namespace thresher::partial_order {

#define DECLARED(name) Method const& name##_method();
PARTIAL_ORDER_METHODS(DECLARED)
#undef DECLARED

std::span<Method const* const> methods() {
#define ENTRY(name) &name##_method(),
  static Method const* const table[] = {PARTIAL_ORDER_METHODS(ENTRY)};
#undef ENTRY
  return table;
}

std::vector<std::string> method_names() {
#define NAME(name) #name,
  return {PARTIAL_ORDER_METHODS(NAME)};
#undef NAME
}

Method const& method_of(Parameters const& point) {
  return *methods()[static_cast<std::size_t>(point.method)];
}

}  // namespace thresher::partial_order
