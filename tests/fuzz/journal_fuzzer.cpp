// Edits of a journal. Checksums are mended, so that what they guard is reached.
#include "fuzzing.hpp"
#include "results/resume.hpp"
#include "study/study.hpp"

#include <cstring>
#include <vector>

using namespace thresher::study;
using namespace thresher::results;

namespace {

void mend_checksums(std::span<std::uint8_t> journal) {
  for (std::size_t at = 8; at + 9 < journal.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, &journal[at], sizeof(length));
    std::size_t const size = 8 + std::size_t{length};
    if (length == 0 || size > journal.size() - at) return;
    auto const entry = journal.subspan(at, size);
    std::memset(&entry[4], 0, 4);
    auto const sum = crc32(std::as_bytes(entry));
    std::memcpy(&entry[4], &sum, sizeof(sum));
    at += size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const& study = fuzzing::small_study();
  static auto const whole = [&] {
    auto const path = fuzzing::file_of({}) + ".journal";
    JournalContents const contents{.toml = study.configuration().toml(study.description()),
                                   .experiment = study.description().name,
                                   .records = fuzzing::some_records(),
                                   .in_flight = {{4, {0, 1}}, {-1, {2}}},
                                   .strikes = {{{4, 3}, 2}}};
    Journal const journal(path, contents);
    auto bytes = fuzzing::bytes_of(path);
    unlink(path.c_str());
    return bytes;
  }();
  auto journal = fuzzing::edited(whole, {data, size});
  mend_checksums(journal);
  auto const path = fuzzing::file_of(journal);
  fuzzing::accepts([&] {
    auto const adopted = adopt_journal(path, study);
    // What is adopted goes on as if it had just come from a trial.
    auto survey = thresher::study::survey(study, 1, 1e9, {});
    Ledger ledger(study, std::move(survey));
    for (auto const& record : adopted.records) ledger.enter(record);
    for (std::size_t point = 0; point < study.grid().size(); ++point) (void)ledger.prediction(0, point);
  });
  return 0;
}
