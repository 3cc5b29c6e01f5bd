#include "engine/driver.hpp"
#include "experiments/group_matrix/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::group_matrix::Experiment());
}
