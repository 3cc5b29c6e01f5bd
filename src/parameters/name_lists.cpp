#include "parameters/name_lists.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::parameters {

std::string_view trim(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const at = text.find(separator);
    parts.push_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string> split_names(std::string_view text, char separator) {
  std::vector<std::string> names;
  for (auto const part : split(text, separator))
    if (!part.empty()) names.emplace_back(part);
  return names;
}

std::optional<std::size_t> find_name(std::vector<std::string> const& names, std::string_view name) {
  auto const at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

namespace {

/// Letters to be inserted, removed or replaced to make one text of the other.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view name, std::vector<std::string> const& names) {
  std::string const* best = nullptr;
  std::size_t fewest = std::max<std::size_t>(name.size() / 2, 1) + 1;
  for (auto const& candidate : names)
    if (auto const count = edits(name, candidate); count < fewest) {
      fewest = count;
      best = &candidate;
    }
  return best == nullptr ? "" : fmt::format(" (did you mean {}?)", *best);
}

}  // namespace thresher::parameters
