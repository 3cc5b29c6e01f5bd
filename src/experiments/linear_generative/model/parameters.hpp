#pragma once

#include <cstdint>
#include <string>

namespace thresher::linear_generative {

enum class Spectrum { spiked, powerlaw, field, input };
enum class LatentBasis { canonical, random };
enum class Entry { gaussian, rademacher, uniform };
enum class Model { sqrt, diffusion, conv, patch_net };
enum class Method { automatic, dense, krylov, mfn };
enum class Storage { automatic, stored, stored32, implicit };
enum class Center { none, global, split };
enum class Choice { automatic, yes, no };

struct InputReports;

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t dim = 1000;
  double gamma = 1;
  std::int64_t samples = 0;
  Spectrum spectrum = Spectrum::spiked;
  std::int64_t rank = 1;
  double spike = 1;
  double spike_ratio = 1;
  double alpha = 1;
  LatentBasis latent_basis = LatentBasis::canonical;
  Entry entry = Entry::gaussian;
  std::string dataset = "data";
  Center center = Center::global;
  Method method = Method::automatic;
  Storage storage = Storage::automatic;
  Model model = Model::sqrt;
  double ridge = 0;
  std::int64_t num_generated = 16;
  double krylov_tol = 1e-4;
  std::int64_t krylov_max = 300;
  std::int64_t noise_steps = 64;
  double sigma_max = 100;
  double sigma_min = 0.01;
  double train_time = 0;
  std::int64_t kernel = 0;
  std::int64_t hidden = 32;
  std::int64_t train_steps = 1500;
  std::int64_t batch = 8;
  double learning_rate = 5e-3;
  Choice wasserstein = Choice::automatic;
  InputReports const* input = nullptr;  ///< the data sets of the user's file, where there is one
};

}  // namespace thresher::linear_generative
