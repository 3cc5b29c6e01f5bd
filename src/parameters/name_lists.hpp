#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::parameters {

/// `text` without blanks at its ends.
std::string_view trim(std::string_view text);
/// Parts of `text` between separators, trimmed.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The same without empty parts: the names of a list.
std::vector<std::string> split_names(std::string_view text, char separator);

/// Place of `name` among `names`.
std::optional<std::size_t> find_name(std::vector<std::string> const& names, std::string_view name);
/// Place of what is called `name` among things that have one (parameters, metrics, ...).
template <class Named>
std::optional<std::size_t> find_named(std::vector<Named> const& all, std::string_view name) {
  for (std::size_t k = 0; k < all.size(); ++k)
    if (all[k].name == name) return k;
  return std::nullopt;
}
/// Names of such things.
template <class Named>
std::vector<std::string> names_of(std::vector<Named> const& all) {
  std::vector<std::string> names;
  for (auto const& one : all) names.push_back(one.name);
  return names;
}

/// For the end of a message: " (did you mean X?)" with the name that is nearest in edits, or nothing when
/// none is near.
std::string did_you_mean(std::string_view name, std::vector<std::string> const& names);

}  // namespace thresher::parameters
