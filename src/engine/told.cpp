#include "engine/told.hpp"

#include "parameters/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace thresher::engine {

std::string message_line(std::string const& text) {
  constexpr std::size_t kHead = 600;
  constexpr std::size_t kTail = 400;
  if (text.size() <= kHead + kTail) return printable(text);
  return printable(text.substr(0, kHead)) + " ... " + printable(text.substr(text.size() - kTail));
}

void warn_of_environment(machine::RunEnvironment const& environment, Progress& progress) {
  if (environment.blas.empty()) progress.say("warning: the slow reference BLAS answers; install OpenBLAS");
  // OpenBLAS falls back to them on processors that are younger than it; all that run this have AVX2.
  if (environment.blas.find("Prescott") != std::string::npos)
    progress.say(
        "warning: OpenBLAS takes this processor for an old one (Prescott): OPENBLAS_CORETYPE=SkylakeX where "
        "it has AVX-512, or Haswell, makes dense linear algebra several times faster");
  auto const several = [](std::string const& list) { return list.find(',') != std::string::npos; };
  if (several(environment.blas) || several(environment.processors))
    progress.say("warning: unlike processors work together (" + environment.processors + "; " +
                 environment.blas + "): set OPENBLAS_CORETYPE for equal last bits");
}

void print_record(Study const& study, Record const& record) {
  if (record.trial < 0) return;
  auto const& about = study.description();
  fmt::print("{}, trial {} ({:.3g} s){}{}\n", study.grid().label(about.parameters, record.point),
             record.trial, record.seconds, record.status == Status::not_converged ? ", not converged" : "",
             record.reason.empty() ? "" : ": " + record.reason);
  for (std::size_t m = 0; m < record.values.size(); ++m)
    if (!std::isnan(record.values[m])) fmt::print("  {} = {}\n", about.metrics[m].name, record.values[m]);
  std::fflush(stdout);
}

}  // namespace thresher::engine
