#include "engine/driver.hpp"

#include "engine/coordinator.hpp"
#include "engine/end_all_ranks.hpp"
#include "engine/launcher.hpp"
#include "engine/meeting.hpp"
#include "engine/on_ranks.hpp"
#include "engine/pause_watch.hpp"
#include "engine/plan.hpp"
#include "engine/signals.hpp"
#include "engine/told.hpp"
#include "engine/worker.hpp"
#include "hdf5/file.hpp"
#include "input/input_file.hpp"
#include "linalg/petsc.hpp"
#include "machine/environment.hpp"
#include "results/durable_file.hpp"
#include "results/failure_report.hpp"
#include "results/level_search.hpp"
#include "results/merge.hpp"
#include "results/provenance.hpp"
#include "results/reserved_names.hpp"
#include "results/resume.hpp"
#include "results/trial_files.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace thresher::engine {

namespace {

constexpr int kDone = 0;
constexpr int kBadInput = 2;
constexpr int kSomeFailed = 3;
constexpr int kInterrupted = 75;

/// One run of a driver; members are made in the order in which they are needed.
class Run {
 public:
  Run(Experiment const& experiment, mpi::Communicator const& world, Launch launch)
      : experiment_(experiment), world_(world), launch_(std::move(launch)) {}

  int operator()(int argc, char** argv);

 private:
  void read(int argc, char** argv);
  void open_input(Configuration& configuration);
  void check_output();
  void survey_points();
  void start_keeping();
  void finish_keeping();
  Provenance provenance_until(std::string const& ended) const {
    return provenance(environment_, input_.get(), stored_.get(), ended);
  }
  int run_study(Configuration const& configuration);
  int search_level(LevelSearch const& search, Configuration configuration);
  int execute();
  std::string output() const { return study_->options().output; }
  bool keeps_results() const { return study_->options().only_trial < 0; }

  Experiment const& experiment_;
  mpi::Communicator const& world_;
  Launch launch_;
  Request request_;
  std::shared_ptr<ResultReader const> stored_;
  std::shared_ptr<InputFile const> input_;
  std::shared_ptr<InputFacts const> facts_;
  std::unique_ptr<Study> study_;
  std::unique_ptr<linalg::Session> session_;
  double detected_memory_ = 0;
  double memory_per_rank_ = 0;
  std::function<bool(Point const&)> wanted_;  ///< of a level search, on rank 0
  RunEnvironment environment_;
  // Rank 0 only.
  std::unique_ptr<Ledger> ledger_;
  Strikes strikes_;
  std::unique_ptr<OutputLock> lock_;
  std::unique_ptr<ResultStore> store_;
};

int Run::operator()(int argc, char** argv) {
  on_rank_0(world_, [&] { read(argc, argv); });
  request_ = share(world_, request_);
  environment_ = RunEnvironment::of(world_, experiment_.description().name + " " + request_.command_line);
  Configuration configuration;
  on_every_rank(world_, [&] { configuration = configure(request_, experiment_.description()); });
  auto const& options = configuration.options;
  if (!options.merge.empty()) {
    std::size_t failed = 0;
    on_rank_0(world_, [&] { failed = merge_files(experiment_, configuration, environment_); });
    return mpi::broadcast_value(world_, failed == 0 ? kDone : kSomeFailed);
  }
  if (!options.input.empty()) open_input(configuration);
  detected_memory_ = available_bytes_per_rank(world_);
  session_ = std::make_unique<linalg::Session>(split_names(configuration.petsc_options, ' '));
  environment_.petsc_options = linalg::Session::options_in_force();
  signals::install();
  std::optional<LevelSearch> search;
  on_every_rank(world_, [&] { search = LevelSearch::of(configuration, experiment_.description()); });
  return search ? search_level(*search, std::move(configuration)) : run_study(configuration);
}

/// Opens the user's input on every rank; one examines it for all of them.
void Run::open_input(Configuration& configuration) {
  std::vector<std::byte> examined;
  on_rank_0(world_, [&] { examined = examine_input(experiment_, configuration); });
  mpi::broadcast_vector(world_, examined);
  on_every_rank(world_, [&] { input_ = std::make_shared<InputFile const>(configuration.options.input); });
  facts_ = experiment_.facts(examined);
  adopt_input(configuration, experiment_, *facts_);
}

int Run::run_study(Configuration const& configuration) {
  on_every_rank(world_, [&] {
    study_ = std::make_unique<Study>(experiment_, configuration, OpenedInput{input_, facts_});
  });
  on_rank_0(world_, [&] {
    check_output();
    survey_points();
  });
  memory_per_rank_ = mpi::broadcast_value(world_, memory_per_rank_);
  if (study_->options().plan) {
    on_rank_0(world_, [&] {
      auto const ranks = study_->options().plan_ranks > 0 ? study_->options().plan_ranks : world_.size();
      print_plan(*study_, *ledger_, static_cast<int>(ranks), memory_per_rank_);
    });
    return kDone;
  }
  return execute();
}

/// Rounds of a level search: each extends the study by the values that its lines ask for next.
int Run::search_level(LevelSearch const& search, Configuration configuration) {
  auto const& parameter = experiment_.description().parameters[search.parameter()];
  for (;;) {
    SearchState state;
    on_rank_0(world_, [&] {
      if (!stored_ && request_.inputs.contains(parameter.name))
        throw UserError(fmt::format("{}: is what --search varies; its values are not given", parameter.name));
      state = search_state(search, configuration, experiment_.description(), stored_.get());
    });
    mpi::broadcast_vector(world_, state.values);
    configuration.values[search.parameter()].assign(state.values.begin(), state.values.end());
    wanted_ = state.is_visited;
    int const code = run_study(configuration);
    bool const complete = mpi::broadcast_value(world_, state.complete);
    if (complete && state.censored > 0 && !configuration.options.plan)
      fmt::print(stderr, "{} of {} lines do not cross {} in {}: /search says on which side they lie\n",
                 state.censored, state.lines, configuration.options.search_level,
                 configuration.options.search);
    if (complete || (code != kDone && code != kSomeFailed) || configuration.options.plan) return code;
    // The next round extends what is there now.
    configuration.options.resume = true;
    configuration.options.overwrite = false;
    if (world_.rank() == 0)
      stored_ = std::make_shared<ResultReader const>(output(), experiment_.description());
  }
}

void Run::read(int argc, char** argv) {
  auto const& about = experiment_.description();
  experiment_.assert_whole();
  assert_names_apart(about);
  request_ = read_request(argc, argv, about);
  auto options = configure(request_, about).options;
  if (!options.output.empty())
    request_.inputs["output"].text = options.output = without_links(options.output);
  if (!options.merge.empty()) return;
  // Before anybody looks at what is there: another start may be about to make it.
  if (!options.output.empty() && !options.plan && options.only_trial < 0)
    lock_ = std::make_unique<OutputLock>(options.output, options.checkpoint_interval);
  if (!options.resume) return;
  if (options.output.empty() || !result_file_exists(options.output)) return;
  stored_ = std::make_shared<ResultReader const>(options.output, about);
  complete_request(request_, *stored_, about);
}

void Run::check_output() {
  auto const& options = study_->options();
  if (options.plan || !keeps_results()) return;
  if (options.output.empty())
    throw UserError("output: is not given; allowed is a file name, as in --output results.h5");
  if (options.resume && options.overwrite) throw UserError("resume = true: excludes overwrite");
  if (result_file_exists(output()) && !options.resume && !options.overwrite)
    throw UserError(
        fmt::format("output = {}: exists; allowed are --resume, --overwrite or another name", output()));
  require_writable(output());
  if (stored_) require_extension(*study_, *stored_);
  if (stored_ && input_ && stored_->attribute("input_identity") != input_->identity())
    throw UserError(fmt::format("input = {}: the file {} was made with another input ({}; now {})",
                                options.input, output(), stored_->attribute("input_identity"),
                                input_->identity()));
}

void Run::survey_points() {
  auto const& options = study_->options();
  memory_per_rank_ = detected_memory_;
  if (!options.memory_per_rank.empty())
    memory_per_rank_ = parse_bytes("memory_per_rank", options.memory_per_rank);
  auto const kept = stored_ ? stored_->team_sizes(study_->grid()) : std::vector<std::int32_t>{};
  auto const ranks =
      options.plan && options.plan_ranks > 0 ? static_cast<int>(options.plan_ranks) : world_.size();
  auto survey = study::survey(*study_, ranks, memory_per_rank_, kept);
  for (auto const size : survey.team_size)
    if (ranks % size != 0)
      throw UserError(fmt::format(
          "the file {} was made with teams of {} ranks; allowed are multiples of that, here are {}", output(),
          size, ranks));
  if (!options.quiet)
    for (auto const& warning : survey.warnings) fmt::print(stderr, "warning: {}\n", warning);
  if (wanted_)
    for (std::size_t point = 0; point < survey.wanted.size(); ++point)
      survey.wanted[point] = wanted_(study_->grid().point(point));
  ledger_ = std::make_unique<Ledger>(*study_, std::move(survey));
  if (stored_) stored_->enter_into(*ledger_, *study_);
}

/// Takes over what is stored and what the journal holds, and goes on keeping.
void Run::start_keeping() {
  JournalContents journal;
  if (study_->options().resume) journal = adopt_journal(output() + ".journal", *study_);
  enter_journal(journal, *ledger_, *study_);
  if (study_->options().retry_failed) forget_failures(journal, *ledger_);
  ledger_->drop_beyond_decision();
  strikes_ = journal.strikes;
  std::vector<std::shared_ptr<ResultReader const>> sources;
  if (stored_) sources.push_back(stored_);
  store_ = std::make_unique<ResultStore>(output(), *study_, *ledger_, provenance_until("(running)"), *lock_);
  try {
    store_->begin(std::move(sources), std::move(journal.records), strikes_);
  } catch (std::runtime_error const& error) {
    throw UserError(fmt::format("output = {}: {}", output(), error.what()));
  }
}

int Run::execute() {
  auto const exchange = mpi::Communicator::duplicate(world_.get());
  auto const quiet = study_->options().quiet || world_.rank() != 0;
  Progress progress(quiet ? Progress::Voice::quiet : Progress::Voice::normal);
  std::unique_ptr<Schedule> schedule;
  std::unique_ptr<Coordinator> coordinator;
  std::vector<Phase> phases;
  on_rank_0(world_, [&] {
    if (keeps_results()) start_keeping();
    warn_of_environment(environment_, progress);
    if (auto const doubt = launch_.doubt(world_.size()); !doubt.empty()) progress.say("warning: " + doubt);
    schedule = std::make_unique<Schedule>(*study_, *ledger_, strikes_);
    phases = schedule->phases();
    coordinator =
        std::make_unique<Coordinator>(*study_, *ledger_, *schedule, store_.get(), progress, exchange);
    if (!keeps_results())
      coordinator->on_record = [&](Record const& record) { print_record(*study_, record); };
  });
  mpi::broadcast_vector(world_, phases);
  if (coordinator) coordinator->start();
  work(*study_, world_, exchange, static_cast<std::uint64_t>(memory_per_rank_), phases);
  int code = kDone;
  if (coordinator) {
    auto const end = coordinator->join();
    if (store_) finish_keeping();
    if (keeps_results() && end == Coordinator::RunEnd::complete) forget_all_states(output());
    if (keeps_results()) report_losses(*study_, *ledger_);
    if (!ledger_->failures().empty()) {
      report_failures(*study_, *ledger_);
      code = kSomeFailed;
    }
    if (end == Coordinator::RunEnd::interrupted) code = kInterrupted;
    if (end == Coordinator::RunEnd::no_progress) code = kBadInput;
    if (!study_->options().quiet)
      for (auto const& option : linalg::Session::unused_options())
        fmt::print(stderr, "warning: no solver asked for the option -{}\n", option);
  }
  meet(world_);  // rank 0 has written the file meanwhile
  return mpi::broadcast_value(world_, code);
}

void Run::finish_keeping() {
  ledger_->drop_beyond_decision();
  try {
    store_->finish(provenance_until(utc_now()));
  } catch (std::runtime_error const& error) {
    throw std::runtime_error(fmt::format("{}; {}", error.what(), kAfterStoreError));
  }
  store_.reset();
}

}  // namespace

int run_driver(int argc, char** argv, Experiment const& experiment) {
  auto const launch = Launch::of([](char const* name) { return std::getenv(name); });
  int provided = 0;
  {
    PausesKeptFromNewThreads const kept;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
  }
  int code = 1;
  {
    auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
    PauseWatch const pauses;
    try {
      if (provided < MPI_THREAD_MULTIPLE)
        throw UserError("this MPI does not grant MPI_THREAD_MULTIPLE, which the coordinator needs");
      if (auto const mismatch = launch.mismatch(world.size(), mpi::library_version()); !mismatch.empty())
        throw UserError(mismatch);
      code = Run(experiment, world, launch)(argc, argv);
    } catch (HelpRequest const&) {
      code = kDone;
    } catch (UserError const& error) {
      // Copies that do not see each other each have rank 0: the first one tells.
      bool const tells = world.size() > 1 ? world.rank() == 0 : launch.number == 0;
      if (tells) fmt::print(stderr, "{}: {}\n", experiment.description().name, message_line(error.what()));
      code = kBadInput;
    } catch (std::exception const& error) {
      fmt::print(stderr, "{}: fault on rank {}: {}\n", experiment.description().name, world.rank(),
                 error.what());
      end_all_ranks(world, 1);
    }
  }
  if (!hdf5::ends_cleanly()) {
    std::fflush(nullptr);
    std::_Exit(code);
  }
  MPI_Finalize();
  return code;
}

}  // namespace thresher::engine
