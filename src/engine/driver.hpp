#pragma once

#include "study/experiment_interface.hpp"

namespace thresher::engine {

/// The whole of a driver's main(): reads the command line, runs (or plans, merges, resumes) the study of
/// `experiment` on MPI_COMM_WORLD, writes the result file. Initialises and finalises MPI, PETSc and SLEPc.
/// Returns the exit code: 0 done; 2 bad input; 3 done, but some trials failed; 75 interrupted and resumable.
int run_driver(int argc, char** argv, study::Experiment const& experiment);

}  // namespace thresher::engine
