#pragma once

#include "mpi/communicator.hpp"

#include <string>

namespace thresher::study {

/// Kernels that BLAS uses ("OpenBLAS SkylakeX"), or empty when the slow reference BLAS (or an unknown one)
/// answers.
std::string blas_kernels();
/// Model name of this processor.
std::string processor_name();
/// "a x 3, b x 1": the distinct texts over all ranks with their counts, on rank 0. Collective.
std::string tally(mpi::Communicator const& comm, std::string const& text);
/// Bytes that each rank may use: the least over all ranks of Slurm's limit, the control group's or the
/// machine's memory, shared by the ranks of a node. Collective.
double available_bytes_per_rank(mpi::Communicator const& comm);
/// Name of this host; time now as "2026-11-24T12:00:00Z".
std::string host_name();
std::string utc_now();

}  // namespace thresher::study
