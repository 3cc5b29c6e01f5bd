#pragma once

#include <petscmat.h>
#include <petscvec.h>

#include <string>
#include <utility>
#include <vector>

namespace thresher::linalg {

/// PETSc and SLEPc for the life of the process. MPI must be initialised before; the environment variable
/// PETSC_OPTIONS and .petscrc are not read, PETSc's signal handlers are off, its errors are collected and
/// thrown by `check`. Collective over MPI_COMM_WORLD.
class Session {
 public:
  /// `options` are database entries as on a command line: {"-tao_monitor", "-eps_type", "krylovschur"}.
  explicit Session(std::vector<std::string> const& options = {});
  ~Session();
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

  /// All options in force, as PETSc prints them.
  static std::string options_in_force();
  /// Names of options that nobody has asked for so far.
  static std::vector<std::string> unused_options();
};

/// Throws std::runtime_error with the call chain that PETSc or SLEPc reported when `code` is an error.
void check(PetscErrorCode code);

/// Owning handle of a PETSc or SLEPc object with its destroy function. Creating and destroying is collective
/// over the object's communicator.
template <class Object, PetscErrorCode (*Destroy)(Object*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(Object owned) : object_(owned) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  Handle(Handle const&) = delete;
  Handle& operator=(Handle const&) = delete;

  Object get() const { return object_; }
  /// For the create functions of PETSc: releases what was held.
  Object* out() {
    reset();
    return &object_;
  }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  void reset() {
    PetscBool finalized = PETSC_FALSE;
    if (object_ != nullptr && PetscFinalized(&finalized) == 0 && finalized == PETSC_FALSE) Destroy(&object_);
    object_ = nullptr;
  }
  Object object_ = nullptr;
};

using Vector = Handle<Vec, VecDestroy>;
using Matrix = Handle<Mat, MatDestroy>;

}  // namespace thresher::linalg
