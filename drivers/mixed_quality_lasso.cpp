#include "experiments/mixed_quality_lasso/experiment.hpp"
#include "study/driver.hpp"

int main(int argc, char** argv) {
  return thresher::study::run_driver(argc, argv, thresher::mixed_quality_lasso::Experiment());
}
