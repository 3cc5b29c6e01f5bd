#include "experiments/group_matrix/estimators/method.hpp"

#include "experiments/group_matrix/model/own_matrix.hpp"

#include <algorithm>
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
  if (auto const* const own = point.input) {
    auto const rows = static_cast<double>(own->rows), columns = static_cast<double>(own->columns);
    return {rows, columns, rows * columns, static_cast<double>(own->observed),
            static_cast<double>(std::ranges::count(own->factor_of, 0)) * columns};
  }
  auto const rows = static_cast<double>(point.n_rows), columns = static_cast<double>(point.n_cols);
  return {rows, columns, rows * columns, point.density * rows * columns,
          static_cast<double>(point.levels_1) * columns};
}

}  // namespace thresher::group_matrix
