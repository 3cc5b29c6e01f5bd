#include "engine/driver.hpp"
#include "experiments/hierarchical_features/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::hierarchical_features::Experiment());
}
