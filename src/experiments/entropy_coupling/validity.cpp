#include "experiments/entropy_coupling/validity.hpp"

#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>

namespace thresher::entropy_coupling {

namespace {

bool p_from_file(Parameters const& point) {
  return point.p_kind == SymbolLaw::file;
}

bool q_from_file(Parameters const& point) {
  return point.q_kind == ObservationLaw::file;
}

std::vector<std::int64_t> alphabets(Parameters const& point) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(point.m), point.k);
  if (auto const* input = point.input; q_from_file(point) && input != nullptr)
    for (std::size_t i = 0; i < sizes.size(); ++i)
      sizes[i] =
          input->alphabets[input->alphabets.size() == 1 ? 0 : std::min(i, input->alphabets.size() - 1)];
  return sizes;
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const inert_unless = [&](bool used, char const* name) {
    if (!used) verdict.inert(name);
  };
  inert_unless(!p_from_file(point), "n");
  inert_unless(point.p_kind == SymbolLaw::dirichlet, "p_alpha");
  inert_unless(point.p_kind == SymbolLaw::zipf, "p_exponent");
  inert_unless(point.p_kind == SymbolLaw::geometric, "p_ratio");
  inert_unless(!q_from_file(point), "k");
  inert_unless(point.q_kind == ObservationLaw::bernoulli, "q_bias");
  inert_unless(point.q_kind == ObservationLaw::zipf, "q_exponent");
  inert_unless(point.q_kind == ObservationLaw::geometric, "q_ratio");
  inert_unless(point.q_kind == ObservationLaw::dirichlet, "q_alpha");
  inert_unless(observation_law_is_random(point), "q_hetero");
  auto const read = method_of(point).reads();
  std::set<std::string_view> offered;
  for (auto const* method : methods())
    for (auto const name : method->reads()) offered.insert(name);
  for (auto const name : offered)
    if (std::ranges::find(read, name) == read.end()) verdict.inert(std::string(name));
}

void check_input(Parameters const& point, study::Verdict& verdict) {
  auto const* input = point.input;
  if (input == nullptr) {
    if (p_from_file(point)) verdict.refuse("p_kind", "a law from a file needs --input with a data set p");
    if (q_from_file(point)) verdict.refuse("q_kind", "laws from a file need --input with a data set q");
    return;
  }
  if (!q_from_file(point)) return;
  auto const rows = std::ssize(input->alphabets);
  if (rows > 1 && rows < point.m_cap)
    verdict.refuse(
        "m_cap",
        fmt::format("the input holds {} laws of observations, so that m_cap is at most {}", rows, rows));
}

/// Whether a law without draws has masses that vanish.
void check_masses(Parameters const& point, study::Verdict& verdict) {
  double const units = std::ldexp(1.0, static_cast<int>(point.mass_bits));
  auto const endangered = [&](double floor, std::int64_t size) {
    return size <= kSizeToTry && floor * units / static_cast<double>(size) < 2;
  };
  try {
    auto const symbols = p_from_file(point) ? point.input->symbols : point.n;
    if (!symbol_law_is_random(point) && endangered(point.p_floor, symbols)) fixed_symbol_law(point);
  } catch (std::exception const& error) {
    verdict.refuse("p_floor", error.what());
  }
  try {
    auto const sizes = q_from_file(point) ? point.input->alphabets : std::vector{point.k};
    if (observation_law_is_random(point)) return;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      if (endangered(point.q_floor, sizes[i])) fixed_observation_law(point, static_cast<std::int64_t>(i));
  } catch (std::exception const& error) {
    verdict.refuse("q_floor", error.what());
  }
}

}  // namespace

void check_validity(Parameters const& point, study::Verdict& verdict) {
  if (point.q_kind == ObservationLaw::bernoulli && point.k != 2)
    verdict.refuse("k", "bernoulli observations have two values; choose another q_kind or k = 2");
  if (point.m > point.m_cap) verdict.refuse("m", fmt::format("at most m_cap = {}", point.m_cap));
  if (point.dep_last > point.m_cap)
    verdict.refuse("dep_last", fmt::format("at most m_cap = {}", point.m_cap));
  check_input(point, verdict);
  if (!verdict.refusal().empty()) return;
  method_of(point).check(point, alphabets(point), verdict);
  check_masses(point, verdict);
  name_inert(point, verdict);
}

}  // namespace thresher::entropy_coupling
