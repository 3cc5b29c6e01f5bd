#include "study/driver.hpp"

#include "hdf5/file.hpp"
#include "linalg/petsc.hpp"
#include "parameters/text.hpp"
#include "study/coordinator.hpp"
#include "study/environment.hpp"
#include "study/failure_report.hpp"
#include "study/input_file.hpp"
#include "study/level_search.hpp"
#include "study/merge.hpp"
#include "study/plan.hpp"
#include "study/provenance.hpp"
#include "study/result_layout.hpp"
#include "study/resume.hpp"
#include "study/signals.hpp"
#include "study/worker.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

namespace thresher::study {

namespace {

constexpr int kDone = 0;
constexpr int kBadInput = 2;
constexpr int kSomeFailed = 3;
constexpr int kInterrupted = 75;

/// The names of parameters and metrics differ from each other, from engine options and from the file's own
/// names.
void assert_unique_names(Description const& about) {
  std::set<std::string> names{result_names::kTrial,    result_names::kStatus,    result_names::kSeconds,
                              result_names::kTeamSize, result_names::kSummary,   result_names::kTheory,
                              result_names::kFailures, result_names::kArtifacts, result_names::kEngine,
                              result_names::kSearch};
  for (auto const& option : options_table().specifications()) names.insert(option.name);
  auto const add = [&](std::string const& name) {
    if (!names.insert(name).second)
      throw std::logic_error("the name " + name + " is used twice in " + about.name);
  };
  for (auto const& parameter : about.parameters) add(parameter.name);
  for (auto const& metric : about.metrics) add(metric.name);
}

/// What rank 0 read, so that every rank makes the same study of it.
Request share(mpi::Communicator const& world, Request request) {
  ByteWriter writer;
  writer.put(static_cast<std::uint32_t>(request.inputs.size()));
  for (auto const& [name, given] : request.inputs) {
    writer.put_text(name);
    writer.put_text(given.text);
    writer.put_text(given.origin);
  }
  writer.put(static_cast<std::uint32_t>(request.petsc_options.size()));
  for (auto const& option : request.petsc_options) writer.put_text(option);
  writer.put_text(request.command_line);
  auto& bytes = writer.bytes();
  bytes.resize(mpi::broadcast_value(world, bytes.size()));
  mpi::broadcast(world, std::span<std::byte>(bytes));
  ByteReader reader(bytes);
  Request shared;
  for (auto left = reader.get<std::uint32_t>(); left > 0; --left) {
    auto const name = reader.get_text();
    auto const text = reader.get_text();
    shared.inputs[name] = {text, reader.get_text()};
  }
  for (auto left = reader.get<std::uint32_t>(); left > 0; --left)
    shared.petsc_options.push_back(reader.get_text());
  shared.command_line = reader.get_text();
  return shared;
}

/// What a user reads of an error: one line, of which long values leave the ends.
std::string message_line(std::string const& text) {
  constexpr std::size_t kHead = 600;
  constexpr std::size_t kTail = 400;
  if (text.size() <= kHead + kTail) return printable(text);
  return printable(text.substr(0, kHead)) + " ... " + printable(text.substr(text.size() - kTail));
}

/// Runs `work` on rank 0; a user's error there is told once and ends all ranks with exit code 2. Collective.
void on_rank_0(mpi::Communicator const& world, std::function<void()> const& work) {
  std::string error;
  int code = kDone;
  if (world.rank() == 0) {
    try {
      work();
    } catch (HelpRequest const& help) {
      fmt::print("{}", help.what());
      code = -1;
    } catch (UserError const& user) {
      error = user.what();
      code = kBadInput;
    } catch (std::filesystem::filesystem_error const& refusal) {
      error = refusal.what();
      code = kBadInput;
    }
  }
  code = mpi::broadcast_value(world, code);
  if (code == -1) throw HelpRequest("");
  if (code == kBadInput) throw UserError(mpi::broadcast_text(world, error));
}

/// One run of a driver; members are made in the order in which they are needed.
class Run {
 public:
  Run(Experiment const& experiment, mpi::Communicator const& world)
      : experiment_(experiment), world_(world) {}

  int operator()(int argc, char** argv);

 private:
  void read(int argc, char** argv);
  void check_output();
  void survey_points();
  void adopt_journal_of_output();
  Provenance provenance_until(std::string const& ended) const {
    return provenance(environment_, input_.get(), stored_.get(), ended);
  }
  int run_study(Configuration const& configuration);
  int search_level(Configuration configuration);
  int execute();
  std::string output() const { return study_->options().output; }
  bool keeps_results() const { return study_->options().only_trial < 0; }

  Experiment const& experiment_;
  mpi::Communicator const& world_;
  Request request_;
  std::shared_ptr<ResultReader const> stored_;
  std::unique_ptr<InputFile> input_;
  std::unique_ptr<Study> study_;
  std::unique_ptr<linalg::Session> session_;
  double detected_memory_ = 0;
  double memory_per_rank_ = 0;
  std::function<bool(Point const&)> wanted_;  ///< of a level search, on rank 0
  RunEnvironment environment_;
  // Rank 0 only.
  std::unique_ptr<Ledger> ledger_;
  JournalContents journal_;
};

int Run::operator()(int argc, char** argv) {
  on_rank_0(world_, [&] { read(argc, argv); });
  request_ = share(world_, request_);
  environment_ = RunEnvironment::of(world_, experiment_.description().name + " " + request_.command_line);
  std::unique_ptr<Configuration> configuration;
  on_rank_0(world_, [&] {
    configuration = std::make_unique<Configuration>(configure(request_, experiment_.description()));
  });
  if (!configuration)
    configuration = std::make_unique<Configuration>(configure(request_, experiment_.description()));
  if (!configuration->options.input.empty()) {
    on_rank_0(world_, [&] { input_ = std::make_unique<InputFile>(configuration->options.input); });
    if (!input_) input_ = std::make_unique<InputFile>(configuration->options.input);
    adopt_input(*configuration, experiment_, *input_);
  }
  if (!configuration->options.merge.empty()) {
    std::size_t failed = 0;
    on_rank_0(world_, [&] { failed = merge_files(experiment_, *configuration, environment_); });
    return mpi::broadcast_value(world_, failed == 0 ? kDone : kSomeFailed);
  }
  detected_memory_ = available_bytes_per_rank(world_);
  session_ = std::make_unique<linalg::Session>(request_.petsc_options);
  environment_.petsc_options = linalg::Session::options_in_force();
  signals::install();
  on_rank_0(world_, [&] { (void)LevelSearch::of(*configuration, experiment_.description()); });
  if (!configuration->options.search.empty()) return search_level(std::move(*configuration));
  return run_study(*configuration);
}

int Run::run_study(Configuration const& configuration) {
  study_.reset();
  on_rank_0(world_, [&] { study_ = std::make_unique<Study>(experiment_, configuration, input_.get()); });
  if (!study_) study_ = std::make_unique<Study>(experiment_, configuration, input_.get());
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
int Run::search_level(Configuration configuration) {
  auto const search = *LevelSearch::of(configuration, experiment_.description());
  auto const& parameter = experiment_.description().parameters[search.parameter()];
  for (;;) {
    SearchState state;
    std::string values;
    on_rank_0(world_, [&] {
      if (!stored_ && request_.inputs.contains(parameter.name))
        throw UserError(fmt::format("{}: is what --search varies; its values are not given", parameter.name));
      state = search_state(search, configuration, experiment_.description(), stored_.get());
      for (auto const& value : state.values)
        values += fmt::format("{}{}", values.empty() ? "" : ",", to_text(value));
    });
    configuration.values[search.parameter()] = parse_values(parameter, mpi::broadcast_text(world_, values));
    wanted_ = state.is_visited;
    int const code = run_study(configuration);
    bool const complete = mpi::broadcast_value(world_, state.complete);
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
  assert_unique_names(about);
  request_ = read_request(argc, argv, about);
  auto const options = configure(request_, about).options;
  if (!options.resume || !options.merge.empty()) return;
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
  auto survey = thresher::study::survey(*study_, ranks, memory_per_rank_, kept);
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

void Run::adopt_journal_of_output() {
  auto const path = output() + ".journal";
  journal_ = {};
  if (study_->options().resume) {
    journal_ = adopt_journal(path, *study_);
  }
  for (auto const& record : journal_.records) ledger_->enter(record);
  for (auto const& [unit, strikes] : journal_.strikes) {
    auto const [trial, point] = unit;
    if (strikes < kStrikes) continue;
    auto const values = trial >= 0 ? study_->description().metrics.size() : std::size_t{0};
    Record record{.point = point,
                  .trial = trial,
                  .status = Status::failed,
                  .seconds = 0,
                  .values = std::vector<double>(values, std::nan("")),
                  .reason = fmt::format("crashed: in flight at {} abnormal ends in a row", strikes),
                  .artifacts = {}};
    if (trial < 0) {
      for (auto const& prediction : study_->description().predictions)
        if (prediction.theory == theory_of_trial(trial)) record.values.push_back(std::nan(""));
    }
    ledger_->enter(record);
    journal_.records.push_back(std::move(record));
  }
  std::erase_if(journal_.strikes, [](auto const& strike) { return strike.second >= kStrikes; });
  if (study_->options().retry_failed)
    for (auto const& failure : std::vector<Failure>(ledger_->failures())) {
      if (failure.trial < 0) {
        ledger_->theory_status(theory_of_trial(failure.trial),
                               ledger_->task_of(theory_of_trial(failure.trial), failure.point)) =
            Status::not_run;
      }
      ledger_->retry(failure.point, failure.trial);
      std::erase_if(journal_.records, [&](Record const& record) {
        return record.point == failure.point && record.trial == failure.trial;
      });
    }
}

int Run::execute() {
  auto const exchange = mpi::Communicator::duplicate(world_.get());
  std::unique_ptr<OutputLock> lock;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<Schedule> schedule;
  Progress progress(study_->options().quiet || world_.rank() != 0 ? Progress::Voice::quiet
                                                                  : Progress::Voice::normal);
  std::unique_ptr<Coordinator> coordinator;
  on_rank_0(world_, [&] {
    if (environment_.blas.empty()) progress.say("warning: the slow reference BLAS answers; install OpenBLAS");
    if (environment_.blas.find(',') != std::string::npos ||
        environment_.processors.find(',') != std::string::npos)
      progress.say("warning: unlike processors work together (" + environment_.processors + "; " +
                   environment_.blas + "): set OPENBLAS_CORETYPE for equal last bits");
    if (keeps_results()) {
      lock = std::make_unique<OutputLock>(output(), study_->options().checkpoint_interval);
      adopt_journal_of_output();
      std::vector<std::shared_ptr<ResultReader const>> sources;
      if (stored_) sources.push_back(stored_);
      ledger_->drop_beyond_decision();
      storage = std::make_unique<Storage>(output(), *study_, provenance_until("(running)"), *lock);
      try {
        storage->begin(*ledger_, std::move(sources), std::move(journal_.records), journal_.strikes);
      } catch (std::runtime_error const& error) {
        throw UserError(fmt::format("output = {}: {}", output(), error.what()));
      }
    }
    schedule = std::make_unique<Schedule>(*study_, *ledger_, journal_.strikes);
    coordinator =
        std::make_unique<Coordinator>(*study_, *ledger_, *schedule, storage.get(), progress, exchange);
    if (!keeps_results())
      coordinator->on_record = [&](Record const& record) {
        if (record.trial < 0) return;
        fmt::print("{}, trial {} ({:.3g} s){}\n",
                   study_->grid().label(study_->description().parameters, record.point), record.trial,
                   record.seconds, record.reason.empty() ? "" : ": " + record.reason);
        for (std::size_t m = 0; m < record.values.size(); ++m)
          if (!std::isnan(record.values[m]))
            fmt::print("  {} = {}\n", study_->description().metrics[m].name, record.values[m]);
        std::fflush(stdout);
      };
  });

  std::vector<Phase> phases;
  if (schedule) phases = schedule->phases();
  phases.resize(mpi::broadcast_value(world_, phases.size()));
  mpi::broadcast(world_, std::span<Phase>(phases));
  if (coordinator) coordinator->start();
  {
    Worker worker(*study_, world_, exchange, static_cast<std::uint64_t>(memory_per_rank_));
    worker.run(phases);
    // Nobody frees a communicator that another rank still uses.
    mpi::check(MPI_Barrier(world_.get()), "MPI_Barrier");
  }
  int code = kDone;
  if (coordinator) {
    auto const ending = coordinator->join();
    if (storage) {
      ledger_->drop_beyond_decision();
      try {
        storage->finish(*ledger_, provenance_until(utc_now()));
      } catch (std::runtime_error const& error) {
        throw std::runtime_error(fmt::format("{}; {}", error.what(), kAfterStorageError));
      }
    }
    if (!ledger_->failures().empty()) {
      report_failures(*study_, *ledger_);
      code = kSomeFailed;
    }
    if (ending == Coordinator::Ending::interrupted) code = kInterrupted;
    if (!study_->options().quiet)
      for (auto const& option : linalg::Session::unused_options())
        fmt::print(stderr, "warning: no solver asked for the option -{}\n", option);
  }
  return mpi::broadcast_value(world_, code);
}

}  // namespace

int run_driver(int argc, char** argv, Experiment const& experiment) {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
  int code = 1;
  {
    auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
    try {
      if (provided < MPI_THREAD_MULTIPLE)
        throw UserError("this MPI does not grant MPI_THREAD_MULTIPLE, which the coordinator needs");
      code = Run(experiment, world)(argc, argv);
    } catch (HelpRequest const&) {
      code = kDone;
    } catch (UserError const& error) {
      if (world.rank() == 0)
        fmt::print(stderr, "{}: {}\n", experiment.description().name, message_line(error.what()));
      code = kBadInput;
    } catch (std::exception const& error) {
      fmt::print(stderr, "{}: fault on rank {}: {}\n", experiment.description().name, world.rank(),
                 error.what());
      std::fflush(nullptr);
      MPI_Abort(world.get(), 1);
    }
  }
  if (!hdf5::ends_cleanly()) {
    std::fflush(nullptr);
    std::_Exit(code);
  }
  MPI_Finalize();
  return code;
}

}  // namespace thresher::study
