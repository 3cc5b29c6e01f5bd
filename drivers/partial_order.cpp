#include "engine/driver.hpp"
#include "experiments/partial_order/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::partial_order::Experiment());
}
