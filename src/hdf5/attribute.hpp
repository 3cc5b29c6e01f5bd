#pragma once

#include "hdf5/object.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Attributes of a data set, a group or a file (those of its root group).
namespace thresher::hdf5 {

/// Sets an attribute, in place of one of the same name. Texts have a fixed length, so that their checksum
/// covers them.
void set_attribute(Object const& object, std::string const& name, std::string const& value);
void set_attribute(Object const& object, std::string const& name, std::vector<double> const& values);
void set_attribute(Object const& object, std::string const& name, std::vector<std::int8_t> const& values);
/// Of 32 bits where the value fits.
void set_attribute(Object const& object, std::string const& name, std::int64_t value);

bool has_attribute(Object const& object, std::string const& name);
std::string text_attribute(Object const& object, std::string const& name);
std::int64_t integer_attribute(Object const& object, std::string const& name);
std::vector<double> numbers_attribute(Object const& object, std::string const& name);

}  // namespace thresher::hdf5
