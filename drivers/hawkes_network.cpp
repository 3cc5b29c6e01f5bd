#include "engine/driver.hpp"
#include "experiments/hawkes_network/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::hawkes_network::Experiment());
}
