#include "mpi/communicator.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace thresher::mpi {

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return {text, static_cast<std::size_t>(length)};
}

void check(int code, char const* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw std::runtime_error(std::string(call) + ": " + std::string(text, static_cast<std::size_t>(length)));
}

Communicator::Communicator(MPI_Comm owned) : comm_(owned) {
  check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
}

Communicator::~Communicator() {
  int finalized = 0;
  if (comm_ == MPI_COMM_NULL || comm_ == MPI_COMM_SELF) return;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Comm_free(&comm_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Communicator Communicator::duplicate(MPI_Comm parent) {
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(parent, &copy), "MPI_Comm_dup");
  return Communicator(copy);
}

Communicator Communicator::split(int color, int key) const {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(comm_, color, key, &part), "MPI_Comm_split");
  return Communicator(part);
}

Communicator Communicator::self() {
  return Communicator(MPI_COMM_SELF);
}

namespace {
void reduce(Communicator const& comm, std::span<double> values, MPI_Op op) {
  if (comm.size() == 1) return;
  check(
      MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, op, comm.get()),
      "MPI_Allreduce");
}
}  // namespace

double max(Communicator const& comm, double value) {
  reduce(comm, {&value, 1}, MPI_MAX);
  return value;
}

double min(Communicator const& comm, double value) {
  reduce(comm, {&value, 1}, MPI_MIN);
  return value;
}

double sum(Communicator const& comm, double value) {
  reduce(comm, {&value, 1}, MPI_SUM);
  return value;
}

void sum_in_place(Communicator const& comm, std::span<double> values) {
  constexpr std::size_t kPiece = std::size_t{1} << 30;  // counts of MPI are 32-bit
  for (std::size_t at = 0; at < values.size(); at += kPiece)
    reduce(comm, values.subspan(at, std::min(kPiece, values.size() - at)), MPI_SUM);
}

void broadcast(Communicator const& comm, std::span<std::byte> values, int root) {
  if (comm.size() == 1) return;
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < values.size(); at += kPiece)
    check(MPI_Bcast(values.data() + at, static_cast<int>(std::min(kPiece, values.size() - at)), MPI_BYTE,
                    root, comm.get()),
          "MPI_Bcast");
}

std::string broadcast_text(Communicator const& comm, std::string text, int root) {
  auto const length = broadcast_value(comm, text.size(), root);
  text.resize(length);
  broadcast(comm, std::as_writable_bytes(std::span(text.data(), text.size())), root);
  return text;
}

void agree(Communicator const& comm, std::function<void()> const& work) {
  std::exception_ptr failure;
  std::string reason;
  try {
    work();
  } catch (std::exception const& error) {
    failure = std::current_exception();
    reason = error.what();
  } catch (...) {
    failure = std::current_exception();
    reason = "unknown exception";
  }
  if (comm.size() == 1) {
    if (failure) std::rethrow_exception(failure);
    return;
  }
  int first = failure ? comm.rank() : comm.size();
  check(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm.get()), "MPI_Allreduce");
  if (first == comm.size()) return;
  reason = broadcast_text(comm, reason, first);
  if (failure) std::rethrow_exception(failure);
  throw std::runtime_error("on rank " + std::to_string(first) + ": " + reason);
}

}  // namespace thresher::mpi
