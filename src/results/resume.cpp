#include "results/resume.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::results {

namespace {

/// Options that make other trials: a file holds those of one value.
constexpr char const* kFixedOptions[] = {"seed", "common_random_numbers", "shard", "search", "search_level"};

}  // namespace

void complete_request(Request& request, ResultReader const& stored, Description const& description) {
  auto const& table = options_table();
  auto const was = stored.configuration();
  Configuration const now = configure(request, description);
  for (std::size_t k = 0; k < table.specifications().size(); ++k) {
    auto const& name = table.specifications()[k].name;
    bool const fixed =
        std::find(std::begin(kFixedOptions), std::end(kFixedOptions), name) != std::end(kFixedOptions);
    if (!fixed || !request.inputs.contains(name)) continue;
    if (table.get(now.options, k) != table.get(was.options, k))
      throw UserError(fmt::format("{} = {}: the file {} was made with {} = {}", name,
                                  to_text(table.get(now.options, k)), stored.path(), name,
                                  to_text(table.get(was.options, k))));
  }
  // A zip that is stored goes on unless another is given; a parameter given alone stays on its stored axis.
  for (auto const& [name, given] : stored.inputs()) request.inputs.try_emplace(name, given);
}

void require_extension(Study const& study, ResultReader const& stored) {
  auto const& parameters = study.description().parameters;
  if (stored.trials() > study.trials())
    throw UserError(fmt::format("trials = {}: the file {} holds {}; allowed are as many or more",
                                study.trials(), stored.path(), stored.trials()));
  auto const& grid = stored.grid();
  auto const require = [&](std::size_t number) {
    auto const point = grid.point(number);
    if (study.grid().find(point)) return;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      auto const& values = study.configuration().values[k];
      if (std::find(values.begin(), values.end(), point[k]) == values.end())
        throw UserError(
            fmt::format("{} = {}: the file {} holds {} = {}; a list of values must contain the stored ones",
                        parameters[k].name, to_text(values.front()) + (values.size() > 1 ? ", ..." : ""),
                        stored.path(), parameters[k].name, to_text(point[k])));
    }
    throw UserError(
        fmt::format("zip: the grid does not contain the stored point {}", grid.label(parameters, number)));
  };
  // A grid is a product: it contains another one when it contains a point for each row of its axes.
  require(0);
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    for (std::size_t row = 0; row < grid.axes()[a].rows.size(); ++row) require(row * grid.stride(a));
}

JournalContents adopt_journal(std::string const& path, Study const& study) {
  auto const& about = study.description();
  JournalContents contents;
  try {
    contents = Journal::read(path);
  } catch (std::exception const& error) {
    throw UserError(fmt::format("{}: is damaged ({})", path, error.what()));
  }
  if (contents.experiment.empty()) return {};
  if (contents.experiment != about.name)
    throw UserError(
        fmt::format("{}: belongs to experiment {}, not {}", path, contents.experiment, about.name));
  Request request;
  request.inputs = read_toml(contents.toml, path, about);
  auto const configuration = configure(request, about);
  if (configuration.options.seed != study.options().seed ||
      configuration.options.common_random_numbers != study.options().common_random_numbers)
    throw UserError(fmt::format("{}: belongs to a run with another seed", path));
  auto const grid = configuration.grid(about);
  auto const place = [&](std::uint32_t number) {
    return number < grid.size() ? study.grid().find(grid.point(number)) : std::nullopt;
  };
  JournalContents adopted;
  for (auto& record : contents.records) {
    // A driver that was rebuilt with another metric must not take the numbers of the old one for its own.
    if (values_of(about, record.trial) != record.values.size() || record.status < Status::ok ||
        record.status > Status::not_converged)
      throw UserError(
          fmt::format("{}: was written by another version of {}; without it, its trials are run again", path,
                      about.name));
    auto const here = place(record.point);
    if (!here || record.trial >= study.trials()) continue;
    record.point = static_cast<std::uint32_t>(*here);
    adopted.records.push_back(std::move(record));
  }
  for (auto const& [unit, count] : contents.strikes)
    if (auto const here = place(unit.second); here && values_of(about, unit.first))
      adopted.strikes[{unit.first, static_cast<std::uint32_t>(*here)}] = count;
  for (auto const& unit : contents.in_flight) {
    if (!values_of(about, unit.trial)) continue;
    Unit moved{unit.trial, {}};
    for (auto const point : unit.points)
      if (auto const here = place(point)) {
        moved.points.push_back(static_cast<std::uint32_t>(*here));
        if (!contents.ended_on_demand) ++adopted.strikes[{unit.trial, moved.points.back()}];
      }
    adopted.in_flight.push_back(std::move(moved));
  }
  // A unit that came back is cleared.
  for (auto const& record : adopted.records) adopted.strikes.erase({record.trial, record.point});
  return adopted;
}

void enter_journal(JournalContents& journal, Ledger& ledger, Study const& study) {
  for (auto const& [unit, strikes] : journal.strikes)
    if (strikes >= kMostStrikes)
      journal.records.push_back(
          Record::failed(study.description(), unit.second, unit.first,
                         fmt::format("crashed: in flight at {} abnormal ends in a row", strikes)));
  std::erase_if(journal.strikes, [](auto const& strike) { return strike.second >= kMostStrikes; });
  for (auto const& record : journal.records) ledger.enter(record);
}

void forget_failures(JournalContents& journal, Ledger& ledger) {
  for (auto const& failure : std::vector<Failure>(ledger.failures())) {
    ledger.retry(failure.point, failure.trial);
    std::erase_if(journal.records, [&](Record const& record) {
      return record.point == failure.point && record.trial == failure.trial;
    });
  }
}

}  // namespace thresher::results
