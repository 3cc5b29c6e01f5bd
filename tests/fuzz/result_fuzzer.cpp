// Edits of a result file, which is read as an input file as well.
#include "fuzzing.hpp"
#include "input/input_file.hpp"
#include "results/result_file.hpp"
#include "results/resume.hpp"
#include "study/study.hpp"

#include <memory>

using namespace thresher::input;
using namespace thresher::study;
using namespace thresher::results;

namespace {

std::string write_whole() {
  auto const& study = fuzzing::small_study();
  auto const path = fuzzing::file_of({});
  Ledger ledger(study, survey(study, 1, 1e9, {}));
  auto const records = fuzzing::some_records();
  for (auto const& record : records) ledger.enter(record);
  write_result_file(path, study, ledger, FreshTrials(ledger.survey(), records), {}, {{{"runs", "once"}}});
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const& experiment = fuzzing::small_study().experiment();
  static auto const whole = fuzzing::bytes_of(write_whole());
  auto const path = fuzzing::file_of(fuzzing::edited(whole, {data, size}));
  fuzzing::accepts([&] {
    ResultReader const stored(path, experiment.description());
    if (static_cast<double>(stored.grid().size()) * static_cast<double>(stored.trials()) > 1e6) return;
    Request request;
    complete_request(request, stored, experiment.description());
    Study const study(experiment, configure(request, experiment.description()));
    require_extension(study, stored);
    Ledger ledger(study, survey(study, 1, 1e9, stored.team_sizes(study.grid())));
    stored.enter_into(ledger, study);
  });
  fuzzing::accepts([&] {
    InputFile const input(path);
    (void)input.members("theory");
    for (auto const* name : {"size", "status", "theory/expected", "failures/reason"}) {
      auto const extents = input.extents(name);
      if (extents.empty() || extents.size() > 2 || extents[0] > 1000 || extents.back() > 1000) continue;
      input.read(name, {0, extents[0]}, {0, extents.size() == 1 ? 1 : extents.back()});
      (void)input.text(name, "long_name");
      (void)input.numbers(name, "flag_values");
    }
  });
  return 0;
}
