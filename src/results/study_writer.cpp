#include "hdf5/file.hpp"
#include "results/integrity.hpp"
#include "results/result_writer.hpp"

#include <fmt/format.h>

namespace thresher::results {

using hdf5::Extents;
using hdf5::Object;
using hdf5::set_attribute;

namespace {

/// Values of one parameter along its axis, or its single value, as a data set of the parameter's type.
Object write_values(Object const& parent, Parameter const& parameter, std::vector<Value> const& values,
                    Extents const& extents) {
  auto dataset = std::visit(
      [&]<class V>(V const&) {
        using Stored = std::conditional_t<std::is_same_v<V, bool>, std::int8_t, V>;
        std::vector<Stored> column;
        for (auto const& value : values) column.push_back(static_cast<Stored>(std::get<V>(value)));
        if constexpr (std::is_same_v<V, std::int64_t>)
          return hdf5::write_integers(parent, parameter.name, column, extents);
        else
          return hdf5::write_dataset(parent, parameter.name, column, extents);
      },
      values.front());
  set_attribute(dataset, "long_name", parameter.meaning);
  if (parameter.kind == Kind::integer || parameter.kind == Kind::real) set_attribute(dataset, "units", "1");
  return dataset;
}

}  // namespace

void ResultWriter::write_attributes(Provenance const& provenance) {
  auto const& about = study_.description();
  set_attribute(file_, "title", about.title);
  set_attribute(file_, "experiment", about.name);
  set_attribute(file_, "data_version", std::int64_t{about.data_version});
  set_attribute(file_, "citation", about.citation);
  set_attribute(file_, "Conventions", "CF-1.8");
  set_attribute(file_, "thresher_format", names::kFormat);
  set_attribute(file_, "seed", study_.options().seed);
  write_study_text(file_, study_.configuration().toml(about));
  std::vector<std::string> headlines;
  for (auto const& headline : about.headlines)
    headlines.push_back(fmt::format("{} over {}", fmt::join(headline.quantities, " "), headline.over));
  if (!headlines.empty()) set_attribute(file_, "headlines", fmt::format("{}", fmt::join(headlines, "; ")));
  // Points that agree in these have the same data in the trial of the same number.
  std::vector<std::string> data_parameters;
  for (std::size_t k = 0; k < about.parameters.size(); ++k)
    if (study_.shapes_data(k)) data_parameters.push_back(about.parameters[k].name);
  set_attribute(file_, "data_parameters", fmt::format("{}", fmt::join(data_parameters, " ")));
  // What does not count when files are compared: how, where and when, and which of equal ways to ask was
  // used.
  std::string uncompared = "toml toml_checksum headlines data_parameters provenance_attributes";
  for (auto const& [name, value] : provenance.attributes) {
    set_attribute(file_, name, value);
    uncompared += " " + name;
  }
  set_attribute(file_, "provenance_attributes", uncompared);
}

void ResultWriter::write_coordinates() {
  auto const& parameters = study_.description().parameters;
  auto const& grid = study_.grid();
  std::vector<std::string> coordinates;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (grid.axis_of(k)) continue;
    write_values(file_, parameters[k], {grid.base()[k]}, {});
    coordinates.push_back(parameters[k].name);
  }
  for (auto const& axis : grid.axes()) {
    for (std::size_t j = 0; j < axis.parameters.size(); ++j) {
      std::vector<Value> values;
      for (auto const& row : axis.rows) values.push_back(row[j]);
      auto const& parameter = parameters[axis.parameters[j]];
      auto dataset = write_values(file_, parameter, values, {values.size()});
      if (j == 0) {
        hdf5::make_scale(dataset, parameter.name);
        scales_.push_back(std::move(dataset));
      } else {
        hdf5::attach_scale(dataset, scales_.back(), 0);
        coordinates.push_back(parameter.name);
      }
    }
  }
  set_attribute(file_, "coordinates", fmt::format("{}", fmt::join(coordinates, " ")));
  if (layout_.trials == 0) return;
  scales_.push_back(hdf5::write_counting_scale(file_, names::kTrial, layout_.trials));
  set_attribute(scales_.back(), "long_name", "Monte Carlo replicate");
}

Object ResultWriter::child_group(std::string const& name) {
  auto group = hdf5::create_group(file_, name);
  for (auto const& axis : study_.grid().axes())
    for (auto const k : axis.parameters)
      hdf5::hard_link(file_, study_.description().parameters[k].name, group);
  return group;
}

}  // namespace thresher::results
