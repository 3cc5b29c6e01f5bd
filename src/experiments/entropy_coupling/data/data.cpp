#include "experiments/entropy_coupling/data/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>

namespace thresher::entropy_coupling {

namespace {

using Weights = std::vector<double>;

void normalise(Weights& weights) {
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0) || !std::isfinite(sum))
    throw std::runtime_error(
        "all weights of a law vanish or overflow: raise the concentration or lower the jitter");
  for (double& w : weights) w /= sum;
}

void raise_to(Weights& weights, double least) {
  for (double& w : weights) w = std::max(w, least);
}

/// Steps after the base weights that P and Q share: jitter, normalise, floor, normalise.
void shape(Weights& weights, double jitter, double floor, std::function<void(Weights&)> const& normals) {
  if (jitter > 0) {
    Weights z(weights.size());
    normals(z);
    for (std::size_t j = 0; j < z.size(); ++j) weights[j] *= std::exp(jitter * z[j]);
  }
  normalise(weights);
  raise_to(weights, floor / static_cast<double>(weights.size()));
  normalise(weights);
}

Weights zipf(std::int64_t size, double exponent) {
  Weights weights(static_cast<std::size_t>(size));
  for (std::size_t j = 0; j < weights.size(); ++j)
    weights[j] = std::pow(static_cast<double>(j + 1), -exponent);
  return weights;
}

Weights geometric(std::int64_t size, double ratio) {
  Weights weights(static_cast<std::size_t>(size));
  for (std::size_t j = 0; j < weights.size(); ++j) weights[j] = std::pow(ratio, static_cast<double>(j));
  return weights;
}

Weights gammas(random::Stream const& stream, std::uint64_t row, std::int64_t size, double shape_parameter) {
  Weights weights(static_cast<std::size_t>(size));
  if (shape_parameter == 1) {
    stream.exponentials({row}, 0, weights);
  } else {
    for (std::size_t j = 0; j < weights.size(); ++j)
      weights[j] = stream.sequence({row}, j).gamma(shape_parameter);
  }
  return weights;
}

/// `what` names the law in messages.
Weights checked(Weights weights, std::string const& what) {
  for (double const w : weights)
    if (!(w >= 0)) throw study::UserError("input: " + what + ": weights must not be negative");
  if (!(std::accumulate(weights.begin(), weights.end(), 0.0) > 0))
    throw study::UserError("input: " + what + ": the weights of a law sum to zero");
  return weights;
}

bool is_constant(Weights const& weights) {
  return std::ranges::count_if(weights, [](double w) { return w > 0; }) < 2;
}

bool all_alike(Weights const& values) {
  return std::ranges::all_of(values, [&](double value) {
    return std::abs(value - values.front()) <= 1e-6 * std::abs(values.front());
  });
}

/// Laws that lie in the columns are seen where these sum to one number and the rows do not.
void refuse_transposed_laws(study::InputReader const& input) {
  auto const extents = input.extents("q");
  if (extents.size() != 2 || extents[0] < 2 || extents[1] < 2) return;
  Weights of_columns(static_cast<std::size_t>(extents[1]));
  Weights of_rows;
  for (std::int64_t row = 0; row < extents[0]; ++row) {
    auto const weights = input.read("q", {row, row + 1}, {0, extents[1]});
    of_rows.push_back(std::accumulate(weights.begin(), weights.end(), 0.0));
    std::ranges::transform(of_columns, weights, of_columns.begin(), std::plus());
  }
  if (all_alike(of_columns) && !all_alike(of_rows))
    throw study::UserError(
        fmt::format("input: /q is {} x {}, and its columns sum to one number while its rows do not: it looks "
                    "transposed; {}",
                    extents[0], extents[1], study::kOrderOfDimensions));
}

/// Where draws, and laws from a file, come from. A law without draws needs no team: it is small then, and
/// known.
struct Source {
  study::Team const* team;

  random::Stream stream(char const* name) const { return team->stream(name); }
};

/// Law of the observed symbols among `samples` draws (inverse of the cumulative distribution).
Weights empirical(Weights const& probabilities, std::int64_t samples, random::Stream const& stream) {
  Weights cumulative(probabilities.size());
  std::partial_sum(probabilities.begin(), probabilities.end(), cumulative.begin());
  std::vector<std::int64_t> counts(probabilities.size(), 0);
  constexpr std::int64_t kBlock = 1 << 16;
  Weights uniforms;
  for (std::int64_t first = 0; first < samples; first += kBlock) {
    uniforms.resize(static_cast<std::size_t>(std::min(kBlock, samples - first)));
    stream.uniforms({0}, static_cast<std::uint64_t>(first), uniforms);
    for (double const u : uniforms) {
      auto const at = std::upper_bound(cumulative.begin(), cumulative.end() - 1, u) - cumulative.begin();
      ++counts[static_cast<std::size_t>(at)];
    }
  }
  Weights observed;
  for (std::int64_t const count : counts)
    if (count > 0) observed.push_back(static_cast<double>(count) / static_cast<double>(samples));
  return observed;
}

}  // namespace

bool symbol_law_is_random(Parameters const& parameters) {
  return parameters.p_kind == SymbolLaw::dirichlet || parameters.p_jitter > 0 || parameters.p_samples > 0;
}

bool observation_law_is_random(Parameters const& parameters) {
  return parameters.q_kind == ObservationLaw::dirichlet || parameters.q_jitter > 0;
}

Weights input_symbol_weights(study::InputReader const& input) {
  auto const extents = input.extents("p");
  if (extents.size() != 1) throw study::UserError("input: /p: one dimension is expected");
  return checked(input.read("p", {0, extents[0]}, {0, 1}), "/p");
}

InputLaws examine_laws(study::InputReader const& input, study::Asked<Parameters> const& asked) {
  InputLaws laws;
  auto const if_small = [](Weights weights) {
    return std::ssize(weights) <= kSizeToTry ? std::move(weights) : Weights();
  };
  if (asked.includes(&Parameters::p_kind, SymbolLaw::file)) {
    auto weights = input_symbol_weights(input);
    if (is_constant(weights))
      throw study::UserError(
          "input: /p gives weight to one symbol only, so there is nothing to recover; "
          "allowed are at least two");
    laws.symbols = std::ssize(weights);
    laws.symbol_weights = if_small(std::move(weights));
  }
  if (!asked.includes(&Parameters::q_kind, ObservationLaw::file)) return laws;
  refuse_transposed_laws(input);
  bool all_constant = true;
  for (std::int64_t row = 0; row < input_observations(input); ++row) {
    auto weights = input_observation_weights(input, row);
    all_constant = all_constant && is_constant(weights);
    laws.alphabets.push_back(std::ssize(weights));
    laws.observation_weights.push_back(if_small(std::move(weights)));
  }
  if (all_constant)
    throw study::UserError(
        "input: every law of /q gives weight to one symbol only, so observations tell "
        "nothing; allowed are laws of at least two");
  return laws;
}

std::int64_t input_observations(study::InputReader const& input) {
  auto const extents = input.extents("q");
  return extents.size() == 1 ? 1 : extents[0];
}

Weights input_observation_weights(study::InputReader const& input, std::int64_t observation) {
  auto const extents = input.extents("q");
  Weights weights;
  if (extents.size() == 1) {
    weights = input.read("q", {0, extents[0]}, {0, 1});
  } else if (extents.size() == 2) {
    std::int64_t const row = extents[0] == 1 ? 0 : observation;
    if (row >= extents[0])
      throw study::UserError(std::string("input: /q: fewer laws (rows) than observations; ") +
                             study::kOrderOfDimensions);
    weights = input.read("q", {row, row + 1}, {0, extents[1]});
  } else {
    throw study::UserError("input: /q: one or two dimensions are expected");
  }
  weights = checked(std::move(weights), fmt::format("/q, row {}", observation));
  while (weights.back() == 0) weights.pop_back();
  return weights;
}

namespace {

Weights symbol_base(Parameters const& parameters, Source const& source) {
  switch (parameters.p_kind) {
    case SymbolLaw::uniform:
      return Weights(static_cast<std::size_t>(parameters.n), 1.0);
    case SymbolLaw::zipf:
      return zipf(parameters.n, parameters.p_exponent);
    case SymbolLaw::geometric:
      return geometric(parameters.n, parameters.p_ratio);
    case SymbolLaw::dirichlet:
      return gammas(source.stream("p_base"), 0, parameters.n, parameters.p_alpha);
    case SymbolLaw::file:
      return source.team != nullptr ? input_symbol_weights(*source.team->input())
                                    : parameters.input->symbol_weights;
  }
  throw std::logic_error("symbol law");
}

Weights observation_base(Parameters const& parameters, std::int64_t observation, Source const& source) {
  switch (parameters.q_kind) {
    case ObservationLaw::bernoulli:
      return {1 - parameters.q_bias, parameters.q_bias};
    case ObservationLaw::uniform:
      return Weights(static_cast<std::size_t>(parameters.k), 1.0);
    case ObservationLaw::zipf:
      return zipf(parameters.k, parameters.q_exponent);
    case ObservationLaw::geometric:
      return geometric(parameters.k, parameters.q_ratio);
    case ObservationLaw::dirichlet: {
      std::uint64_t const row = parameters.q_hetero ? static_cast<std::uint64_t>(observation) : 0;
      return gammas(source.stream("q_base"), row, parameters.k, parameters.q_alpha);
    }
    case ObservationLaw::file:
      return source.team != nullptr
                 ? input_observation_weights(*source.team->input(), observation)
                 : parameters.input->observation_weights[static_cast<std::size_t>(observation)];
  }
  throw std::logic_error("observation law");
}

Law make_symbol_law(Parameters const& parameters, Source const& source) {
  Weights weights = symbol_base(parameters, source);
  shape(weights, parameters.p_jitter, parameters.p_floor,
        [&](Weights& z) { source.stream("p_jitter").normals({0}, 0, z); });
  if (parameters.p_samples > 0) weights = empirical(weights, parameters.p_samples, source.stream("p_sample"));
  return quantise(weights, parameters.mass_bits, "p");
}

Law make_observation_law(Parameters const& parameters, std::int64_t observation, Source const& source) {
  Weights weights = observation_base(parameters, observation, source);
  std::uint64_t const row = parameters.q_hetero ? static_cast<std::uint64_t>(observation) : 0;
  shape(weights, parameters.q_jitter, parameters.q_floor,
        [&](Weights& z) { source.stream("q_jitter").normals({row}, 0, z); });
  return quantise(weights, parameters.mass_bits, "q");
}

}  // namespace

Law symbol_law(Parameters const& parameters, study::Team const& team) {
  return make_symbol_law(parameters, {&team});
}

Law observation_law(Parameters const& parameters, std::int64_t observation, study::Team const& team) {
  return make_observation_law(parameters, observation, {&team});
}

Law fixed_symbol_law(Parameters const& parameters) {
  return make_symbol_law(parameters, {nullptr});
}

Law fixed_observation_law(Parameters const& parameters, std::int64_t observation) {
  return make_observation_law(parameters, observation, {nullptr});
}

}  // namespace thresher::entropy_coupling
