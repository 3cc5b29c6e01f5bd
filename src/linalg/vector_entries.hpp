#pragma once

#include "linalg/petsc.hpp"

#include <span>

namespace thresher::linalg {

/// Read access to this rank's entries of a vector, while it lives.
class ReadEntries {
 public:
  explicit ReadEntries(Vec vector) : vector_(vector) {
    check(VecGetLocalSize(vector, &size_));
    check(VecGetArrayRead(vector, &entries_));
  }
  ~ReadEntries() { VecRestoreArrayRead(vector_, &entries_); }
  ReadEntries(ReadEntries const&) = delete;
  ReadEntries& operator=(ReadEntries const&) = delete;
  std::span<double const> get() const { return {entries_, static_cast<std::size_t>(size_)}; }

 private:
  Vec vector_;
  PetscInt size_ = 0;
  double const* entries_ = nullptr;
};

/// Write access.
class WriteEntries {
 public:
  explicit WriteEntries(Vec vector) : vector_(vector) {
    check(VecGetLocalSize(vector, &size_));
    check(VecGetArray(vector, &entries_));
  }
  ~WriteEntries() { VecRestoreArray(vector_, &entries_); }
  WriteEntries(WriteEntries const&) = delete;
  WriteEntries& operator=(WriteEntries const&) = delete;
  std::span<double> get() const { return {entries_, static_cast<std::size_t>(size_)}; }

 private:
  Vec vector_;
  PetscInt size_ = 0;
  double* entries_ = nullptr;
};

}  // namespace thresher::linalg
