#include "experiments/group_matrix/estimators/method.hpp"

#include "experiments/group_matrix/model/own_matrix.hpp"

#include <array>

namespace thresher::group_matrix {

// Every row's object is made in a file of its name.
#define OBJECT(name) Method const& name##_method();
GROUP_MATRIX_METHODS(OBJECT)
#undef OBJECT

std::span<Method const* const> methods() {
#define ENTRY(name) &name##_method(),
  static std::array const table{GROUP_MATRIX_METHODS(ENTRY)};
#undef ENTRY
  return table;
}

std::vector<std::string> method_names() {
#define NAME(name) #name,
  return {GROUP_MATRIX_METHODS(NAME)};
#undef NAME
}

Method const& method_of(Parameters const& point) {
  return *methods()[static_cast<std::size_t>(point.method)];
}

Extents extents_of(Parameters const& point) {
  auto const rows = static_cast<double>(point.input != nullptr ? point.input->rows : point.n_rows);
  auto const columns = static_cast<double>(point.input != nullptr ? point.input->columns : point.n_cols);
  double const entries = rows * columns;
  return {rows, columns, entries,
          point.input != nullptr ? static_cast<double>(point.input->observed) : point.density * entries};
}

}  // namespace thresher::group_matrix
