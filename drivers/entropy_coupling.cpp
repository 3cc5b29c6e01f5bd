#include "engine/driver.hpp"
#include "experiments/entropy_coupling/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::entropy_coupling::Experiment());
}
