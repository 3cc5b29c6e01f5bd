#include "results/result_writer.hpp"

#include "hdf5/file.hpp"
#include "results/failure_table.hpp"
#include "results/integrity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ranges>

namespace thresher::results {

using hdf5::Object;
using hdf5::set_attribute;

namespace {

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
                           FreshTrials const& fresh,
                           std::vector<std::shared_ptr<ResultReader const>> const& sources)
    : study_(study),
      ledger_(ledger),
      sources_(sources),
      layout_(study),
      file_(hdf5::create_file(path, layout_.most_chunks(study))),
      search_(LevelSearch::of(study.configuration(), study.description())),
      sources_match_(
          std::ranges::all_of(sources, [&](auto const& source) { return source->same_layout(study); })),
      done_(layout_.points, 0),
      fresh_(fresh) {
  auto const& representative = ledger.survey().representative;
  for (std::size_t k = 0; k < fresh.size(); ++k)
    if (fresh.trial(k) < ledger.trials()) fresh_places_.emplace_back(representative[fresh.point(k)], k);
  std::ranges::sort(fresh_places_);
  for (std::uint32_t point = 0; point < layout_.points; ++point) {
    if (representative[point] != point) repetitions_[representative[point]].push_back(point);
    for (std::int64_t t = 0; t < ledger.trials() && !done_[point]; ++t)
      done_[point] = has_run(ledger.status(point, t));
  }
}

void ResultWriter::write(Provenance const& provenance) {
  write_attributes(provenance);
  write_coordinates();
  if (layout_.trials > 0) write_statuses();
  write_points();
  write_metrics();
  write_search();
  write_predictions();
  write_failures(file_, study_, ledger_.failures());
  write_artifacts();
  hdf5::flush(file_);
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
  Object dataset;
  if constexpr (std::is_same_v<T, std::int64_t>)
    dataset = hdf5::write_integers(parent, name, values, layout_.axes);
  else
    dataset = hdf5::write_dataset(parent, name, values, layout_.axes);
  seal(dataset, values);
  attach_scales(dataset, layout_.axes.size());
  set_attribute(dataset, "long_name", meaning);
  return dataset;
}

void ResultWriter::write_statuses() {
  auto const status = create_per_trial<std::int8_t>(names::kStatus, "state of the trial");
  set_attribute(status, "flag_values", std::vector<std::int8_t>{0, 1, 2, 3, 4});
  set_attribute(status, "flag_meanings", "not_run ok failed not_converged invalid");
  PartsSeal sealed;
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t first, std::size_t count) {
    std::vector<std::int8_t> values;
    for (auto point = first; point < first + count; ++point)
      for (std::int64_t t = 0; t < ledger_.trials(); ++t)
        values.push_back(
            stored_state(ledger_.survey().valid[point] ? ledger_.status(point, t) : Status::invalid));
    if (std::ranges::all_of(values, [](auto value) { return value == 0; })) return;
    hdf5::write_box<std::int8_t>(status, box, values);
    sealed.add<std::int8_t>(values);
  });
  sealed.set(status);
}

void ResultWriter::write_points() {
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
  std::vector<std::int64_t> ran, failed, not_converged;
  for (std::size_t point = 0; point < layout_.points; ++point) {
    auto const tally = ledger_.survey().valid[point] ? ledger_.tally(point) : Tally{};
    ran.push_back(tally.ran);
    failed.push_back(tally.failed);
    not_converged.push_back(tally.not_converged);
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

std::span<std::pair<std::uint32_t, std::size_t> const> ResultWriter::fresh_of(std::uint32_t point) const {
  auto const found = std::ranges::equal_range(fresh_places_, ledger_.survey().representative[point], {},
                                              [](auto const& place) { return place.first; });
  return {found.begin(), found.end()};
}

std::vector<double> ResultWriter::stored(std::string const& name, hdf5::Box const& box, std::uint32_t first,
                                         std::size_t count) const {
  std::vector<double> values;
  auto const fill = [](std::span<double> gaps, std::vector<double> const& found) {
    for (std::size_t k = 0; k < std::min(found.size(), gaps.size()); ++k)
      if (std::isnan(gaps[k])) gaps[k] = found[k];
  };
  // A box may hold a million trials: what the first source has is not copied.
  if (sources_match_ && !sources_.empty()) {
    values = sources_.front()->box(name, box);
    for (auto const& source : sources_ | std::views::drop(1)) fill(values, source->box(name, box));
    return values;
  }
  values.assign(count * layout_.trials, std::nan(""));
  for (auto const& source : sources_)
    for (auto point = first; point < first + count; ++point) {
      auto const place = done_[point] ? place_in(*source, point) : std::nullopt;
      if (place)
        fill(std::span(values).subspan((point - first) * layout_.trials, layout_.trials),
             source->row(name, *place));
    }
  return values;
}

std::pair<Object, ResultWriter::Summaries> ResultWriter::write_per_trial(
    std::string const& name, std::string const& meaning, std::string const& units,
    std::function<double(std::size_t)> const& of) {
  auto dataset = create_per_trial<double>(name, meaning);
  set_attribute(dataset, "units", units);
  auto const nan = std::nan("");
  std::vector<double> const unknown(layout_.points, nan);
  PartsSeal sealed;
  Summaries summaries{unknown, unknown, unknown, std::vector<std::int64_t>(layout_.points, 0)};
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t first, std::size_t count) {
    auto const box_done = std::span(done_).subspan(first, count);
    if (std::ranges::find(box_done, true) == box_done.end()) return;
    auto values = stored(name, box, first, count);
    for (auto point = first; point < first + count; ++point) {
      if (!done_[point]) continue;
      auto const row = std::span(values).subspan((point - first) * layout_.trials, layout_.trials);
      for (auto const& [key, k] : fresh_of(point)) row[static_cast<std::size_t>(fresh_.trial(k))] = of(k);
      std::vector<double> counted;
      counted.reserve(row.size());
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
    sealed.add<double>(values);
  });
  sealed.set(dataset);
  return {std::move(dataset), std::move(summaries)};
}

void ResultWriter::write_metrics() {
  auto const group = child_group(names::kSummary);
  write_trial_counts(group);
  if (layout_.trials == 0) return;
  write_per_trial(names::kSeconds, "seconds of the trial: its own analysis and its share of the generation",
                  "s", [&](std::size_t k) { return fresh_.seconds(k); });
  auto const& metrics = study_.description().metrics;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (!ledger_.survey().applicable_somewhere[m]) continue;
    auto const& metric = metrics[m];
    auto const [dataset, summaries] = write_per_trial(metric.name, metric.meaning, metric.units,
                                                      [&](std::size_t k) { return fresh_.value(k, m); });
    set_attribute(dataset, "valid_range", std::vector<double>{metric.range.lower(), metric.range.upper()});
    set_attribute(dataset, "kind", text_of(metric.kind));
    std::vector<std::string> known;
    for (auto const& name : split_names(metric.prediction, ' '))
      if (auto const k = find_named(study_.description().predictions, name); k && ledger_.has_prediction(*k))
        known.push_back(name);
    if (!known.empty()) set_attribute(dataset, "prediction", fmt::format("{}", fmt::join(known, " ")));
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
    if (!ledger_.has_prediction(k)) continue;
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

void write_result_file(std::string const& path, Study const& study, Ledger const& ledger,
                       FreshTrials const& fresh,
                       std::vector<std::shared_ptr<ResultReader const>> const& sources,
                       Provenance const& provenance) try {
  ResultWriter(path, study, ledger, fresh, sources).write(provenance);
} catch (...) {
  // A full disk needs the room.
  std::remove(path.c_str());
  throw;
}

}  // namespace thresher::results
