#pragma once

#include "study/description.hpp"

#include <optional>
#include <string>
#include <vector>

namespace thresher::study {

/// A dimension of the grid: the values of one parameter, or of several that advance together.
struct Axis {
  std::vector<std::size_t> parameters;  ///< indices of declared parameters; the first one names the axis
  std::vector<std::vector<Value>>
      rows;  ///< rows[k][j]: value of parameters[j] at position k, canonical order
};

/// All points of a run: the Cartesian product of the axes; never listed. Points are numbered row-major (last
/// axis fastest).
class Grid {
 public:
  /// `values[k]` are the values of parameter k as given; a parameter with several is an axis of its own
  /// unless `zips` (lists of names) joins it with others. Throws UserError for duplicates and zips of unequal
  /// length.
  Grid(std::vector<Parameter> const& parameters, std::vector<std::vector<Value>> const& values,
       std::vector<std::vector<std::string>> const& zips);

  std::vector<Axis> const& axes() const { return axes_; }
  std::size_t size() const { return size_; }
  /// Distance in point numbers between neighbours along axis `a`.
  std::size_t stride(std::size_t a) const { return strides_[a]; }
  std::size_t position(std::size_t point, std::size_t axis) const {
    return point / strides_[axis] % axes_[axis].rows.size();
  }
  Point point(std::size_t number) const;
  /// Number of the point with these values, if it is on the grid.
  std::optional<std::size_t> find(Point const& point) const;
  /// Values of all parameters that are the same at every point; those along axes hold their first value.
  Point const& base() const { return base_; }
  /// Axis along which parameter `k` varies.
  std::optional<std::size_t> axis_of(std::size_t parameter) const;
  /// "p = 512, theta = 0.5": the values of a point along the axes.
  std::string label(std::vector<Parameter> const& parameters, std::size_t point) const;

 private:
  Point base_;
  std::vector<Axis> axes_;
  std::vector<std::size_t> strides_;
  std::vector<std::vector<std::size_t>> by_value_;  ///< per axis: its rows, ascending as values
  std::size_t size_ = 1;
};

}  // namespace thresher::study
