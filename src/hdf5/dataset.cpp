#include "hdf5/dataset.hpp"

#include "hdf5/call.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace thresher::hdf5 {

namespace {

void require_elements(Extents const& extents) {
  if (volume(extents) == 0) throw std::logic_error("a data set without elements, which some readers refuse");
}

enum class Packing { plain, deflated };
/// Numbers from which deflating is worth while.
constexpr std::size_t kWorthDeflating = 1024;

/// Scalars cannot have chunks. Storage and attributes are as every reader knows them: no compact layout, no
/// other thresholds.
Object creation_properties(Extents const& extents, Extents const& chunk, Packing packing = Packing::plain) {
  require_elements(extents);
  Object properties(H5Pcreate(H5P_DATASET_CREATE), "properties");
  if (chunk.empty()) return properties;
  check(H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data()), "chunks");
  if (packing == Packing::deflated && volume(extents) >= kWorthDeflating) {
    check(H5Pset_shuffle(properties.get()), "shuffling");
    check(H5Pset_deflate(properties.get(), 1), "deflating");
  }
  check(H5Pset_fletcher32(properties.get()), "checksum");
  check(H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_INCR), "allocation time");
  return properties;
}

/// What a reader sees where HDF5's index of chunks is damaged: netCDF's values for what is missing.
template <class T>
constexpr T missing() {
  if constexpr (std::is_same_v<T, double>) return std::numeric_limits<double>::quiet_NaN();
  if constexpr (std::is_same_v<T, std::int64_t>) return -9223372036854775806;
  if constexpr (std::is_same_v<T, std::int32_t>) return -2147483647;
  if constexpr (std::is_same_v<T, std::int8_t>) return -127;
  return T{};
}

Object create(Object const& parent, std::string const& name, hid_t type, Extents const& extents,
              hid_t properties) {
  return {H5Dcreate2(parent.get(), name.c_str(), type, space_of(extents).get(), H5P_DEFAULT, properties,
                     H5P_DEFAULT),
          name.c_str()};
}

template <class T>
Object create_filled(Object const& parent, std::string const& name, Extents const& extents,
                     Extents const& chunk, T fill, Packing packing = Packing::plain) {
  auto const properties = creation_properties(extents, chunk, packing);
  check(H5Pset_fill_value(properties.get(), native_type<T>(), &fill), "fill value");
  return create(parent, name, native_type<T>(), extents, properties.get());
}

/// The box in the file, and as it lies in memory.
std::pair<Object, Object> select(Object const& dataset, Box const& box) {
  Object file(H5Dget_space(dataset.get()), "space");
  if (H5Sget_simple_extent_ndims(file.get()) != static_cast<int>(box.count.size()) ||
      box.start.size() != box.count.size())
    throw std::runtime_error("HDF5: a data set has another number of dimensions");
  if (!box.count.empty())
    check(
        H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, box.start.data(), nullptr, box.count.data(), nullptr),
        "selection");
  return {std::move(file), space_of(box.count)};
}

}  // namespace

template <class T>
Object create_dataset(Object const& parent, std::string const& name, Extents const& extents,
                      Extents const& chunk) {
  Lock const lock;
  return create_filled(parent, name, extents, chunk, std::is_same_v<T, double> ? missing<T>() : T{});
}

Object create_unchunked(Object const& parent, std::string const& name, Extents const& extents) {
  Lock const lock;
  return create(parent, name, native_type<double>(), extents, H5P_DEFAULT);
}

namespace {

/// Calls `visit` for the boxes of chunks from `chunk_of`, in order: the numbers of each lie side by side,
/// `first` the number of the first.
void for_each_chunk(Extents const& extents, Extents const& chunk,
                    std::function<void(Box const& box, std::size_t first)> const& visit) {
  Box box{Extents(extents.size(), 0), chunk};
  for (std::size_t first = 0; first < volume(extents); first += volume(box.count)) {
    auto place = first;
    for (std::size_t d = extents.size(); d-- > 0; place /= extents[d]) {
      box.start[d] = place % extents[d];
      box.count[d] = std::min(chunk[d], extents[d] - box.start[d]);
    }
    visit(box, first);
  }
}

}  // namespace

template <class T>
Object write_dataset(Object const& parent, std::string const& name, std::vector<T> const& values,
                     Extents const& extents) {
  Lock const lock;
  require_elements(extents);
  auto const chunk = chunk_of(extents, kNumbersPerChunk);
  // Counts and states of points are mostly equal, reals are all unlike.
  constexpr auto kPacking = std::is_integral_v<T> ? Packing::deflated : Packing::plain;
  auto dataset = create_filled(parent, name, extents, chunk, missing<T>(), kPacking);
  constexpr T kMissing = missing<T>();
  auto const is_missing = [&](T const& number) { return std::memcmp(&number, &kMissing, sizeof(T)) == 0; };
  for_each_chunk(extents, chunk, [&](Box const& box, std::size_t first) {
    auto const part = std::span(values).subspan(first, volume(box.count));
    // What is missing reads as missing: it takes no space.
    if (extents.empty() || !std::ranges::all_of(part, is_missing)) write_box<T>(dataset, box, part);
  });
  return dataset;
}

Object write_integers(Object const& parent, std::string const& name, std::vector<std::int64_t> const& values,
                      Extents const& extents) {
  if (std::ranges::all_of(values, fits_32_bits))
    return write_dataset(parent, name, std::vector<std::int32_t>(values.begin(), values.end()), extents);
  return write_dataset(parent, name, values, extents);
}

Object write_dataset(Object const& parent, std::string const& name, std::vector<std::string> const& values,
                     Extents const& extents) {
  Lock const lock;
  auto const type = text_type(H5T_VARIABLE);
  auto dataset = create(parent, name, type.get(), extents, creation_properties(extents, {}).get());
  std::vector<char const*> pointers;
  for (auto const& value : values) pointers.push_back(value.c_str());
  check(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), name.c_str());
  return dataset;
}

Object open_dataset(Object const& parent, std::string const& name) {
  Lock const lock;
  return {H5Dopen2(parent.get(), name.c_str(), H5P_DEFAULT), name.c_str()};
}

Extents extents(Object const& dataset) {
  Lock const lock;
  Object const space(H5Dget_space(dataset.get()), "space");
  int const rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "rank");
  Extents result(static_cast<std::size_t>(rank));
  if (rank > 0) check(H5Sget_simple_extent_dims(space.get(), result.data(), nullptr), "extents");
  return result;
}

std::size_t volume(Extents const& extents) {
  return std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>());
}

template <class T>
void write_box(Object const& dataset, Box const& box, std::span<T const> values) {
  Lock const lock;
  auto const [file, memory] = select(dataset, box);
  check(H5Dwrite(dataset.get(), native_type<T>(), memory.get(), file.get(), H5P_DEFAULT, values.data()),
        "write");
}

template <class T>
std::vector<T> read(Object const& dataset) {
  Lock const lock;
  std::vector<T> values(volume(extents(dataset)));
  if (!values.empty())
    check(H5Dread(dataset.get(), native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read");
  return values;
}

template <class T>
std::vector<T> read_box(Object const& dataset, Box const& box) {
  Lock const lock;
  std::vector<T> values(volume(box.count));
  auto const [file, memory] = select(dataset, box);
  if (!values.empty())
    check(H5Dread(dataset.get(), native_type<T>(), memory.get(), file.get(), H5P_DEFAULT, values.data()),
          "read");
  return values;
}

std::vector<std::string> read_strings(Object const& dataset, Box const& box) {
  Lock const lock;
  auto const type = text_type(H5T_VARIABLE);
  std::vector<char*> pointers(volume(box.count), nullptr);
  auto const [file, memory] = select(dataset, box);
  check(H5Dread(dataset.get(), type.get(), memory.get(), file.get(), H5P_DEFAULT, pointers.data()), "read");
  std::vector<std::string> values;
  for (char const* pointer : pointers) values.emplace_back(pointer == nullptr ? "" : pointer);
  H5Dvlen_reclaim(type.get(), memory.get(), H5P_DEFAULT, pointers.data());
  return values;
}

bool is_number(Object const& object) {
  Lock const lock;
  if (H5Iget_type(object.get()) != H5I_DATASET) return false;
  Object const type(H5Dget_type(object.get()), "type");
  auto const kind = H5Tget_class(type.get());
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

void make_scale(Object const& dataset, std::string const& name) {
  Lock const lock;
  check(H5DSset_scale(dataset.get(), name.c_str()), "dimension scale");
}

Object write_counting_scale(Object const& parent, std::string const& name, std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto scale = write_integers(parent, name, numbers, {count});
  make_scale(scale, name);
  return scale;
}

void attach_scale(Object const& dataset, Object const& scale, unsigned dimension) {
  Lock const lock;
  check(H5DSattach_scale(dataset.get(), scale.get(), dimension), "dimension scale");
}

Extents chunk_of(Extents const& extents, std::size_t numbers) {
  Extents chunk(extents.size(), 1);
  for (std::size_t d = extents.size(); d-- > 0;) {
    chunk[d] = std::clamp<hsize_t>(numbers, 1, extents[d]);
    numbers = std::max<std::size_t>(numbers / chunk[d], 1);
  }
  return chunk;
}

#define THRESHER_HDF5_TYPE(T)                                                                           \
  template Object create_dataset<T>(Object const&, std::string const&, Extents const&, Extents const&); \
  template Object write_dataset<T>(Object const&, std::string const&, std::vector<T> const&,            \
                                   Extents const&);                                                     \
  template void write_box<T>(Object const&, Box const&, std::span<T const>);                            \
  template std::vector<T> read<T>(Object const&);                                                       \
  template std::vector<T> read_box<T>(Object const&, Box const&);
THRESHER_HDF5_TYPE(double)
THRESHER_HDF5_TYPE(std::int64_t)
THRESHER_HDF5_TYPE(std::int32_t)
THRESHER_HDF5_TYPE(std::int8_t)
THRESHER_HDF5_TYPE(std::uint8_t)
#undef THRESHER_HDF5_TYPE

}  // namespace thresher::hdf5
