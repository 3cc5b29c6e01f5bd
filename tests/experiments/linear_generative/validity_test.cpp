#include "../validity.hpp"

#include "experiments/linear_generative/experiment.hpp"
#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

using testing::HasSubstr;

class ValidityTest : public testing::Test {
 protected:
  std::string refusal(Parameters const& point, std::set<std::string> const& given = {},
                      study::InputReader const* input = nullptr) {
    return trials::ask(experiment_, point, given, input).refusal;
  }
  std::set<std::string> inert(Parameters const& point) { return trials::ask(experiment_, point).inert; }
  std::vector<std::string> warnings(Parameters const& point) {
    return trials::ask(experiment_, point).warnings;
  }
  Experiment experiment_;
};

TEST_F(ValidityTest, DefaultsAreValid) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_TRUE(warnings({}).empty());
}

TEST_F(ValidityTest, PopulationsAreRefused) {
  auto point = spiked(100, 0.1, 1);
  point.rank = 11;
  EXPECT_THAT(refusal(point), HasSubstr("min(n, dim) = 10"));
  point = spiked(100, 0.5, 1);
  point.samples = 30;
  EXPECT_EQ(refusal(point, {"samples"}), "");
  EXPECT_THAT(refusal(point, {"samples", "gamma"}), HasSubstr("gamma is given too"));
  point.gamma = 1;  // as a resumed study gives it
  EXPECT_EQ(refusal(point, {"samples", "gamma"}), "");
  point = spiked(100, 1, 1);
  point.latent_basis = LatentBasis::random;
  point.spectrum = Spectrum::powerlaw;
  EXPECT_THAT(refusal(point), HasSubstr("latent_basis"));
  EXPECT_THAT(refusal(field(99, 10, 1, Model::sqrt)), HasSubstr("perfect squares"));
  point = field(100, 10, 1, Model::sqrt);
  point.rank = 2;
  EXPECT_THAT(refusal(point), HasSubstr("one latent image"));
  point.rank = 1;
  point.spike = 0;
  EXPECT_THAT(refusal(point), HasSubstr("no latent image"));
}

TEST_F(ValidityTest, ModelsAreRefused) {
  auto point = spiked(100, 1, 1);
  point.model = Model::conv;
  EXPECT_THAT(refusal(point), HasSubstr("spectra field and input"));
  point = field(100, 10, 1, Model::conv);
  for (std::int64_t const kernel : {4, 10, 11}) {
    point.kernel = kernel;
    EXPECT_THAT(refusal(point), HasSubstr("kernel")) << kernel;
  }
  point.kernel = 9;
  EXPECT_EQ(refusal(point), "");
  point.model = Model::patch_net;
  point.kernel = 0;
  EXPECT_THAT(refusal(point), HasSubstr("patch_net sees patches"));
  point = spiked(100, 1, 1);
  point.sigma_min = 100;
  EXPECT_THAT(refusal(point), HasSubstr("less than sigma_max"));
}

/// Images of 8 x 8 pixels, row by row of pixels: waves of random phases.
std::vector<double> waves(std::int64_t examples) {
  random::Stream const stream(random::hash_identity("waves"), "phases");
  std::vector<double> phases(static_cast<std::size_t>(2 * examples));
  stream.uniforms({}, 0, phases);
  std::vector<double> values;
  for (std::size_t k = 0; k < phases.size(); k += 2)
    for (int row = 0; row < 8; ++row)
      for (int column = 0; column < 8; ++column)
        values.push_back(std::cos(6.283 * (phases[k] + row / 16.0)) +
                         std::cos(6.283 * (phases[k + 1] + column / 16.0)));
  return values;
}

std::vector<double> transposed(std::vector<double> const& values, std::size_t columns) {
  std::vector<double> result;
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t k = j; k < values.size(); k += columns) result.push_back(values[k]);
  return result;
}

TEST_F(ValidityTest, ImagesInTheOtherOrderAreTold) {
  Parameters point{.dim = 64, .samples = 10, .spectrum = Spectrum::input};
  auto const right = images_input({300, 64}, waves(300));
  EXPECT_EQ(refusal(point, {}, &right), "");
  point.dim = 300;
  auto const wrong = images_input({64, 300}, transposed(waves(300), 64));
  EXPECT_THAT(refusal(point, {}, &wrong), HasSubstr("look like pixels"));
  EXPECT_THAT(refusal(point, {}, &wrong), HasSubstr("reverse order"));
  EXPECT_EQ(refusal(point, {"dim"}, &wrong), "");  // confirmed
  // As R writes an array of 300 images of 8 x 8.
  point.dim = 8 * 300;
  point.samples = 2;
  auto const images_last = images_input({8, 8, 300}, transposed(waves(300), 64));
  EXPECT_THAT(refusal(point, {}, &images_last), HasSubstr("look like pixels"));
  EXPECT_EQ(refusal(point, {"dim"}, &images_last), "");
  // Entries in no order look the same either way; so do too few rows.
  random::Stream const stream(random::hash_identity("entries"), "in no order");
  std::vector<double> entries(64 * 300);
  stream.normals({}, 0, entries);
  point = {.dim = 64, .samples = 10, .spectrum = Spectrum::input};
  auto const plain = images_input({300, 64}, entries);
  EXPECT_EQ(refusal(point, {}, &plain), "");
  point.dim = 300;
  auto const turned = images_input({64, 300}, transposed(entries, 64));
  EXPECT_EQ(refusal(point, {}, &turned), "");
}

TEST_F(ValidityTest, MethodsAreRefused) {
  auto point = spiked(100, 1, 1);
  point.method = Method::mfn;
  EXPECT_EQ(refusal(point), "");
  point.model = Model::diffusion;
  EXPECT_THAT(refusal(point), HasSubstr("square roots only"));
  point = spiked(30'000, 1, 1);
  EXPECT_EQ(refusal(point), "");
  point.method = Method::dense;
  EXPECT_THAT(refusal(point), HasSubstr("GB"));
}

TEST_F(ValidityTest, InputsAreRefused) {
  Parameters point{.dim = 6, .samples = 2, .spectrum = Spectrum::input, .center = Center::none};
  EXPECT_THAT(refusal(point), HasSubstr("--input"));
  std::vector<double> values(60, 1.0);
  auto const input = images_input({10, 6}, values);
  EXPECT_EQ(refusal(point, {}, &input), "");
  point.samples = 6;
  EXPECT_THAT(refusal(point, {}, &input),
              testing::AllOf(HasSubstr("needs 2n = 12 rows for two disjoint sets, and /"),
                             HasSubstr("has 10 of 6 numbers"), HasSubstr("reverse order")));
  point.samples = 2;
  point.model = Model::conv;
  EXPECT_THAT(refusal(point, {}, &input), HasSubstr("square images"));
  point.model = Model::sqrt;
  point.dim = 7;
  EXPECT_THAT(refusal(point, {}, &input), HasSubstr("give dim = 6"));
}

TEST_F(ValidityTest, RowsThatAreAllEqualHaveNothingToLearnOnceTheyAreCentred) {
  Parameters point;
  point.spectrum = Spectrum::input;
  point.dim = 6;
  point.samples = 2;
  for (double const constant : {0.0, 0.1, 1e6}) {
    std::vector<double> values(60, constant);
    auto const input = images_input({10, 6}, values);
    EXPECT_THAT(refusal(point, {}, &input), HasSubstr("are all equal")) << constant;
    values[37] = constant * (1 + 1e-16);
    auto const dust = images_input({10, 6}, values);
    EXPECT_THAT(refusal(point, {}, &dust), HasSubstr("are all equal")) << constant;
  }
  std::vector<double> values(60, 0.1);
  values[37] = 0.2;
  auto const input = images_input({10, 6}, values);
  EXPECT_EQ(refusal(point, {}, &input), "");
}

TEST_F(ValidityTest, InputsDecideTheDimension) {
  study::Experiment const& engine = experiment_;
  auto const& parameters = engine.description().parameters;
  study::Point point;
  std::size_t dim = 0;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (parameters[k].name == "dim") dim = k;
    point.push_back(parameters[k].name == "spectrum" ? study::Value("input") : parameters[k].default_value);
  }
  auto const input = images_input({10, 2, 3}, std::vector<double>(60, 1.0));
  auto expected = point;
  expected[dim] = std::int64_t{6};
  EXPECT_EQ(engine.adopt_input(point, *trials::facts_of(engine, point, &input)), expected);
  // Left to check() to refuse.
  auto const line = images_input({60}, std::vector<double>(60, 1.0));
  EXPECT_EQ(engine.adopt_input(point, *trials::facts_of(engine, point, &line)), point);
}

TEST_F(ValidityTest, InputsWithHolesAreRefused) {
  Parameters point{.dim = 6, .samples = 2, .spectrum = Spectrum::input};
  std::vector<double> values(60, 1.0);
  values[33] = std::nan("");
  auto const input = images_input({10, 6}, values);
  EXPECT_THAT(refusal(point, {}, &input), HasSubstr("not finite"));
}

TEST_F(ValidityTest, InputsMayBeMissing) {
  Parameters point{.spectrum = Spectrum::input, .dataset = "faces"};
  auto const input = images_input({10, 6}, std::vector<double>(60, 1.0));
  EXPECT_THAT(refusal(point, {}, &input), HasSubstr("no such data set"));
  auto const line = images_input({60}, std::vector<double>(60, 1.0));
  Experiment fresh;
  point.dataset = "data";
  EXPECT_THAT(refusal(point, {}, &line), HasSubstr("(N, d) or (N, H, W)"));
}

TEST_F(ValidityTest, FewNoiseStepsAreWarnedOf) {
  auto point = field(100, 10, 1, Model::conv);
  point.noise_steps = 8;
  ASSERT_EQ(warnings(point).size(), 1u);
  EXPECT_THAT(warnings(point)[0], HasSubstr("noise_steps"));
}

TEST_F(ValidityTest, UnusedParametersAreInert) {
  auto const plain = inert(spiked(100, 1, 1));
  for (auto const* name : {"alpha", "dataset", "center", "noise_steps", "kernel", "hidden", "krylov_tol"})
    EXPECT_TRUE(plain.contains(name)) << name;
  for (auto const* name :
       {"spike", "rank", "ridge", "method", "dim", "gamma", "num_generated", "wasserstein"})
    EXPECT_FALSE(plain.contains(name)) << name;
  auto const conv = inert(field(100, 10, 1, Model::conv));
  for (auto const* name : {"method", "gamma", "spike_ratio", "train_time", "wasserstein"})
    EXPECT_TRUE(conv.contains(name)) << name;
  for (auto const* name : {"kernel", "alpha", "spike", "ridge", "noise_steps"})
    EXPECT_FALSE(conv.contains(name)) << name;
}

TEST_F(ValidityTest, ABusyRankHoldsWhatItsTeamShares) {
  auto point = spiked(100'000, 1, 2);
  point.storage = Storage::implicit;
  auto const alone = experiment_.cost(2, point, {1});
  auto const shared = experiment_.cost(2, point, {64});
  EXPECT_LT(shared.bytes_per_rank, alone.bytes_per_rank / 5);
  EXPECT_EQ(shared.flops, alone.flops);
  point.storage = Storage::stored;
  EXPECT_GT(experiment_.cost(2, point, {64}).bytes_per_rank, 8.0 * 100'000 * 100'000 / 64);
}

TEST_F(ValidityTest, ArtifactsAreLeftWhereWanted) {
  auto const comm = mpi::Communicator::self();
  MemoryServices services;
  study::Team team(comm);
  team.set_services(&services);
  for (auto const& declared : experiment_.description().artifacts) services.wanted.insert(declared.name);
  auto point = spiked(50, 0.5, 3);
  point.num_generated = 4;
  run_trial(point, team);
  EXPECT_EQ(services.artifacts.at("sample_spectrum").values.size(), 25u);
  EXPECT_EQ(services.artifacts.at("equivalent_roots").values.size(), 50u);
  EXPECT_EQ(services.artifacts.at("generated_samples").extents, (std::vector<std::int64_t>{50, 2, 4}));
  EXPECT_EQ(services.artifacts.at("nearest_example").values.size(), 8u);
  EXPECT_EQ(services.artifacts.at("leading_vectors").extents, (std::vector<std::int64_t>{50, 2, 1}));
  point.method = Method::krylov;
  run_trial(point, team);
  EXPECT_GE(services.artifacts.at("ritz_values").values.size(), 5u);
  run_trial(field(49, 5, 1, Model::conv), team);
  auto const& response = services.artifacts.at("filter_response");
  EXPECT_EQ(response.extents, (std::vector<std::int64_t>{2, 7, 7}));
  EXPECT_EQ(response.values[1 * 7 + 2], response.values[6 * 7 + 5]);  // conjugate frequencies
  for (auto const& [name, artifact] : services.artifacts) {
    auto const declared =
        std::ranges::find(experiment_.description().artifacts, name, &study::ArtifactDeclaration::name);
    ASSERT_NE(declared, experiment_.description().artifacts.end()) << name;
    EXPECT_EQ(declared->dimensions.size(), artifact.extents.size()) << name;
  }
}

}  // namespace
}  // namespace thresher::linear_generative
