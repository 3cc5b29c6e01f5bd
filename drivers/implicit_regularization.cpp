#include "engine/driver.hpp"
#include "experiments/implicit_regularization/experiment.hpp"

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, thresher::implicit_regularization::Experiment());
}
