#include "results/journal.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <unistd.h>
#include <utility>

namespace thresher::results {

namespace {

constexpr char kMagic[8] = {'T', 'H', 'R', 'J', 'N', 'L', '2', '\n'};

enum class Entry : std::uint8_t { header, record, handed_out, strike, end_on_demand };

/// What every entry begins with; its kind and its fields follow.
struct Prefix {
  std::uint32_t length = 0;    ///< of what follows
  std::uint32_t checksum = 0;  ///< of the whole entry, in which this field counts as 0
};

template <class... Fields>
std::vector<std::byte> entry_of(Entry kind, Fields const&... fields) {
  bytes::Writer entry;
  entry.put(Prefix{}, kind, fields...);
  auto bytes = entry.take();
  Prefix prefix{static_cast<std::uint32_t>(bytes.size() - sizeof(Prefix)), 0};
  std::memcpy(bytes.data(), &prefix, sizeof(prefix));
  prefix.checksum = crc32(bytes);
  std::memcpy(bytes.data(), &prefix, sizeof(prefix));
  return bytes;
}

template <class... Fields>
void append_entry(std::vector<std::byte>& entries, Entry kind, Fields const&... fields) {
  auto const entry = entry_of(kind, fields...);
  entries.insert(entries.end(), entry.begin(), entry.end());
}

/// The entry that `bytes` begin with, or nothing when it is torn or damaged.
std::vector<std::byte> whole_entry(std::span<std::byte const> bytes) {
  if (bytes.size() <= sizeof(Prefix)) return {};
  auto prefix = bytes::Reader(bytes).get<Prefix>();
  std::size_t const size = sizeof(Prefix) + std::size_t{prefix.length};
  if (prefix.length == 0 || size > bytes.size()) return {};
  std::vector<std::byte> entry(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  auto const checksum = std::exchange(prefix.checksum, 0);
  std::memcpy(entry.data(), &prefix, sizeof(prefix));
  if (crc32(entry) != checksum) return {};
  return entry;
}

}  // namespace

void RecordEntries::add(Record const& record) {
  append_entry(bytes_, Entry::record, record);
}

void for_each_record(std::span<std::byte const> entries, std::function<void(Record const&)> const& visit) {
  Record record;  // its memory serves all
  while (!entries.empty()) {
    bytes::Reader fields(entries);
    auto const prefix = fields.get<Prefix>();
    if (fields.get<Entry>() != Entry::record) throw std::logic_error("entry of a record expected");
    fields.read(record);
    visit(record);
    entries = entries.subspan(sizeof(Prefix) + std::size_t{prefix.length});
  }
}

namespace {
std::string created(std::string const& path, std::string const& access_of) {
  create_replacement(path, access_of);
  return path;
}
}  // namespace

Journal::Journal(std::string path, JournalContents const& contents, std::string const& access_of)
    : path_(std::move(path)), descriptor_(created(path_ + ".new", access_of), O_WRONLY | O_APPEND) {
  try {
    write(std::as_bytes(std::span(kMagic)));
    write(entry_of(Entry::header, contents.experiment, contents.toml));
    for (auto const& [unit, count] : contents.strikes)
      write(entry_of(Entry::strike, unit.first, unit.second, count));
    append(contents.in_flight);
    RecordEntries records;
    for (auto const& record : contents.records) records.add(record);
    append(records.take());
    if (contents.ended_on_demand) append_end_on_demand();
    replace_file(path_ + ".new", path_, access_of);
  } catch (...) {
    std::remove((path_ + ".new").c_str());
    throw;
  }
}

void Journal::write(std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw file_error(path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void Journal::append(std::span<Unit const> handed_out) {
  std::vector<std::byte> entries;
  for (auto const& unit : handed_out) append_entry(entries, Entry::handed_out, unit);
  write(entries);
}

void Journal::append_end_on_demand() {
  write(entry_of(Entry::end_on_demand));
}

void Journal::sync() const {
  if (fdatasync(descriptor_.get()) != 0) throw file_error(path_);
}

JournalContents Journal::read(std::string const& path) {
  JournalContents contents;
  auto const all = read_file(path).value_or("");
  if (all.size() < sizeof(kMagic)) return contents;  // none, or torn at its birth
  auto bytes = std::as_bytes(std::span(all));
  if (std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0)
    throw std::runtime_error("is no journal of this version");
  bytes = bytes.subspan(sizeof(kMagic));
  std::set<std::pair<std::int64_t, std::uint32_t>> back;
  std::vector<Unit> handed_out;
  for (auto entry = whole_entry(bytes); !entry.empty(); entry = whole_entry(bytes)) {
    bytes = bytes.subspan(entry.size());
    bytes::Reader fields(std::span<std::byte const>(entry).subspan(sizeof(Prefix)));
    switch (fields.get<Entry>()) {
      case Entry::header:
        fields.read(contents.experiment, contents.toml);
        break;
      case Entry::record:
        contents.records.push_back(fields.get<Record>());
        back.emplace(contents.records.back().trial, contents.records.back().point);
        break;
      case Entry::handed_out:
        handed_out.push_back(fields.get<Unit>());
        break;
      case Entry::strike: {
        auto const trial = fields.get<std::int64_t>();
        auto const point = fields.get<std::uint32_t>();
        contents.strikes[{trial, point}] = fields.get<int>();
        break;
      }
      case Entry::end_on_demand:
        contents.ended_on_demand = true;
    }
  }
  for (auto& unit : handed_out) {
    std::erase_if(unit.points, [&](auto point) { return back.contains({unit.trial, point}); });
    if (!unit.points.empty()) contents.in_flight.push_back(std::move(unit));
  }
  return contents;
}

}  // namespace thresher::results
