#include "prox/kept_fista.hpp"

#include <memory>

namespace thresher::prox {

namespace {

int destroy_solver(MPI_Comm, int, void* value, void*) {
  delete static_cast<FistaLasso*>(value);
  return MPI_SUCCESS;
}

int solver_key() {
  static int const key = [] {
    int made = MPI_KEYVAL_INVALID;
    mpi::check(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, destroy_solver, &made, nullptr),
               "MPI_Comm_create_keyval");
    return made;
  }();
  return key;
}

}  // namespace

FistaLasso& kept_fista(Design const& design) {
  MPI_Comm const comm = design.communicator().get();
  void* value = nullptr;
  int found = 0;
  mpi::check(MPI_Comm_get_attr(comm, solver_key(), static_cast<void*>(&value), &found), "MPI_Comm_get_attr");
  // Shares of the columns differ by one over the ranks: all of them must decide alike to make a new solver.
  bool const fits = found != 0 && static_cast<FistaLasso const*>(value)->fits(design);
  if (mpi::min(design.communicator(), fits ? 1 : 0) > 0) return *static_cast<FistaLasso*>(value);
  auto made = std::make_unique<FistaLasso>(design.communicator(), design.local_columns().size(), "lasso_");
  mpi::check(MPI_Comm_set_attr(comm, solver_key(), made.get()),
             "MPI_Comm_set_attr");  // destroys the former one
  return *made.release();
}

}  // namespace thresher::prox
