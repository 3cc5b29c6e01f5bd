#pragma once

#include "hdf5/object.hpp"
#include "study/ledger.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace thresher::results {

using namespace study;

/// Why trials and predictions failed, by point and trial.
using Reasons = std::map<std::pair<std::size_t, std::int64_t>, std::string>;

/// Writes the group /failures of a result file: a row per failure, by point and trial. Nothing where nothing
/// failed.
void write_failures(hdf5::Object const& file, Study const& study, std::vector<Failure> failures);

/// Reads it back, with the points of `grid`, the file's own. Throws std::runtime_error when it is damaged.
Reasons read_failures(hdf5::Object const& file, Grid const& grid, Description const& about);

}  // namespace thresher::results
