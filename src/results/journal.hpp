#pragma once

#include "results/durable_file.hpp"
#include "study/record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace thresher::results {

using namespace study;

/// Abnormal ends in a row at which a unit was in flight, by (trial, first point).
using Strikes = std::map<std::pair<std::int64_t, std::uint32_t>, int>;
/// So many are taken for the unit's own fault.
inline constexpr int kMostStrikes = 3;

/// What a journal holds: everything that happened since the result file was written last.
struct JournalContents {
  std::string toml;  ///< inputs of the study whose points the entries number
  std::string experiment;
  std::vector<Record> records;  ///< in order; a later one of the same trial counts
  std::vector<Unit> in_flight;  ///< handed out, not (wholly) back
  Strikes strikes;
  /// The run was asked to end (or ended itself): what was in flight then is not to blame for the end.
  bool ended_on_demand = false;
};

/// Records as entries of a journal. Who has the records makes them, so that who has the journal need not.
class RecordEntries {
 public:
  void add(Record const& record);
  bool empty() const { return bytes_.empty(); }
  /// All that were added; none are left.
  std::vector<std::byte> take() { return std::exchange(bytes_, {}); }

 private:
  std::vector<std::byte> bytes_;
};

/// Visits the records of whole entries, as `RecordEntries` gives them. The record lasts as long as the visit.
void for_each_record(std::span<std::byte const> entries, std::function<void(Record const&)> const& visit);

/// Append-only file of entries with length and checksum beside the result file. Entries are in the kernel's
/// hands when `append` returns (they survive the death of the process) and on disk after `sync`. What comes
/// together is appended together: the call into the kernel is dearer than an entry.
class Journal {
 public:
  /// A fresh journal in place of the one at `path` (written beside, synced, renamed), with the entries given.
  /// Who may not read the file `access_of` may not read this one. Throws std::runtime_error.
  Journal(std::string path, JournalContents const& contents, std::string const& access_of = "");

  /// What `RecordEntries` gave.
  void append(std::span<std::byte const> record_entries) { write(record_entries); }
  void append(std::span<Unit const> handed_out);
  /// Notes that the run ends because it is to end.
  void append_end_on_demand();
  /// May be called from another thread than append.
  void sync() const;

  /// Reads a journal; what follows a torn or damaged entry is dropped (its trials are run again).
  /// Throws std::runtime_error when `path` exists and is no journal.
  static JournalContents read(std::string const& path);

 private:
  void write(std::span<std::byte const> bytes);
  std::string path_;
  Descriptor descriptor_;
};

}  // namespace thresher::results
