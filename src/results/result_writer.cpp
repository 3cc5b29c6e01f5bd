#include "results/result_writer.hpp"

#include "hdf5/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

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
        return hdf5::write_dataset(parent, parameter.name, column, extents);
      },
      values.front());
  set_attribute(dataset, "long_name", parameter.meaning);
  if (parameter.kind == Kind::integer || parameter.kind == Kind::real) set_attribute(dataset, "units", "1");
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

/// A file knows no trial in flight: it is run again.
std::int8_t stored_state(Status status) {
  return static_cast<std::int8_t>(status == Status::in_flight ? Status::not_run : status);
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
      search_(LevelSearch::of(study.configuration(), study.description())),
      sources_match_(
          std::ranges::all_of(sources, [&](auto const& source) { return source->same_layout(study); })),
      done_(layout_.points, 0) {
  auto const& representative = ledger.survey().representative;
  for (auto const& record : records)
    if (record.trial >= 0 && record.trial < ledger.trials())
      by_point_[representative[record.point]].push_back(&record);
  for (std::uint32_t point = 0; point < layout_.points; ++point) {
    if (representative[point] != point) repetitions_[representative[point]].push_back(point);
    for (std::int64_t t = 0; t < ledger.trials() && !done_[point]; ++t)
      done_[point] = has_run(ledger.status(point, t));
  }
}

void ResultWriter::write(Provenance const& provenance) {
  write_attributes(provenance);
  write_coordinates();
  write_states();
  write_metrics();
  write_search();
  write_predictions();
  write_failures();
  write_artifacts();
  hdf5::flush(file_);
}

void ResultWriter::write_attributes(Provenance const& provenance) {
  auto const& about = study_.description();
  set_attribute(file_, "title", about.title);
  set_attribute(file_, "experiment", about.name);
  set_attribute(file_, "data_version", std::int64_t{about.data_version});
  set_attribute(file_, "citation", about.citation);
  set_attribute(file_, "Conventions", "CF-1.8");
  set_attribute(file_, "thresher_format", names::kFormat);
  set_attribute(file_, "seed", study_.options().seed);
  set_attribute(file_, "toml", study_.configuration().toml(about));
  std::vector<std::string> headlines;
  for (auto const& headline : about.headlines)
    headlines.push_back(fmt::format("{} over {}", fmt::join(headline.quantities, " "), headline.over));
  if (!headlines.empty()) set_attribute(file_, "headlines", fmt::format("{}", fmt::join(headlines, "; ")));
  // What does not count when files are compared: how, where and when, and which of equal ways to ask was
  // used.
  std::string uncompared = "toml headlines provenance_attributes";
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
  scales_.push_back(hdf5::write_counting_scale(file_, names::kTrial, layout_.trials));
  set_attribute(scales_.back(), "long_name", "Monte Carlo replicate");
  set_attribute(file_, "coordinates", fmt::format("{}", fmt::join(coordinates, " ")));
}

Object ResultWriter::child_group(std::string const& name) {
  auto group = hdf5::create_group(file_, name);
  for (auto const& axis : study_.grid().axes())
    for (auto const k : axis.parameters)
      hdf5::hard_link(file_, study_.description().parameters[k].name, group);
  return group;
}

void ResultWriter::attach_scales(Object const& dataset, std::size_t dimensions) {
  for (std::size_t d = 0; d < dimensions; ++d)
    hdf5::attach_scale(dataset, scales_[d], static_cast<unsigned>(d));
}

template <class T>
Object ResultWriter::create_per_trial(std::string const& name, std::string const& meaning) {
  auto dataset = hdf5::create_dataset<T>(file_, name, layout_.per_trial, layout_.trial_chunk);
  attach_scales(dataset, layout_.per_trial.size());
  set_attribute(dataset, "long_name", meaning);
  return dataset;
}

template <class T>
Object ResultWriter::write_per_point(Object const& parent, std::string const& name,
                                     std::string const& meaning, std::vector<T> const& values) {
  auto dataset = hdf5::write_dataset(parent, name, values, layout_.axes);
  attach_scales(dataset, layout_.axes.size());
  set_attribute(dataset, "long_name", meaning);
  return dataset;
}

void ResultWriter::write_states() {
  auto const status = create_per_trial<std::int8_t>(names::kStatus, "state of the trial");
  set_attribute(status, "flag_values", std::vector<std::int8_t>{0, 1, 2, 3, 4});
  set_attribute(status, "flag_meanings", "not_run ok failed not_converged invalid");
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t first, std::size_t count) {
    std::vector<std::int8_t> values;
    for (auto point = first; point < first + count; ++point)
      for (std::int64_t t = 0; t < ledger_.trials(); ++t)
        values.push_back(
            stored_state(ledger_.survey().valid[point] ? ledger_.status(point, t) : Status::invalid));
    if (std::ranges::any_of(values, [](auto value) { return value != 0; }))
      hdf5::write_box<std::int8_t>(status, box, values);
  });
  write_per_point(file_, names::kTeamSize, "ranks that work on one trial together",
                  ledger_.survey().team_size);
  if (!study_.target_error()) return;
  std::vector<std::int8_t> targets;
  for (std::size_t point = 0; point < layout_.points; ++point)
    targets.push_back(static_cast<std::int8_t>(ledger_.target_state(point)));
  auto const target = write_per_point(
      file_, names::kTargetState,
      "whether " + study_.options().target_se + " was reached, or missed with all trials", targets);
  set_attribute(target, "flag_values", std::vector<std::int8_t>{0, 1, 2});
  set_attribute(target, "flag_meanings", "open reached missed");
}

void ResultWriter::write_trial_counts(Object const& summary) {
  std::vector<std::int32_t> ran, failed, not_converged;
  for (std::size_t point = 0; point < layout_.points; ++point) {
    auto const tally = ledger_.survey().valid[point] ? ledger_.tally(point) : Tally{};
    ran.push_back(static_cast<std::int32_t>(tally.ran));
    failed.push_back(static_cast<std::int32_t>(tally.failed));
    not_converged.push_back(static_cast<std::int32_t>(tally.not_converged));
  }
  write_per_point(summary, names::kTrialsRan, "trials that came back", ran);
  write_per_point(summary, names::kTrialsFailed, "trials that failed: without numbers", failed);
  write_per_point(summary, names::kTrialsNotConverged,
                  "trials that did not converge: with the numbers they had", not_converged);
}

std::optional<std::size_t> ResultWriter::place_in(ResultReader const& source, std::uint32_t point) const {
  if (auto const place = source.locate(study_.grid(), point)) return place;
  auto const representative = ledger_.survey().representative[point];
  if (auto const place = source.locate(study_.grid(), representative)) return place;
  if (auto const others = repetitions_.find(representative); others != repetitions_.end())
    for (auto const other : others->second)
      if (auto const place = source.locate(study_.grid(), other)) return place;
  return std::nullopt;
}

std::vector<Record const*> const& ResultWriter::fresh(std::uint32_t point) const {
  static std::vector<Record const*> const none;
  auto const found = by_point_.find(ledger_.survey().representative[point]);
  return found == by_point_.end() ? none : found->second;
}

std::vector<double> ResultWriter::stored(std::string const& name, hdf5::Box const& box, std::uint32_t first,
                                         std::size_t count) const {
  std::vector<double> values(count * layout_.trials, std::nan(""));
  auto const fill = [](std::span<double> gaps, std::vector<double> const& found) {
    for (std::size_t k = 0; k < std::min(found.size(), gaps.size()); ++k)
      if (std::isnan(gaps[k])) gaps[k] = found[k];
  };
  for (auto const& source : sources_) {
    if (sources_match_) {
      fill(values, source->box(name, box));
      continue;
    }
    for (auto point = first; point < first + count; ++point) {
      auto const place = done_[point] ? place_in(*source, point) : std::nullopt;
      if (place)
        fill(std::span(values).subspan((point - first) * layout_.trials, layout_.trials),
             source->row(name, *place));
    }
  }
  return values;
}

std::pair<Object, ResultWriter::Summaries> ResultWriter::write_per_trial(
    std::string const& name, std::string const& meaning, std::string const& units,
    std::function<double(Record const&)> const& of) {
  auto dataset = create_per_trial<double>(name, meaning);
  set_attribute(dataset, "units", units);
  auto const nan = std::nan("");
  std::vector<double> const unknown(layout_.points, nan);
  Summaries summaries{unknown, unknown, unknown, std::vector<std::int64_t>(layout_.points, 0)};
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t first, std::size_t count) {
    auto const box_done = std::span(done_).subspan(first, count);
    if (std::ranges::find(box_done, true) == box_done.end()) return;
    auto values = stored(name, box, first, count);
    for (auto point = first; point < first + count; ++point) {
      if (!done_[point]) continue;
      auto const row = std::span(values).subspan((point - first) * layout_.trials, layout_.trials);
      for (auto const* record : fresh(point)) row[static_cast<std::size_t>(record->trial)] = of(*record);
      std::vector<double> counted;
      for (std::size_t t = 0; t < row.size(); ++t) {
        auto const status = ledger_.status(point, static_cast<std::int64_t>(t));
        if (!has_run(status)) row[t] = nan;
        if (status == Status::ok || status == Status::not_converged) counted.push_back(row[t]);
      }
      auto const summary = summarise(std::move(counted));
      summaries.mean[point] = summary.mean;
      summaries.standard_error[point] = summary.standard_error;
      summaries.median[point] = summary.median;
      summaries.count[point] = summary.count;
    }
    hdf5::write_box<double>(dataset, box, values);
  });
  return {std::move(dataset), std::move(summaries)};
}

void ResultWriter::write_metrics() {
  write_per_trial(names::kSeconds, "seconds of the trial: its own analysis and its share of the generation",
                  "s", [](Record const& record) { return record.seconds; });
  auto const group = child_group(names::kSummary);
  write_trial_counts(group);
  auto const& metrics = study_.description().metrics;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (!ledger_.survey().applicable_somewhere[m]) continue;
    auto const& metric = metrics[m];
    auto const [dataset, summaries] = write_per_trial(metric.name, metric.meaning, metric.units,
                                                      [m](Record const& record) { return record.values[m]; });
    set_attribute(dataset, "valid_range", std::vector<double>{metric.range.lower(), metric.range.upper()});
    set_attribute(dataset, "kind", text_of(metric.kind));
    if (auto const k = find_named(study_.description().predictions, metric.prediction);
        k && ledger_.is_predicted(*k))
      set_attribute(dataset, "prediction", metric.prediction);
    auto const summarised = [&](char const* ending, std::string const& meaning,
                                std::vector<double> const& values) {
      set_attribute(write_per_point(group, metric.name + ending, meaning + metric.name, values), "units",
                    metric.units);
    };
    summarised(names::kSummaryEndings[0], "mean of ", summaries.mean);
    summarised(names::kSummaryEndings[1], "standard error of the mean of ", summaries.standard_error);
    summarised(names::kSummaryEndings[2], "median of ", summaries.median);
    write_per_point(group, metric.name + names::kSummaryEndings[3],
                    "number of finite values of " + metric.name, summaries.count);
    if (search_ && search_->metric() == m) searched_means_ = summaries.mean;
  }
}

void ResultWriter::write_predictions() {
  auto const& about = study_.description();
  auto const along_points = [&](auto const& value_at) {
    std::vector<decltype(value_at(std::size_t{0}))> values;
    for (std::size_t point = 0; point < layout_.points; ++point) values.push_back(value_at(point));
    return values;
  };
  auto const group = child_group(names::kTheory);
  for (std::size_t k = 0; k < about.predictions.size(); ++k) {
    if (!ledger_.is_predicted(k)) continue;
    set_attribute(
        write_per_point(group, about.predictions[k].name, about.predictions[k].meaning,
                        along_points([&](std::size_t point) { return ledger_.prediction(k, point); })),
        "units", "1");
  }
  auto const states = child_group(names::kTheoryStatus);
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory)
    write_per_point(states, about.theories[theory].name, "state of the predictions of this theory",
                    along_points([&](std::size_t point) {
                      return stored_state(ledger_.status(point, trial_of_theory(theory)));
                    }));
}

void ResultWriter::write_failures() {
  auto const group = hdf5::create_group(file_, names::kFailures);
  auto failures = ledger_.failures();
  std::ranges::sort(failures, {},
                    [](Failure const& failure) { return std::pair(failure.point, failure.trial); });
  Extents const extents{failures.size()};
  auto const column = [&](std::string const& name, auto const& of) {
    std::vector<std::int64_t> values;
    for (auto const& failure : failures) values.push_back(of(failure));
    hdf5::write_dataset(group, name, values, extents);
  };
  auto const& axes = study_.grid().axes();
  for (std::size_t a = 0; a < axes.size(); ++a)
    column(names::index_along(study_.description().parameters[axes[a].parameters.front()].name),
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

}  // namespace thresher::results
