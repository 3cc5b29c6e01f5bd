#include "experiments/spiked_wigner/experiment.hpp"
#include "study/driver.hpp"

int main(int argc, char** argv) {
  return thresher::study::run_driver(argc, argv, thresher::spiked_wigner::Experiment());
}
