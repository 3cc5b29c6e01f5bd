#include "engine/driver.hpp"
#include "experiments/linear_generative/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::linear_generative::Experiment());
}
