#pragma once

#include "hdf5/object.hpp"
#include "study/configuration.hpp"
#include "study/input.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thresher::input {

using namespace study;

/// The user's HDF5 file, opened for reading by every rank.
class InputFile : public InputReader {
 public:
  /// Throws UserError when it cannot be read.
  explicit InputFile(std::string path);
  bool has(std::string const& name) const override;
  std::vector<std::int64_t> extents(std::string const& name) const override;
  std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const override;
  std::vector<double> read_with_missing(std::string const& name, mpi::Range rows,
                                        mpi::Range columns) const override;
  std::optional<std::vector<double>> numbers(std::string const& object,
                                             std::string const& attribute) const override;
  std::optional<std::string> text(std::string const& object, std::string const& attribute) const override;
  std::vector<std::string> members(std::string const& group) const override;
  /// Size, time and hash of the header: tells one input from another on resume.
  std::string identity() const;

 private:
  void refuse_entries(std::span<double const> values, std::string const& name, mpi::Range rows,
                      char const* allowed, bool (*refused)(double)) const;
  template <class Read>
  auto attribute(std::string const& object, std::string const& attribute, Read const& read) const
      -> std::optional<decltype(read(hdf5::Object(), attribute))>;

  std::string path_;
  hdf5::Object file_;
};

/// What `experiment` must know of the input that `configuration` names. Throws UserError where the input has
/// defects, or the experiment reads none. On one rank.
std::vector<std::byte> examine_input(Experiment const& experiment, Configuration const& configuration);

}  // namespace thresher::input
