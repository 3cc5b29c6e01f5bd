#include "results/fresh_trials.hpp"

#include <map>
#include <string>
#include <utility>

namespace thresher::results {

FreshTrials::FreshTrials(Survey const& survey) {
  for (bool const applies : survey.applicable_somewhere)
    columns_.push_back(applies ? static_cast<int>(width_++) : -1);
}

FreshTrials::FreshTrials(Survey const& survey, std::vector<Record> const& records) : FreshTrials(survey) {
  for (auto const& record : records) add(record);
}

void FreshTrials::add(Record const& record) {
  if (record.trial < 0) return;
  bytes_ += sizeof(Trial) + width_ * sizeof(double);
  for (auto const& artifact : record.artifacts)
    bytes_ += sizeof(Artifact) + artifact.values.size() * sizeof(double);
  if (!record.artifacts.empty()) artifacts_.emplace(trials_.size(), record.artifacts);
  trials_.push_back({record.point, record.trial, record.seconds});
  for (std::size_t metric = 0; metric < columns_.size(); ++metric)
    if (columns_[metric] >= 0) values_.push_back(record.values[metric]);
}

std::span<Artifact const> FreshTrials::artifacts(std::size_t k) const {
  auto const found = artifacts_.find(k);
  return found == artifacts_.end() ? std::span<Artifact const>() : found->second;
}

std::vector<Record> FreshTrials::records(Ledger const& ledger) const {
  std::map<std::pair<std::uint32_t, std::int64_t>, std::string const*> reasons;
  for (auto const& failure : ledger.failures()) reasons[{failure.point, failure.trial}] = &failure.reason;
  std::vector<Record> records;
  for (std::size_t k = 0; k < size(); ++k) {
    Record record{.point = point(k),
                  .trial = trial(k),
                  .status = ledger.status(point(k), trial(k)),
                  .seconds = seconds(k)};
    for (std::size_t metric = 0; metric < columns_.size(); ++metric)
      record.values.push_back(value(k, metric));
    auto const arrays = artifacts(k);
    record.artifacts.assign(arrays.begin(), arrays.end());
    if (auto const reason = reasons.find({record.point, record.trial}); reason != reasons.end())
      record.reason = *reason->second;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace thresher::results
