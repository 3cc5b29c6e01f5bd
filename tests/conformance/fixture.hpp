#pragma once

#include "points.hpp"
#include "subject.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

// What every experiment promises the engine, on small random points of its declaration. All of it holds
// before a trial is worth anything, so an experiment has it by being there and not by writing tests.

namespace thresher::conformance {

inline Configuration configuration_of(Experiment const& experiment, Request request) {
  return configure(request, experiment.description());
}

inline Request smoke_request(Experiment const& experiment) {
  std::string arguments[] = {experiment.description().name, "--config", kSmokePreset};
  char* pointers[] = {arguments[0].data(), arguments[1].data(), arguments[2].data()};
  return read_request(3, pointers, experiment.description());
}

/// The experiment, with the study of its smoke preset.
struct Subject {
  std::unique_ptr<Experiment const> experiment = make_subject();
  Study smoke{*experiment, configuration_of(*experiment, smoke_request(*experiment))};
  Description const& about = experiment->description();
};
inline Subject const& subject() {
  static Subject const made;
  return made;
}

class Conformance : public testing::Test {
 protected:
  /// What these tests ask of one rank; with more ranks the others are run.
  static void SetUpTestSuite() { subject(); }
  void SetUp() override {
    bool const of_teams =
        std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) == "TeamsOfAnySizeAgree";
    if (of_teams != (world.size() > 1)) GTEST_SKIP() << "for another number of ranks";
  }
  std::string at(Point const& point) const { return text_of(about, point); }

  mpi::Communicator world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self = mpi::Communicator::self();
  Team alone{self, 1000000000};
  Study const& smoke = subject().smoke;
  Description const& about = subject().about;
  Points points{smoke};
};

}  // namespace thresher::conformance
