#pragma once

#include "hdf5/chunk_index.hpp"
#include "results/result_layout.hpp"
#include "study/ledger.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What HDF5's own checksums leave open in a result file: long texts, scalars, and the index by which chunks
/// are found. All that verify throw std::runtime_error when a file is damaged.
namespace thresher::results {

using namespace study;

/// Sets the attribute `toml`, and its checksum beside it: HDF5 has none for texts beyond 4 KiB.
void write_study_text(hdf5::Object const& file, std::string const& toml);
std::string read_study_text(hdf5::Object const& file);

/// Gives a data set of numbers that is written whole, with these `values`, a checksum as an attribute: a
/// scalar has no other, and a chunk may be that of another data set. Over the doubles that they read as, so
/// that the type does not matter. Not for parameters (compared with the study's text) and scales that count.
void seal(hdf5::Object const& dataset, std::span<double const> values);
template <std::integral T>
void seal(hdf5::Object const& dataset, std::vector<T> const& values) {
  seal(dataset, std::vector<double>(values.begin(), values.end()));
}

/// The parameters, numbers and switches, are those of the study's text (`grid`).
void verify_parameters(hdf5::Object const& file, Description const& about, Grid const& grid);

/// Every number but parameters and what belongs to single trials is what was written.
void verify_whole_arrays(hdf5::Object const& file, Description const& about);

/// The same for an array of which parts are written: a checksum over these, in order.
class PartsSeal {
 public:
  template <class T>
  void add(std::span<T const> numbers) {
    add_bytes(std::as_bytes(numbers));
  }
  void set(hdf5::Object const& dataset) const;
  bool matches(hdf5::Object const& dataset) const;

 private:
  void add_bytes(std::span<std::byte const> bytes);
  std::vector<std::uint32_t> sums_;
};

/// Parts of an artifact are its trials: adds the array of the trial at `place` (point * trials + trial).
void add_array(PartsSeal& seal, std::int64_t place, std::span<double const> numbers);

/// Every number of single trials is what was written, where it was written. Told of all points in order.
class TrialsVerifier {
 public:
  /// `grid` is the file's own; it and `file` must outlive this object; `trials` is not 0.
  TrialsVerifier(hdf5::Object const& file, Grid const& grid, std::int64_t trials);
  /// States of the trials of a point. Their number must be that of the summary.
  void visit(std::size_t point, std::vector<Status> const& states);
  /// After the last point: the arrays of all trials.
  void conclude() const;

 private:
  struct Artifact {
    std::string name;
    hdf5::Object dataset;
    hdf5::Extents extents;  ///< of one trial
    hdf5::ChunkIndex index{dataset};
    PartsSeal seal{};
    std::size_t found = 0;
  };
  void verify_array(std::string const& name) const;
  void verify_states() const;

  hdf5::Object const& file_;
  Grid const& grid_;
  ResultLayout layout_;
  std::vector<std::int64_t> ran_;  ///< per point, as the summary has it
  std::vector<Artifact> artifacts_;
};

}  // namespace thresher::results
