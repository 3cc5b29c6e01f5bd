#include "experiments/linear_generative/experiment.hpp"
#include "study/driver.hpp"

int main(int argc, char** argv) {
  return thresher::study::run_driver(argc, argv, thresher::linear_generative::Experiment());
}
