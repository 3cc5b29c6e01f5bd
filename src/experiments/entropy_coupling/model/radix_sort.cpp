#include "experiments/entropy_coupling/model/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace thresher::entropy_coupling {

namespace {

constexpr int kDigitBits = 11;
constexpr int kDigits = (64 + kDigitBits - 1) / kDigitBits;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::size_t kShort = 512;  // below it comparisons beat counting

std::uint64_t key_of(Keyed const& entry) {
  return entry.key;
}
std::uint64_t key_of(std::uint64_t key) {
  return key;
}
template <class Entry>
std::size_t digit_of(Entry const& entry, int digit) {
  return (key_of(entry) >> (digit * kDigitBits)) & (kBuckets - 1);
}

template <class Entry>
void sort_stably(std::vector<Entry>& entries, std::vector<Entry>& scratch) {
  auto const by_key = [](Entry const& a, Entry const& b) { return key_of(a) < key_of(b); };
  if (std::is_sorted(entries.begin(), entries.end(), by_key)) return;
  if (entries.size() < kShort) {
    std::stable_sort(entries.begin(), entries.end(), by_key);
    return;
  }
  std::vector<std::array<std::uint32_t, kBuckets>> counts(kDigits);
  for (auto& of_digit : counts) of_digit.fill(0);
  for (auto const& entry : entries)
    for (int digit = 0; digit < kDigits; ++digit)
      ++counts[static_cast<std::size_t>(digit)][digit_of(entry, digit)];
  scratch.resize(entries.size());
  for (int digit = 0; digit < kDigits; ++digit) {
    auto& places = counts[static_cast<std::size_t>(digit)];
    if (places[digit_of(entries.front(), digit)] == entries.size()) continue;
    std::exclusive_scan(places.begin(), places.end(), places.begin(), std::uint32_t{0});
    for (auto const& entry : entries) scratch[places[digit_of(entry, digit)]++] = entry;
    entries.swap(scratch);
  }
}

}  // namespace

void stable_sort_by_key(std::vector<Keyed>& entries, std::vector<Keyed>& scratch) {
  sort_stably(entries, scratch);
}

void sort_keys(std::vector<std::uint64_t>& keys) {
  std::vector<std::uint64_t> scratch;
  sort_stably(keys, scratch);
}

}  // namespace thresher::entropy_coupling
