#pragma once

#include "hdf5/object.hpp"
#include "study/team.hpp"

#include <memory>
#include <string>

namespace thresher::study {

/// The user's HDF5 file, opened for reading by every rank.
class InputFile : public InputReader {
 public:
  /// Throws UserError when it cannot be read.
  explicit InputFile(std::string path);
  bool has(std::string const& name) const override;
  std::vector<std::int64_t> extents(std::string const& name) const override;
  std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const override;
  /// Size, time and hash of the header: tells one input from another on resume.
  std::string identity() const;

 private:
  std::string path_;
  hdf5::Object file_;
};

}  // namespace thresher::study
