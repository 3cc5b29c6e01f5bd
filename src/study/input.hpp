#pragma once

#include "mpi/partition.hpp"
#include "parameters/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace thresher::study {

/// The user's own data (`--input`), read in parts by the ranks that need them.
class InputReader {
 public:
  virtual ~InputReader() = default;
  virtual bool has(std::string const& name) const = 0;
  /// Extents of data set `name`. Throws UserError when it is missing.
  virtual std::vector<std::int64_t> extents(std::string const& name) const = 0;
  /// Entries [rows) x [columns) of a two-dimensional data set as doubles, row-major (a one-dimensional one
  /// has one column, a scalar one row too; rows of more dimensions are flat, and read whole). Throws
  /// UserError when an entry is not finite. Not collective: every rank reads its own part.
  virtual std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const = 0;
  /// The same where NaN stands for an entry that is missing. Throws UserError for an infinite one.
  virtual std::vector<double> read_with_missing(std::string const& name, mpi::Range rows,
                                                mpi::Range columns) const = 0;
  /// Numbers, or text, of an attribute of a data set or group ("/": of the file); none where it is not there.
  /// Throws UserError when it is something else.
  virtual std::optional<std::vector<double>> numbers(std::string const& object,
                                                     std::string const& attribute) const = 0;
  virtual std::optional<std::string> text(std::string const& object, std::string const& attribute) const = 0;
  /// Names in a group, by alphabet; none where there is no such group.
  virtual std::vector<std::string> members(std::string const& group) const = 0;
};

/// For messages on data that may lie the other way round.
inline constexpr char const* kOrderOfDimensions =
    "the first dimension, as h5dump shows it, counts the rows; R, Julia and MATLAB write dimensions in "
    "reverse "
    "order: write the transpose from there";

/// What an experiment learnt of the user's input as a whole, in a struct of its own. The same on all ranks.
class InputFacts {
 public:
  virtual ~InputFacts() = default;
};

/// The user's input and what was learnt of it; null where a study has none.
struct OpenedInput {
  std::shared_ptr<InputReader const> reader = nullptr;
  std::shared_ptr<InputFacts const> facts = nullptr;
};

}  // namespace thresher::study
