#include "engine/agreement.hpp"

#include "study/stopwatch.hpp"
#include "study/team.hpp"

#include <chrono>
#include <thread>

namespace thresher::engine {

using namespace study;

Agreement::Agreement(mpi::Communicator const& team, std::function<void(std::string const&)> alone,
                     double patience)
    : alone_(std::move(alone)), patience_(patience) {
  if (team.size() > 1) control_ = mpi::Communicator::duplicate(team.get());
}

Ending Agreement::run(std::function<void()> const& work) const {
  Ending ending;
  try {
    work();
  } catch (Interrupted const&) {
    ending.kind = Ending::Kind::interrupted;
  } catch (std::exception const& error) {
    ending = {Ending::Kind::failed, error.what()};
  } catch (...) {
    ending = {Ending::Kind::failed, "unknown exception"};
  }
  if (!control_) return ending;

  // votes[0]: lowest rank that failed; votes[1]: lowest that was interrupted.
  int votes[2] = {ending.kind == Ending::Kind::failed ? control_.rank() : control_.size(),
                  ending.kind == Ending::Kind::interrupted ? control_.rank() : control_.size()};
  MPI_Request request = MPI_REQUEST_NULL;
  mpi::check(MPI_Iallreduce(MPI_IN_PLACE, votes, 2, MPI_INT, MPI_MIN, control_.get(), &request),
             "MPI_Iallreduce");
  if (ending.kind == Ending::Kind::done) {
    mpi::check(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait");
  } else {
    Stopwatch const watch;
    for (int arrived = 0; arrived == 0;) {
      mpi::check(MPI_Test(&request, &arrived, MPI_STATUS_IGNORE), "MPI_Test");
      if (arrived == 0 && watch.seconds() > patience_) alone_(ending.reason);
      if (arrived == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
  if (votes[0] < control_.size()) {
    std::string const where =
        control_.size() > 1 ? "on rank " + std::to_string(votes[0]) + " of the team: " : "";
    return {Ending::Kind::failed, where + mpi::broadcast_text(control_, ending.reason, votes[0])};
  }
  if (votes[1] < control_.size()) return {Ending::Kind::interrupted, {}};
  return ending;
}

}  // namespace thresher::engine
