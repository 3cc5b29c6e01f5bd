#include "study/result_writer.hpp"

#include "hdf5/file.hpp"
#include "study/level_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace thresher::study {

namespace names = result_names;
using hdf5::Extents;
using hdf5::Object;

namespace {

/// Values of one parameter along its axis, or its single value, as a data set of the parameter's type.
Object write_values(Object const& parent, Parameter const& parameter, std::vector<Value> const& values,
                    Extents const& extents) {
  Object dataset;
  auto const numbers = [&]<class T>(T) {
    std::vector<T> converted;
    for (auto const& value : values)
      converted.push_back(std::visit(
          [](auto const& v) {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>) {
              return T{};
            } else {
              return static_cast<T>(v);
            }
          },
          value));
    dataset = hdf5::write_dataset(parent, parameter.name, converted, extents);
  };
  switch (parameter.kind) {
    case Kind::boolean:
      numbers(std::int8_t{});
      break;
    case Kind::integer:
      numbers(std::int64_t{});
      break;
    case Kind::real:
      numbers(double{});
      break;
    default: {
      std::vector<std::string> texts;
      for (auto const& value : values) texts.push_back(std::get<std::string>(value));
      dataset = hdf5::write_dataset(parent, parameter.name, texts, extents);
    }
  }
  hdf5::set_attribute(dataset, "long_name", parameter.meaning);
  if (parameter.kind == Kind::integer || parameter.kind == Kind::real)
    hdf5::set_attribute(dataset, "units", "1");
  return dataset;
}

char const* text_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::indicator:
      return "indicator";
    case MetricKind::count:
      return "count";
    case MetricKind::value:
      return "value";
    case MetricKind::timing:
      return "timing";
  }
  return "";
}

void sync(std::string const& path, int flags) {
  int const descriptor = open(path.c_str(), flags);
  if (descriptor < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
  int const failed = fsync(descriptor);
  int const reason = errno;
  close(descriptor);
  // Some file systems do not sync folders; the data themselves must be.
  if (failed != 0 && (flags & O_DIRECTORY) == 0)
    throw std::runtime_error(path + ": " + std::strerror(reason));
}

}  // namespace

ResultWriter::ResultWriter(std::string const& path, Study const& study, Ledger const& ledger,
                           std::vector<Record> const& records,
                           std::vector<std::shared_ptr<ResultReader const>> const& sources)
    : study_(study),
      ledger_(ledger),
      sources_(sources),
      layout_(study),
      file_(hdf5::create_file(path)),
      done_(layout_.points, false) {
  for (auto const& record : records)
    if (record.trial >= 0) by_point_[ledger.survey().representative[record.point]].push_back(&record);
  for (std::uint32_t point = 0; point < layout_.points; ++point)
    if (auto const first = ledger.survey().representative[point]; first != point)
      repetitions_[first].push_back(point);
  for (std::size_t point = 0; point < layout_.points; ++point)
    for (std::int64_t t = 0; t < ledger.trials() && !done_[point]; ++t) done_[point] = ran(point, t);
}

void ResultWriter::write(Provenance const& provenance) {
  write_attributes(provenance);
  write_coordinates();
  write_states();
  write_per_trial(names::kSeconds, "seconds of the trial: its own analysis and its share of the generation",
                  "s", [](Record const& record) { return record.seconds; });
  summary_ = child_group(names::kSummary);
  auto const& metrics = study_.description().metrics;
  for (std::size_t m = 0; m < metrics.size(); ++m)
    if (ledger_.survey().applicable_somewhere[m]) write_metric(m);
  write_search();
  write_predictions();
  write_failures();
  write_artifacts();
  hdf5::flush(file_);
  scales_.clear();
}

void ResultWriter::write_attributes(Provenance const& provenance) {
  auto const& about = study_.description();
  hdf5::set_attribute(file_, "title", about.title);
  hdf5::set_attribute(file_, "experiment", about.name);
  hdf5::set_attribute(file_, "data_version", std::int64_t{about.data_version});
  hdf5::set_attribute(file_, "citation", about.citation);
  hdf5::set_attribute(file_, "Conventions", "CF-1.8");
  hdf5::set_attribute(file_, "thresher_format", names::kFormat);
  hdf5::set_attribute(file_, "seed", study_.options().seed);
  hdf5::set_attribute(file_, "toml", study_.configuration().toml(about));
  std::vector<std::string> headlines;
  for (auto const& headline : about.headlines)
    headlines.push_back(fmt::format("{} over {}", fmt::join(headline.quantities, " "), headline.over));
  if (!headlines.empty())
    hdf5::set_attribute(file_, "headlines", fmt::format("{}", fmt::join(headlines, "; ")));
  std::string names = "toml headlines provenance_attributes";
  for (auto const& [name, value] : provenance.attributes) {
    hdf5::set_attribute(file_, name, value);
    names += " " + name;
  }
  // What does not count when files are compared: how, where and when, and which of equal ways to ask was
  // used.
  hdf5::set_attribute(file_, "provenance_attributes", names);
}

void ResultWriter::write_coordinates() {
  auto const& parameters = study_.description().parameters;
  auto const& grid = study_.grid();
  std::string coordinates;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (grid.axis_of(k)) continue;
    write_values(file_, parameters[k], {grid.base()[k]}, {});
    coordinates += (coordinates.empty() ? "" : " ") + parameters[k].name;
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
        coordinates += (coordinates.empty() ? "" : " ") + parameter.name;
      }
    }
  }
  auto trial = hdf5::write_counting_scale(file_, names::kTrial, layout_.trials);
  hdf5::set_attribute(trial, "long_name", "Monte Carlo replicate");
  scales_.push_back(std::move(trial));
  hdf5::set_attribute(file_, "coordinates", coordinates);
}

Object ResultWriter::child_group(std::string const& name) {
  auto group = hdf5::create_group(file_, name);
  for (auto const& axis : study_.grid().axes())
    for (auto const k : axis.parameters)
      hdf5::hard_link(file_, study_.description().parameters[k].name, group);
  return group;
}

void ResultWriter::write_states() {
  auto const status = per_trial<std::int8_t>(names::kStatus);
  hdf5::set_attribute(status, "long_name", "state of the trial");
  hdf5::set_attribute(status, "flag_values", std::vector<std::int8_t>{0, 1, 2, 3, 4});
  hdf5::set_attribute(status, "flag_meanings", "not_run ok failed not_converged invalid");
  layout_.for_each_box([&](hdf5::Box const& box, std::vector<std::uint32_t> const& points) {
    std::vector<std::int8_t> values;
    bool any = false;
    for (auto const point : points)
      for (std::int64_t t = 0; t < ledger_.trials(); ++t) {
        auto const s = ledger_.survey().valid[point] ? ledger_.status(point, t) : Status::invalid;
        values.push_back(static_cast<std::int8_t>(s == Status::in_flight ? Status::not_run : s));
        any = any || values.back() != 0;
      }
    if (any) hdf5::write_box<std::int8_t>(status, box, values);
  });
  per_point(file_, names::kTeamSize, ledger_.survey().team_size, "ranks that work on one trial together");
}

std::vector<Summary> ResultWriter::write_per_trial(std::string const& name, std::string const& meaning,
                                                   std::string const& units,
                                                   std::function<double(Record const&)> const& of) {
  last_dataset_ = per_trial<double>(name);
  hdf5::set_attribute(last_dataset_, "long_name", meaning);
  hdf5::set_attribute(last_dataset_, "units", units);
  std::vector<Summary> summaries(layout_.points, summarise({}));
  auto const nan = std::nan("");
  layout_.for_each_box([&](hdf5::Box const& box, std::vector<std::uint32_t> const& points) {
    if (std::none_of(points.begin(), points.end(), [&](auto point) { return bool{done_[point]}; })) return;
    std::vector<double> values(points.size() * layout_.trials, nan);
    bool const whole = std::all_of(sources_.begin(), sources_.end(),
                                   [&](auto const& source) { return source->same_layout(study_); });
    if (whole)
      for (auto const& source : sources_) {
        auto const there = source->box(name, box);
        for (std::size_t k = 0; k < values.size(); ++k)
          if (std::isnan(values[k])) values[k] = there[k];
      }
    for (std::size_t k = 0; k < points.size(); ++k) {
      if (!done_[points[k]]) continue;
      auto const row = std::span(values).subspan(k * layout_.trials, layout_.trials);
      if (!whole) gather(name, points[k], row);
      auto const fresh = by_point_.find(ledger_.survey().representative[points[k]]);
      if (fresh != by_point_.end())
        for (auto const* record : fresh->second)
          if (record->trial < ledger_.trials()) row[static_cast<std::size_t>(record->trial)] = of(*record);
      std::vector<double> counted;
      for (std::size_t t = 0; t < row.size(); ++t) {
        auto const status = ledger_.status(points[k], static_cast<std::int64_t>(t));
        if (!ran(points[k], static_cast<std::int64_t>(t))) row[t] = nan;
        if (status == Status::ok || status == Status::not_converged) counted.push_back(row[t]);
      }
      summaries[points[k]] = summarise(std::move(counted));
    }
    hdf5::write_box<double>(last_dataset_, box, values);
  });
  return summaries;
}

void ResultWriter::gather(std::string const& name, std::uint32_t point, std::span<double> row) {
  auto const representative = ledger_.survey().representative[point];
  std::vector<std::uint32_t> candidates{point, representative};
  if (auto const more = repetitions_.find(representative); more != repetitions_.end())
    candidates.insert(candidates.end(), more->second.begin(), more->second.end());
  for (auto const& source : sources_) {
    for (auto const candidate : candidates) {
      auto const place = source->locate(study_.grid(), candidate);
      if (!place) continue;
      auto const values = source->row(name, *place);
      for (std::size_t t = 0; t < std::min(values.size(), row.size()); ++t)
        if (std::isnan(row[t])) row[t] = values[t];
      break;
    }
  }
}

void ResultWriter::write_metric(std::size_t m) {
  auto const& metric = study_.description().metrics[m];
  auto const summaries = write_per_trial(metric.name, metric.meaning, metric.units,
                                         [m](Record const& record) { return record.values[m]; });
  hdf5::set_attribute(last_dataset_, "valid_range",
                      std::vector<double>{metric.range.lower(), metric.range.upper()});
  hdf5::set_attribute(last_dataset_, "kind", text_of(metric.kind));
  if (!metric.prediction.empty()) hdf5::set_attribute(last_dataset_, "prediction", metric.prediction);
  if (auto const search = LevelSearch::of(study_.configuration(), study_.description());
      search && search->metric() == m)
    for (auto const& summary : summaries) searched_means_.push_back(summary.mean);
  auto const column = [&](auto const& of) {
    std::vector<std::decay_t<decltype(of(summaries.front()))>> values;
    for (auto const& summary : summaries) values.push_back(of(summary));
    return values;
  };
  auto const units = [&](Object const& dataset) { hdf5::set_attribute(dataset, "units", metric.units); };
  units(per_point(summary_, metric.name + "_mean", column([](auto const& s) { return s.mean; }),
                  "mean of " + metric.name));
  units(per_point(summary_, metric.name + "_se", column([](auto const& s) { return s.standard_error; }),
                  "standard error of the mean of " + metric.name));
  units(per_point(summary_, metric.name + "_median", column([](auto const& s) { return s.median; }),
                  "median of " + metric.name));
  per_point(summary_, metric.name + "_count", column([](auto const& s) { return s.count; }),
            "number of finite values of " + metric.name);
}

void ResultWriter::write_predictions() {
  auto const& about = study_.description();
  auto const group = child_group(names::kTheory);
  for (std::size_t k = 0; k < about.predictions.size(); ++k) {
    std::vector<double> values;
    for (std::size_t point = 0; point < layout_.points; ++point)
      values.push_back(ledger_.prediction(k, point));
    auto const dataset = per_point(group, about.predictions[k].name, values, about.predictions[k].meaning);
    hdf5::set_attribute(dataset, "units", "1");
  }
  auto const engine = child_group(names::kEngine);
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory) {
    std::vector<std::int8_t> states;
    for (std::size_t point = 0; point < layout_.points; ++point) {
      auto const state = ledger_.status(point, trial_of_theory(theory));
      states.push_back(static_cast<std::int8_t>(state == Status::in_flight ? Status::not_run : state));
    }
    per_point(engine, about.theories[theory].name, states, "state of the predictions of this theory");
  }
}

void ResultWriter::write_failures() {
  auto const group = hdf5::create_group(file_, names::kFailures);
  auto failures = ledger_.failures();
  std::sort(failures.begin(), failures.end(), [](Failure const& a, Failure const& b) {
    return std::pair(a.point, a.trial) < std::pair(b.point, b.trial);
  });
  Extents const extents{failures.size()};
  auto const column = [&](std::string const& name, auto const& of) {
    std::vector<std::int64_t> values;
    for (auto const& failure : failures) values.push_back(of(failure));
    hdf5::write_dataset(group, name, values, extents);
  };
  auto const& axes = study_.grid().axes();
  for (std::size_t a = 0; a < axes.size(); ++a)
    column(study_.description().parameters[axes[a].parameters.front()].name + "_index",
           [&](Failure const& failure) {
             return static_cast<std::int64_t>(study_.grid().position(failure.point, a));
           });
  column(names::kTrial, [](Failure const& failure) { return failure.trial; });
  std::vector<std::string> reasons;
  std::vector<std::int8_t> letters;
  for (auto const& failure : failures) {
    reasons.push_back(failure.reason);
    letters.insert(letters.end(), failure.reason.begin(), failure.reason.end());
    letters.push_back(0);
  }
  hdf5::write_dataset(group, "reason", reasons, extents);
  // Strings of variable length lie outside HDF5's checksums, and damaged ones crash it: what a resumed run
  // reads is this copy.
  hdf5::write_dataset(group, names::kReasonLetters, letters, {letters.size()});
}

void write_result_file(std::string const& path, Study const& study, Ledger const& ledger,
                       std::vector<Record> const& records,
                       std::vector<std::shared_ptr<ResultReader const>> const& sources,
                       Provenance const& provenance) try {
  ResultWriter(path, study, ledger, records, sources).write(provenance);
} catch (...) {
  // A full disk needs the room.
  std::remove(path.c_str());
  throw;
}

void replace_file(std::string const& temporary, std::string const& path) try {
  sync(temporary, O_RDONLY);
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    throw std::runtime_error(path + ": " + std::strerror(errno));
  auto const folder = std::filesystem::path(path).parent_path();
  sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
} catch (...) {
  std::remove(temporary.c_str());
  throw;
}

}  // namespace thresher::study
