#include "experiments/entropy_coupling/experiment.hpp"
#include "study/driver.hpp"

int main(int argc, char** argv) {
  return thresher::study::run_driver(argc, argv, thresher::entropy_coupling::Experiment());
}
