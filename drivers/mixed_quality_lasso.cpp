#include "engine/driver.hpp"
#include "experiments/mixed_quality_lasso/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::mixed_quality_lasso::Experiment());
}
