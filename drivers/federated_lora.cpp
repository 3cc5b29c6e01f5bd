#include "engine/driver.hpp"
#include "experiments/federated_lora/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::federated_lora::Experiment());
}
