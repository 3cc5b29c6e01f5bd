#pragma once

#include <mpi.h>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace thresher::mpi {

/// Owning handle of an MPI communicator (freed with the handle unless it is one of MPI's own). Movable, not
/// copyable. Every error of MPI is thrown as std::runtime_error with MPI's text (the communicator returns
/// errors).
class Communicator {
 public:
  /// No communicator.
  Communicator() = default;
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(Communicator const&) = delete;
  Communicator& operator=(Communicator const&) = delete;

  /// A private copy of `parent`. Collective over `parent`.
  static Communicator duplicate(MPI_Comm parent);
  /// The ranks with the same colour, in the order of `key`. Collective over this communicator.
  Communicator split(int color, int key) const;
  /// This process alone (not collective, nothing to free).
  static Communicator self();

  MPI_Comm get() const { return comm_; }
  int rank() const { return rank_; }
  int size() const { return size_; }
  explicit operator bool() const { return comm_ != MPI_COMM_NULL; }

 private:
  explicit Communicator(MPI_Comm owned);
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

/// What the library calls itself, version included.
std::string library_version();

/// Throws std::runtime_error with MPI's text and `call` when `code` is not MPI_SUCCESS.
void check(int code, char const* call);

/// Element-wise maximum, minimum (these do not depend on the order). Collective.
double max(Communicator const& comm, double value);
double min(Communicator const& comm, double value);
/// Element-wise sum by MPI_Allreduce. The order of additions is MPI's: rounding may differ between team
/// sizes. Use `FixedOrderSum` where a loop amplifies rounding. Collective.
void sum_in_place(Communicator const& comm, std::span<double> values);
double sum(Communicator const& comm, double value);
/// Copies `values` of `root` to all ranks. Collective.
void broadcast(Communicator const& comm, std::span<std::byte> values, int root = 0);
template <class T>
void broadcast(Communicator const& comm, std::span<T> values, int root = 0) {
  broadcast(comm, std::as_writable_bytes(values), root);
}
template <class T>
requires std::is_trivially_copyable_v<T> T broadcast_value(Communicator const& comm, T value, int root = 0) {
  broadcast(comm, std::span<T>(&value, 1), root);
  return value;
}
/// Makes `values` those of `root`, however many they are. Collective.
template <class T>
void broadcast_vector(Communicator const& comm, std::vector<T>& values, int root = 0) {
  values.resize(broadcast_value(comm, values.size(), root));
  broadcast(comm, std::span<T>(values), root);
}
std::string broadcast_text(Communicator const& comm, std::string text, int root = 0);

/// Runs `work` on every rank; if it throws on some, every rank throws (its own exception, or "on rank r:
/// reason" of the lowest rank that threw). Nothing in `work` may be collective over `comm` after a point
/// where ranks can part. Collective.
void agree(Communicator const& comm, std::function<void()> const& work);

}  // namespace thresher::mpi
