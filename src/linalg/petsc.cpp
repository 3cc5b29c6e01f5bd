#include "linalg/petsc.hpp"

#include <fmt/format.h>
#include <slepcsys.h>

#include <cstdlib>
#include <stdexcept>

namespace thresher::linalg {

namespace {

/// Call chain of the error that is being reported, innermost function first.
std::string& reported() {
  static std::string text;
  return text;
}

PetscErrorCode collect(MPI_Comm, int line, char const* function, char const* file, PetscErrorCode code,
                       PetscErrorType type, char const* message, void*) {
  if (type == PETSC_ERROR_INITIAL) reported().clear();
  if (!reported().empty()) reported() += " <- ";
  reported() +=
      fmt::format("{} ({}:{})", function == nullptr ? "?" : function, file == nullptr ? "?" : file, line);
  if (message != nullptr && *message != '\0') reported() += fmt::format(" {}", message);
  return code;
}

}  // namespace

Session::Session(std::vector<std::string> const& options) {
  unsetenv("PETSC_OPTIONS");
  std::vector<std::string> arguments{"thresher", "-skip_petscrc", "-no_signal_handler"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(arguments.size());
  char** values = pointers.data();
  if (SlepcInitialize(&count, &values, nullptr, nullptr) != 0)
    throw std::runtime_error("PETSc and SLEPc do not start");
  PetscPushErrorHandler(collect, nullptr);
}

Session::~Session() {
  PetscPopErrorHandler();
  // Unused options are reported by the driver, once; PETSc must not print them again.
  PetscOptionsSetValue(nullptr, "-options_left", "no");
  SlepcFinalize();
}

std::string Session::options_in_force() {
  char* text = nullptr;
  check(PetscOptionsGetAll(nullptr, &text));
  std::string all(text);
  PetscFree(text);
  return all;
}

std::vector<std::string> Session::unused_options() {
  PetscInt count = 0;
  char** names = nullptr;
  char** values = nullptr;
  check(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  std::vector<std::string> unused;
  for (PetscInt k = 0; k < count; ++k) unused.emplace_back(names[k]);
  check(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  return unused;
}

void check(PetscErrorCode code) {
  if (code == 0) return;
  std::string text = std::exchange(reported(), {});
  char const* meaning = nullptr;
  PetscErrorMessage(code, &meaning, nullptr);
  throw std::runtime_error("PETSc error " + std::to_string(code) +
                           (meaning != nullptr ? std::string(": ") + meaning : "") +
                           (text.empty() ? "" : " in " + text));
}

}  // namespace thresher::linalg
