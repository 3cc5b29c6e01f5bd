#include "engine/driver.hpp"
#include "experiments/new_experiment/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::new_experiment::Experiment());
}
