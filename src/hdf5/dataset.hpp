#pragma once

#include "hdf5/object.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Data sets of T: double, or an integer of 64, 32 or 8 bits. None is without elements: some readers fail at
/// such a one.
namespace thresher::hdf5 {

/// A data set that takes no space where nothing is written (NaN, or 0), in chunks with checksums.
template <class T>
Object create_dataset(Object const& parent, std::string const& name, Extents const& extents,
                      Extents const& chunk);
/// A data set of doubles in one piece: several ranks write side by side, and a chunk that two of them share
/// would have to travel.
Object create_unchunked(Object const& parent, std::string const& name, Extents const& extents);
/// A data set that holds `values`, in chunks with checksums: a small one in one. Chunks in which all are
/// missing (NaN) take no space, integers are deflated where they are many. No extents: a scalar, which has no
/// chunks.
template <class T>
Object write_dataset(Object const& parent, std::string const& name, std::vector<T> const& values,
                     Extents const& extents);
/// The same for integers: of 32 bits where all values fit (several readers have no others), else of 64.
Object write_integers(Object const& parent, std::string const& name, std::vector<std::int64_t> const& values,
                      Extents const& extents);
/// The same for UTF-8 strings, of variable length (netCDF reads fixed-length ones wrongly). Checksums do not
/// apply to these, which lie elsewhere in the file.
Object write_dataset(Object const& parent, std::string const& name, std::vector<std::string> const& values,
                     Extents const& extents);
Object open_dataset(Object const& parent, std::string const& name);
Extents extents(Object const& dataset);
/// How many numbers these extents hold.
std::size_t volume(Extents const& extents);

template <class T>
void write_box(Object const& dataset, Box const& box, std::span<T const> values);
template <class T>
std::vector<T> read(Object const& dataset);
template <class T>
std::vector<T> read_box(Object const& dataset, Box const& box);
std::vector<std::string> read_strings(Object const& dataset, Box const& box);

/// Whether it is a data set of integers or reals.
bool is_number(Object const& object);

/// Makes `dataset` a dimension scale.
void make_scale(Object const& dataset, std::string const& name);
/// A dimension scale that counts from 0.
Object write_counting_scale(Object const& parent, std::string const& name, std::size_t count);
void attach_scale(Object const& dataset, Object const& scale, unsigned dimension);

inline constexpr std::size_t kNumbersPerChunk = 16384;
/// Extents of a chunk with about `numbers` numbers: the last dimensions whole, the earlier ones cut.
Extents chunk_of(Extents const& extents, std::size_t numbers);

}  // namespace thresher::hdf5
