#include "hdf5/file.hpp"

#include "hdf5/call.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace thresher::hdf5 {

namespace {

/// How every file is opened.
Object access_properties() {
  // Errors are thrown, not printed.
  [[maybe_unused]] static auto const quiet = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // Several cluster file systems fail at locks; our files are replaced, never edited, so none are needed.
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  Object access(H5Pcreate(H5P_FILE_ACCESS), "file access");
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "format version");
  return access;
}

/// Readers list metrics and predictions in declared order.
void keep_link_order(Object const& properties) {
  check(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "link order");
}

/// A node of an index takes its space whole: it is made no larger than the largest data set fills it.
constexpr std::size_t kFewestChunksOfNode = 4;

Object create(std::string const& path, Object const& access, std::size_t most_chunks) {
  Object const properties(H5Pcreate(H5P_FILE_CREATE), "file properties");
  auto const node = std::clamp(most_chunks, kFewestChunksOfNode, kChunksOfNode);
  check(H5Pset_istore_k(properties.get(), static_cast<unsigned>((node + 1) / 2)), "index of chunks");
  keep_link_order(properties);
  auto const id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.get(), access.get());
  if (id < 0) a_file_stayed_open = true;  // it may have been opened, and not written
  return {id, path.c_str()};
}

}  // namespace

Object create_file(std::string const& path, std::size_t most_chunks) {
  Lock const lock;
  return create(path, access_properties(), most_chunks);
}

Object create_file(std::string const& path, mpi::Communicator const& comm) {
  Lock const lock;
  auto const access = access_properties();
  check(H5Pset_fapl_mpio(access.get(), comm.get(), MPI_INFO_NULL), "parallel access");
  return create(path, access, kChunksOfNode);
}

Object open_file(std::string const& path) {
  // Opening a pipe would wait for its other end.
  std::error_code reason;
  if (std::filesystem::exists(path, reason) && !std::filesystem::is_regular_file(path, reason))
    throw std::runtime_error("it is no file");
  Lock const lock;
  auto const access = access_properties();
  // The cache of chunks must hold what one point's trials touch: they are read point by point where another
  // grid asks. Data sets that stay open keep theirs.
  check(H5Pset_cache(access.get(), 0, 4099, std::size_t{8} << 20, 0.75), "cache");
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), path.c_str()};
}

void flush(Object const& file) {
  Lock const lock;
  check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "flush");
}

bool ends_cleanly() {
  return !a_file_stayed_open;
}

Object create_group(Object const& parent, std::string const& name) {
  Lock const lock;
  Object const properties(H5Pcreate(H5P_GROUP_CREATE), "group properties");
  keep_link_order(properties);
  return {H5Gcreate2(parent.get(), name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), name.c_str()};
}

Object open_group(Object const& parent, std::string const& name) {
  Lock const lock;
  return {H5Gopen2(parent.get(), name.c_str(), H5P_DEFAULT), name.c_str()};
}

Object open_object(Object const& parent, std::string const& name) {
  Lock const lock;
  return {H5Oopen(parent.get(), name.c_str(), H5P_DEFAULT), name.c_str()};
}

std::vector<std::string> members(Object const& group) {
  Lock const lock;
  std::vector<std::string> names;
  auto const add = [](hid_t, char const* name, H5L_info_t const*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  check(H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names), "members");
  return names;
}

bool exists(Object const& parent, std::string const& name) {
  Lock const lock;
  return H5Lexists(parent.get(), name.c_str(), H5P_DEFAULT) > 0;
}

void hard_link(Object const& from, std::string const& name, Object const& to) {
  Lock const lock;
  check(H5Lcreate_hard(from.get(), name.c_str(), to.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
        name.c_str());
}

std::string version() {
  return std::to_string(H5_VERS_MAJOR) + "." + std::to_string(H5_VERS_MINOR) + "." +
         std::to_string(H5_VERS_RELEASE);
}

}  // namespace thresher::hdf5
