#pragma once

#include "hdf5/object.hpp"
#include "mpi/communicator.hpp"

#include <string>
#include <vector>

namespace thresher::hdf5 {

/// How many chunks a node of HDF5's indices lists.
inline constexpr std::size_t kChunksOfNode = 64;
/// A new file in the format of HDF5 1.8, without HDF5's own file locks. No data set is expected to have more
/// than `most_chunks` chunks (it may). Throws when the file cannot be made.
Object create_file(std::string const& path, std::size_t most_chunks = kChunksOfNode);
/// For parallel access. Collective over `comm`.
Object create_file(std::string const& path, mpi::Communicator const& comm);
/// For reading.
Object open_file(std::string const& path);
/// Hands everything written to the operating system. Closing does so too, but cannot tell that it failed.
void flush(Object const& file);
/// Whether every file that was written could be closed. When a disk was full, HDF5 keeps parts of the file
/// and crashes at the end of the process: then leave by std::_Exit, without MPI_Finalize.
bool ends_cleanly();

Object create_group(Object const& parent, std::string const& name);
Object open_group(Object const& parent, std::string const& name);
/// A group or a data set.
Object open_object(Object const& parent, std::string const& name);
/// Names in a group, by alphabet.
std::vector<std::string> members(Object const& group);
/// Whether there is a group or data set of this name.
bool exists(Object const& parent, std::string const& name);
/// Links what is `name` in `from` into another group, under the same name.
void hard_link(Object const& from, std::string const& name, Object const& to);

/// "1.10.8"
std::string version();

}  // namespace thresher::hdf5
