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
}  // namespace

void stable_sort_by_key(std::vector<Keyed>& entries, std::vector<Keyed>& scratch) {
  auto const by_key = [](Keyed const& a, Keyed const& b) { return a.key < b.key; };
  if (std::is_sorted(entries.begin(), entries.end(), by_key)) return;
  if (entries.size() < kShort) {
    std::stable_sort(entries.begin(), entries.end(), by_key);
    return;
  }
  std::vector<std::array<std::uint32_t, kBuckets>> counts(kDigits);
  for (auto& of_digit : counts) of_digit.fill(0);
  for (auto const& entry : entries)
    for (int digit = 0; digit < kDigits; ++digit)
      ++counts[static_cast<std::size_t>(digit)][(entry.key >> (digit * kDigitBits)) & (kBuckets - 1)];
  scratch.resize(entries.size());
  for (int digit = 0; digit < kDigits; ++digit) {
    auto& places = counts[static_cast<std::size_t>(digit)];
    int const shift = digit * kDigitBits;
    if (places[(entries.front().key >> shift) & (kBuckets - 1)] == entries.size()) continue;
    std::exclusive_scan(places.begin(), places.end(), places.begin(), std::uint32_t{0});
    for (auto const& entry : entries) scratch[places[(entry.key >> shift) & (kBuckets - 1)]++] = entry;
    entries.swap(scratch);
  }
}

}  // namespace thresher::entropy_coupling
