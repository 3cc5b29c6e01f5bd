#include "hdf5/attribute.hpp"

#include "hdf5/call.hpp"

#include <algorithm>
#include <stdexcept>

namespace thresher::hdf5 {

namespace {

void write_attribute(Object const& object, std::string const& name, hid_t type, Extents const& extents,
                     void const* data) {
  Lock const lock;
  if (has_attribute(object, name)) check(H5Adelete(object.get(), name.c_str()), name.c_str());
  Object const attribute(
      H5Acreate2(object.get(), name.c_str(), type, space_of(extents).get(), H5P_DEFAULT, H5P_DEFAULT),
      name.c_str());
  check(H5Awrite(attribute.get(), type, data), name.c_str());
}

Object open_attribute(Object const& object, std::string const& name) {
  return {H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), name.c_str()};
}

}  // namespace

void set_attribute(Object const& object, std::string const& name, std::string const& value) {
  Lock const lock;
  auto const type = text_type(std::max<std::size_t>(value.size(), 1));
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "string padding");
  write_attribute(object, name, type.get(), {}, value.c_str());
}

void set_attribute(Object const& object, std::string const& name, std::vector<double> const& values) {
  write_attribute(object, name, native_type<double>(), {values.size()}, values.data());
}

void set_attribute(Object const& object, std::string const& name, std::vector<std::int8_t> const& values) {
  write_attribute(object, name, native_type<std::int8_t>(), {values.size()}, values.data());
}

void set_attribute(Object const& object, std::string const& name, std::int64_t value) {
  auto const narrow = static_cast<std::int32_t>(value);
  if (fits_32_bits(value)) return write_attribute(object, name, native_type<std::int32_t>(), {}, &narrow);
  write_attribute(object, name, native_type<std::int64_t>(), {}, &value);
}

bool has_attribute(Object const& object, std::string const& name) {
  Lock const lock;
  return H5Aexists(object.get(), name.c_str()) > 0;
}

std::string text_attribute(Object const& object, std::string const& name) {
  Lock const lock;
  auto const attribute = open_attribute(object, name);
  Object const type(H5Aget_type(attribute.get()), name.c_str());
  Object const space(H5Aget_space(attribute.get()), name.c_str());
  if (H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_npoints(space.get()) != 1)
    throw std::runtime_error("attribute " + name + " is no text");
  if (H5Tis_variable_str(type.get()) > 0) {
    char* letters = nullptr;
    check(H5Aread(attribute.get(), type.get(), &letters), name.c_str());
    std::string text(letters == nullptr ? "" : letters);
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, &letters);
    return text;
  }
  std::string value(H5Tget_size(type.get()), '\0');
  check(H5Aread(attribute.get(), type.get(), value.data()), name.c_str());
  value.resize(std::min(value.size(), value.find('\0')));
  return value;
}

std::int64_t integer_attribute(Object const& object, std::string const& name) {
  Lock const lock;
  std::int64_t value = 0;
  check(H5Aread(open_attribute(object, name).get(), native_type<std::int64_t>(), &value), name.c_str());
  return value;
}

std::vector<double> numbers_attribute(Object const& object, std::string const& name) {
  Lock const lock;
  auto const attribute = open_attribute(object, name);
  Object const space(H5Aget_space(attribute.get()), name.c_str());
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  if (!values.empty()) check(H5Aread(attribute.get(), native_type<double>(), values.data()), name.c_str());
  return values;
}

}  // namespace thresher::hdf5
