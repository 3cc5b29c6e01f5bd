#pragma once

#include "study/team.hpp"

#include <map>
#include <string>
#include <vector>

namespace thresher::mixed_quality_lasso::testing {

/// An input in memory.
class MemoryInput : public study::InputReader {
 public:
  void set(std::string const& name, std::vector<std::int64_t> extents, std::vector<double> values) {
    sets_[name] = {std::move(extents), std::move(values)};
  }
  void remove(std::string const& name) { sets_.erase(name); }
  bool has(std::string const& name) const override { return sets_.contains(name); }
  std::vector<std::int64_t> extents(std::string const& name) const override {
    if (!has(name)) throw study::UserError("no data set " + name);
    return sets_.at(name).extents;
  }
  std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const override {
    auto const& set = sets_.at(name);
    std::int64_t const width = set.extents.size() == 2 ? set.extents[1] : 1;
    std::vector<double> part;
    for (auto i = rows.begin; i < rows.end; ++i)
      for (auto j = columns.begin; j < columns.end; ++j)
        part.push_back(set.values[static_cast<std::size_t>(i * width + j)]);
    return part;
  }

 private:
  struct DataSet {
    std::vector<std::int64_t> extents;
    std::vector<double> values;
  };
  std::map<std::string, DataSet> sets_;
};

}  // namespace thresher::mixed_quality_lasso::testing
