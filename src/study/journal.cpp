#include "study/journal.hpp"

#include "study/result_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <unistd.h>
#include <zlib.h>

namespace thresher::study {

namespace {

constexpr char kMagic[8] = {'T', 'H', 'R', 'J', 'N', 'L', '1', '\n'};

enum class Entry : std::uint8_t { header, record, handed_out, strike };

[[noreturn]] void fail(std::string const& path) {
  throw std::runtime_error(path + ": " + std::strerror(errno));
}

void write_all(int descriptor, std::span<std::byte const> bytes, std::string const& path) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::uint32_t crc32(std::span<std::byte const> bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size()));
}

Journal::Journal(std::string path, JournalContents const& contents) : path_(std::move(path)) {
  auto const temporary = path_ + ".new";
  descriptor_ = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail(temporary);
  try {
    begin(contents);
    replace_file(temporary, path_);
  } catch (...) {
    close(descriptor_);
    std::remove(temporary.c_str());
    throw;
  }
}

void Journal::begin(JournalContents const& contents) {
  write_all(descriptor_, std::as_bytes(std::span(kMagic)), path_);
  bytes_ = sizeof(kMagic);
  ByteWriter header;
  header.put_text(contents.experiment);
  header.put_text(contents.toml);
  append_entry(static_cast<std::uint8_t>(Entry::header), header);
  for (auto const& [unit, count] : contents.strikes) {
    ByteWriter strike;
    strike.put(unit.first);
    strike.put(unit.second);
    strike.put(count);
    append_entry(static_cast<std::uint8_t>(Entry::strike), strike);
  }
  for (auto const& unit : contents.in_flight) append(unit);
  for (auto const& record : contents.records) append(record);
}

Journal::~Journal() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Journal::append_entry(std::uint8_t kind, ByteWriter const& payload) {
  auto& body = const_cast<ByteWriter&>(payload).bytes();
  ByteWriter entry;
  entry.put(static_cast<std::uint32_t>(body.size() + 1));
  entry.put(std::uint32_t{0});
  entry.put(kind);
  entry.put_raw(body);
  // The checksum covers the length too (the field of the checksum itself counts as 0).
  auto const sum = crc32(entry.bytes());
  std::memcpy(entry.bytes().data() + sizeof(std::uint32_t), &sum, sizeof(sum));
  write_all(descriptor_, entry.bytes(), path_);
  bytes_ += entry.size();
}

void Journal::append(Record const& record) {
  ByteWriter payload;
  record.put(payload);
  append_entry(static_cast<std::uint8_t>(Entry::record), payload);
}

void Journal::append(Unit const& handed_out) {
  ByteWriter payload;
  handed_out.put(payload);
  append_entry(static_cast<std::uint8_t>(Entry::handed_out), payload);
}

void Journal::sync() const {
  if (fdatasync(descriptor_) != 0) fail(path_);
}

JournalContents Journal::read(std::string const& path) {
  JournalContents contents;
  std::ifstream file(path, std::ios::binary);
  if (!file) return contents;
  std::vector<char> const all{std::istreambuf_iterator<char>(file), {}};
  auto bytes = std::as_bytes(std::span(all));
  if (bytes.size() < sizeof(kMagic)) return contents;  // torn at its birth
  if (std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0) throw std::runtime_error("is no journal");
  bytes = bytes.subspan(sizeof(kMagic));
  std::set<std::pair<std::int64_t, std::uint32_t>> back;
  std::vector<Unit> handed_out;
  while (bytes.size() > 9) {
    std::uint32_t length = 0;
    std::uint32_t sum = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    std::memcpy(&sum, bytes.data() + sizeof(length), sizeof(sum));
    std::size_t const size = 8 + std::size_t{length};
    if (length == 0 || size > bytes.size()) break;
    std::vector<std::byte> entry(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    std::memset(entry.data() + sizeof(length), 0, sizeof(sum));
    if (crc32(entry) != sum) break;
    ByteReader payload{std::span<std::byte const>(entry).subspan(9)};
    switch (static_cast<Entry>(entry[8])) {
      case Entry::header:
        contents.experiment = payload.get_text();
        contents.toml = payload.get_text();
        break;
      case Entry::record:
        contents.records.push_back(Record::get(payload));
        back.emplace(contents.records.back().trial, contents.records.back().point);
        break;
      case Entry::handed_out:
        handed_out.push_back(Unit::get(payload));
        break;
      case Entry::strike: {
        auto const trial = payload.get<std::int64_t>();
        auto const point = payload.get<std::uint32_t>();
        contents.strikes[{trial, point}] = payload.get<int>();
        break;
      }
    }
    bytes = bytes.subspan(size);
  }
  for (auto& unit : handed_out) {
    std::erase_if(unit.points, [&](auto point) { return back.contains({unit.trial, point}); });
    if (!unit.points.empty()) contents.in_flight.push_back(std::move(unit));
  }
  return contents;
}

}  // namespace thresher::study
