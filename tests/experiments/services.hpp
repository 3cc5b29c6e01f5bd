#pragma once

#include "parameters/value.hpp"
#include "study/experiment_interface.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What the engine gives a trial, held in memory.

namespace thresher::trials {

/// The user's file. Copies are independent: change one to see what is refused.
class MemoryInput : public study::InputReader {
 public:
  struct DataSet {
    std::vector<std::int64_t> extents;
    std::vector<double> values;
  };

  bool has(std::string const& name) const override { return sets.contains(name); }
  std::vector<std::int64_t> extents(std::string const& name) const override {
    if (!has(name)) throw study::UserError("input: no data set " + name);
    return sets.at(name).extents;
  }
  std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const override {
    auto const& set = sets.at(name);
    std::int64_t width = 1;
    for (std::size_t k = 1; k < set.extents.size(); ++k) width *= set.extents[k];
    std::vector<double> part;
    for (auto row = rows.begin; row < rows.end; ++row)
      for (auto column = columns.begin; column < columns.end; ++column) {
        double const value = set.values[static_cast<std::size_t>(row * width + column)];
        if (!std::isfinite(value)) throw study::UserError("input: holds a number that is not finite");
        part.push_back(value);
      }
    return part;
  }

  std::vector<double> read_with_missing(std::string const& name, mpi::Range rows,
                                        mpi::Range columns) const override {
    return read(name, rows, columns);
  }
  std::optional<std::vector<double>> numbers(std::string const&, std::string const&) const override {
    return std::nullopt;
  }
  std::optional<std::string> text(std::string const&, std::string const&) const override {
    return std::nullopt;
  }
  std::vector<std::string> members(std::string const& group) const override {
    std::set<std::string> names;
    for (auto const& [name, set] : sets)
      if (name.starts_with(group + "/"))
        names.insert(name.substr(group.size() + 1, name.find('/', group.size() + 1) - group.size() - 1));
    return {names.begin(), names.end()};
  }

  std::map<std::string, DataSet> sets;
};

/// What `experiment` must know of `input`, which may be null, for a study of one point.
inline std::unique_ptr<study::InputFacts const> facts_of(study::Experiment const& experiment,
                                                         study::Point const& point,
                                                         study::InputReader const* input) {
  if (input == nullptr) return nullptr;
  std::vector<std::vector<study::Value>> values;
  for (auto const& value : point) values.push_back({value});
  return experiment.facts(experiment.examine(*input, values));
}

/// Keeps what a trial leaves, and stops it when it is told to.
class MemoryServices : public study::TrialServices {
 public:
  bool wants(std::string_view artifact) const override { return wanted.contains(std::string(artifact)); }
  void store(study::Artifact artifact) override { artifacts[artifact.name] = std::move(artifact); }
  void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range,
                         std::span<double const> values) override {
    artifacts[std::string(name)] = {std::string(name), extents, {values.begin(), values.end()}};
  }
  void warn(std::string const& message) override { warnings.push_back(message); }
  void progress(double part) override {
    EXPECT_TRUE(part >= 0 && part <= 1) << part;
    parts.push_back(part);
  }
  bool stopping() override {
    ++asked;
    return stop_at >= 0 && asked > stop_at;
  }
  void keep(std::span<std::byte const> state) override { kept.emplace(state.begin(), state.end()); }
  std::optional<std::vector<std::byte>> restore() override { return kept; }

  /// Answers so many questions by no, then all by yes.
  void stop_after(int answers) {
    asked = 0;
    stop_at = answers;
  }

  std::set<std::string, std::less<>> wanted;
  std::map<std::string, study::Artifact> artifacts;  ///< of a distributed one this rank's rows
  std::vector<std::string> warnings;
  std::vector<double> parts;  ///< how much was done, each time it was told
  std::optional<std::vector<std::byte>> kept;
  int asked = 0;     ///< questions whether the run wants to end
  int stop_at = -1;  ///< how many are answered by no before all are answered by yes; -1: all
};

}  // namespace thresher::trials
