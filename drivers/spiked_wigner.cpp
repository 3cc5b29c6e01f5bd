#include "engine/driver.hpp"
#include "experiments/spiked_wigner/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::spiked_wigner::Experiment());
}
