#include "hdf5/object.hpp"

#include "hdf5/call.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace thresher::hdf5 {

namespace {

std::recursive_mutex& mutex() {
  static std::recursive_mutex one;
  return one;
}

herr_t append_message(unsigned, H5E_error2_t const* error, void* text) {
  auto& all = *static_cast<std::string*>(text);
  if (error->desc != nullptr && *error->desc != '\0')
    all += (all.empty() ? "" : " <- ") + std::string(error->desc);
  return 0;
}

}  // namespace

std::atomic<bool> a_file_stayed_open{false};

Lock::Lock() : guard_(mutex()) {}

void check(herr_t code, char const* what) {
  if (code >= 0) return;
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, append_message, &text);
  H5Eclear2(H5E_DEFAULT);
  std::replace(text.begin(), text.end(), '\n', ' ');
  throw std::runtime_error(std::string("HDF5: ") + what + (text.empty() ? "" : ": " + text));
}

Object::Object(hid_t id, char const* what) : id_(id) {
  check(id < 0 ? -1 : 0, what);
}

Object::~Object() {
  if (id_ < 0) return;
  Lock const lock;
  bool const is_file = H5Iget_type(id_) == H5I_FILE;
  if (H5Idec_ref(id_) < 0 && is_file) a_file_stayed_open = true;
}

Object text_type(std::size_t size) {
  Object type(H5Tcopy(H5T_C_S1), "string type");
  check(H5Tset_size(type.get(), size), "string size");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "string encoding");
  return type;
}

Object space_of(Extents const& extents) {
  if (extents.empty()) return {H5Screate(H5S_SCALAR), "scalar space"};
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), "space"};
}

}  // namespace thresher::hdf5
