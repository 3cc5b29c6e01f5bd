#include "study/hdf5_file.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>

namespace thresher::study::hdf5 {

namespace {

herr_t append_message(unsigned, H5E_error2_t const* error, void* text) {
  auto& all = *static_cast<std::string*>(text);
  if (error->desc != nullptr && *error->desc != '\0')
    all += (all.empty() ? "" : " <- ") + std::string(error->desc);
  return 0;
}

[[noreturn]] void fail(char const* what) {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, append_message, &text);
  H5Eclear2(H5E_DEFAULT);
  std::replace(text.begin(), text.end(), '\n', ' ');
  throw std::runtime_error(std::string("HDF5: ") + what + (text.empty() ? "" : ": " + text));
}

std::atomic<bool> a_file_stayed_open{false};

void be_quiet() {
  static bool const quiet = [] {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return true;
  }();
  (void)quiet;
}

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_NATIVE_INT8;
}

Object string_type() {
  Object type(H5Tcopy(H5T_C_S1), "string type");
  check(H5Tset_size(type.get(), H5T_VARIABLE), "string size");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "string encoding");
  return type;
}

Object space_of(Extents const& extents) {
  if (extents.empty()) return {H5Screate(H5S_SCALAR), "scalar space"};
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), "space"};
}

std::size_t volume(Extents const& extents) {
  std::size_t total = 1;
  for (auto const n : extents) total *= n;
  return total;
}

Object dataset_properties(Extents const& extents, Extents const& chunk) {
  Object properties(H5Pcreate(H5P_DATASET_CREATE), "properties");
  if (volume(extents) == 0) return properties;
  if (chunk.empty()) {
    check(H5Pset_layout(properties.get(), H5D_COMPACT), "compact layout");
  } else {
    check(H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data()), "chunks");
    check(H5Pset_fletcher32(properties.get()), "checksum");
    check(H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_INCR), "allocation time");
  }
  // Attributes beyond 64 KiB need the dense form.
  check(H5Pset_attr_phase_change(properties.get(), 0, 0), "attribute storage");
  return properties;
}

Object access_properties() {
  be_quiet();
  Object access(H5Pcreate(H5P_FILE_ACCESS), "file access");
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "format version");
  return access;
}

Object create(std::string const& path, Object const& access) {
  // Several cluster file systems fail at locks; our files are replaced, never edited, so none are needed.
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  Object properties(H5Pcreate(H5P_FILE_CREATE), "file properties");
  check(H5Pset_attr_phase_change(properties.get(), 0, 0), "attribute storage");
  // Readers list metrics and predictions in declared order.
  check(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "link order");
  auto const id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.get(), access.get());
  if (id < 0) a_file_stayed_open = true;  // it may have been opened, and not written
  return {id, path.c_str()};
}

std::pair<Object, Object> select(Object const& dataset, Extents const& start, Extents const& count) {
  Object file(H5Dget_space(dataset.get()), "space");
  if (H5Sget_simple_extent_ndims(file.get()) != static_cast<int>(count.size()) ||
      start.size() != count.size())
    throw std::runtime_error("HDF5: a data set has another number of dimensions");
  if (count.empty()) return {std::move(file), Object(H5Screate(H5S_SCALAR), "scalar space")};
  check(H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
        "selection");
  return {std::move(file), space_of(count)};
}

}  // namespace

std::recursive_mutex& mutex() {
  static std::recursive_mutex one;
  return one;
}

Object::Object(hid_t id, char const* what) : id_(id) {
  if (id_ < 0) fail(what);
}

Object::~Object() {
  if (id_ < 0) return;
  Lock const lock(mutex());
  switch (H5Iget_type(id_)) {
    case H5I_FILE:
      if (H5Fclose(id_) < 0) a_file_stayed_open = true;
      break;
    case H5I_GROUP:
      H5Gclose(id_);
      break;
    case H5I_DATATYPE:
      H5Tclose(id_);
      break;
    case H5I_DATASPACE:
      H5Sclose(id_);
      break;
    case H5I_DATASET:
      H5Dclose(id_);
      break;
    case H5I_ATTR:
      H5Aclose(id_);
      break;
    case H5I_GENPROP_LST:
      H5Pclose(id_);
      break;
    default:
      break;
  }
}

void check(herr_t code, char const* what) {
  if (code < 0) fail(what);
}

Object create_file(std::string const& path) {
  return create(path, access_properties());
}

Object create_file_parallel(std::string const& path, MPI_Comm comm) {
  auto const access = access_properties();
  check(H5Pset_fapl_mpio(access.get(), comm, MPI_INFO_NULL), "parallel access");
  return create(path, access);
}

Object open_file(std::string const& path) {
  // Opening a pipe would wait for its other end.
  std::error_code reason;
  if (std::filesystem::exists(path, reason) && !std::filesystem::is_regular_file(path, reason))
    throw std::runtime_error("it is no file");
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  auto const access = access_properties();
  // The cache of chunks must hold what one box of points touches.
  check(H5Pset_cache(access.get(), 0, 4099, std::size_t{64} << 20, 0.75), "cache");
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), path.c_str()};
}

Object create_group(Object const& parent, std::string const& name) {
  Object const properties(H5Pcreate(H5P_GROUP_CREATE), "group properties");
  check(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "link order");
  return {H5Gcreate2(parent.get(), name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), name.c_str()};
}

template <class T>
Object create_dataset(Object const& parent, std::string const& name, Extents const& extents,
                      Extents const& chunk) {
  auto const properties = dataset_properties(extents, chunk);
  T const fill = std::is_same_v<T, double> ? static_cast<T>(std::numeric_limits<double>::quiet_NaN()) : T{};
  check(H5Pset_fill_value(properties.get(), native_type<T>(), &fill), "fill value");
  return {H5Dcreate2(parent.get(), name.c_str(), native_type<T>(), space_of(extents).get(), H5P_DEFAULT,
                     properties.get(), H5P_DEFAULT),
          name.c_str()};
}

Object write_strings(Object const& parent, std::string const& name, std::vector<std::string> const& values,
                     Extents const& extents) {
  auto const type = string_type();
  // Checksums do not apply to strings of variable length, which lie elsewhere in the file.
  Object dataset(H5Dcreate2(parent.get(), name.c_str(), type.get(), space_of(extents).get(), H5P_DEFAULT,
                            H5P_DEFAULT, H5P_DEFAULT),
                 name.c_str());
  std::vector<char const*> pointers;
  for (auto const& value : values) pointers.push_back(value.c_str());
  if (!values.empty())
    check(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), name.c_str());
  return dataset;
}

template <class T>
void write(Object const& dataset, std::span<T const> values) {
  check(H5Dwrite(dataset.get(), native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write");
}

template <class T>
void write_box(Object const& dataset, Extents const& start, Extents const& count, std::span<T const> values) {
  auto const [file, memory] = select(dataset, start, count);
  check(H5Dwrite(dataset.get(), native_type<T>(), memory.get(), file.get(), H5P_DEFAULT, values.data()),
        "write");
}

template <class T>
std::vector<T> read(Object const& dataset) {
  std::vector<T> values(volume(extents(dataset)));
  if (!values.empty())
    check(H5Dread(dataset.get(), native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read");
  return values;
}

template <class T>
std::vector<T> read_box(Object const& dataset, Extents const& start, Extents const& count) {
  std::vector<T> values(volume(count));
  auto const [file, memory] = select(dataset, start, count);
  if (!values.empty())
    check(H5Dread(dataset.get(), native_type<T>(), memory.get(), file.get(), H5P_DEFAULT, values.data()),
          "read");
  return values;
}

std::vector<std::string> read_strings(Object const& dataset) {
  auto const all = extents(dataset);
  return read_strings(dataset, Extents(all.size(), 0), all);
}

std::vector<std::string> read_strings(Object const& dataset, Extents const& start, Extents const& count) {
  auto const type = string_type();
  std::vector<char*> pointers(volume(count), nullptr);
  if (pointers.empty()) return {};
  auto const [file, memory] = select(dataset, start, count);
  check(H5Dread(dataset.get(), type.get(), memory.get(), file.get(), H5P_DEFAULT, pointers.data()), "read");
  std::vector<std::string> values;
  for (char* pointer : pointers) values.emplace_back(pointer == nullptr ? "" : pointer);
  H5Dvlen_reclaim(type.get(), memory.get(), H5P_DEFAULT, pointers.data());
  return values;
}

bool ends_cleanly() {
  return !a_file_stayed_open;
}

void flush(Object const& file) {
  check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "flush");
}

bool exists(Object const& parent, std::string const& name) {
  return H5Lexists(parent.get(), name.c_str(), H5P_DEFAULT) > 0;
}

Object open_dataset(Object const& parent, std::string const& name) {
  return {H5Dopen2(parent.get(), name.c_str(), H5P_DEFAULT), name.c_str()};
}

Extents extents(Object const& dataset) {
  Object const space(H5Dget_space(dataset.get()), "space");
  int const rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "rank");
  Extents result(static_cast<std::size_t>(rank));
  if (rank > 0) check(H5Sget_simple_extent_dims(space.get(), result.data(), nullptr), "extents");
  return result;
}

namespace {
void write_attribute(Object const& object, std::string const& name, Object const& type, Object const& space,
                     void const* data) {
  if (H5Aexists(object.get(), name.c_str()) > 0) check(H5Adelete(object.get(), name.c_str()), name.c_str());
  Object const attribute(
      H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
      name.c_str());
  check(H5Awrite(attribute.get(), type.get(), data), name.c_str());
}
}  // namespace

void set_attribute(Object const& object, std::string const& name, std::string const& value) {
  Object const type(H5Tcopy(H5T_C_S1), "string type");
  check(H5Tset_size(type.get(), std::max<std::size_t>(value.size(), 1)), "string size");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "string encoding");
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "string padding");
  write_attribute(object, name, type, space_of({}), value.c_str());
}

void set_attribute(Object const& object, std::string const& name, std::vector<double> const& values) {
  write_attribute(object, name, Object(H5Tcopy(H5T_NATIVE_DOUBLE), "type"), space_of({values.size()}),
                  values.data());
}

void set_attribute(Object const& object, std::string const& name, std::vector<std::int8_t> const& values) {
  write_attribute(object, name, Object(H5Tcopy(H5T_NATIVE_INT8), "type"), space_of({values.size()}),
                  values.data());
}

void set_attribute(Object const& object, std::string const& name, std::int64_t value) {
  write_attribute(object, name, Object(H5Tcopy(H5T_NATIVE_INT64), "type"), space_of({}), &value);
}

std::string text_attribute(Object const& object, std::string const& name) {
  Object const attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), name.c_str());
  Object const type(H5Aget_type(attribute.get()), name.c_str());
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0)
    throw std::runtime_error("attribute " + name + " is no text");
  std::string value(H5Tget_size(type.get()), '\0');
  check(H5Aread(attribute.get(), type.get(), value.data()), name.c_str());
  value.resize(std::min(value.size(), value.find('\0')));
  return value;
}

std::int64_t integer_attribute(Object const& object, std::string const& name) {
  Object const attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), name.c_str());
  std::int64_t value = 0;
  check(H5Aread(attribute.get(), H5T_NATIVE_INT64, &value), name.c_str());
  return value;
}

void make_scale(Object const& dataset, std::string const& name) {
  check(H5DSset_scale(dataset.get(), name.c_str()), "dimension scale");
}

void attach_scale(Object const& dataset, Object const& scale, unsigned dimension) {
  check(H5DSattach_scale(dataset.get(), scale.get(), dimension), "dimension scale");
}

void hard_link(Object const& from, std::string const& name, Object const& to) {
  check(H5Lcreate_hard(from.get(), name.c_str(), to.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
        name.c_str());
}

#define THRESHER_HDF5_TYPE(T)                                                                           \
  template Object create_dataset<T>(Object const&, std::string const&, Extents const&, Extents const&); \
  template void write<T>(Object const&, std::span<T const>);                                            \
  template void write_box<T>(Object const&, Extents const&, Extents const&, std::span<T const>);        \
  template std::vector<T> read<T>(Object const&);                                                       \
  template std::vector<T> read_box<T>(Object const&, Extents const&, Extents const&);
THRESHER_HDF5_TYPE(double)
THRESHER_HDF5_TYPE(std::int64_t)
THRESHER_HDF5_TYPE(std::int32_t)
THRESHER_HDF5_TYPE(std::int8_t)
#undef THRESHER_HDF5_TYPE

}  // namespace thresher::study::hdf5
