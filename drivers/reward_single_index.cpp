#include "engine/driver.hpp"
#include "experiments/reward_single_index/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::reward_single_index::Experiment());
}
