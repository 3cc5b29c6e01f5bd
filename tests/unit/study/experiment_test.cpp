#include "study/experiment.hpp"

#include "small_experiment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace thresher::study {
namespace {

using ::testing::HasSubstr;

struct Facts {
  std::int64_t rows = 0;
  std::vector<std::string> sets;
  static constexpr std::tuple members{&Facts::rows, &Facts::sets};
};
struct ReadingParameters {
  std::int64_t n = 1;
  std::string dataset = "X";
  enum class Estimator { lasso, ridge } estimator = Estimator::lasso;
  Facts const* input = nullptr;
};
struct ReadingMetrics {
  double rows = kUndefined;
  double forgotten = kUndefined;
};
struct ReadingPredictions {
  double expected = kUndefined;
};

/// Reads an input, on which every answer depends.
class Reading final : public ExperimentOf<ReadingParameters, ReadingMetrics, ReadingPredictions> {
 public:
  enum class Mistake { none, undeclared_metric, metric_twice };
  explicit Reading(Mistake mistake = Mistake::none) {
    about("reading", "Reads", "none", 1);
    stages({"data", "read"});
    parameter("n", &ReadingParameters::n, "[1, 100]", "rows", "data");
    parameter("dataset", &ReadingParameters::dataset, "data set", "data");
    parameter("estimator", &ReadingParameters::estimator, {"lasso", "ridge"}, "estimator", "read");
    user_input(&ReadingParameters::input,
               [](InputReader const& reader, Asked<ReadingParameters> const& asked) {
                 Facts facts;
                 for (auto const& name : asked.of(&ReadingParameters::dataset)) {
                   facts.sets.push_back(name);
                   facts.rows += reader.extents(name).at(0);
                 }
                 return facts;
               });
    metric("rows", &ReadingMetrics::rows, MetricKind::count, "[0, inf)", "rows");
    if (mistake != Mistake::undeclared_metric)
      metric("forgotten",
             mistake == Mistake::metric_twice ? &ReadingMetrics::rows : &ReadingMetrics::forgotten,
             MetricKind::value, "[0, 1]", "forgotten");
    theory("expected", {}, [](ReadingParameters const& p, ReadingPredictions& t) {
      t.expected = static_cast<double>(p.input->rows);
    });
    prediction("expected", &ReadingPredictions::expected, "rows");
  }
  void check(ReadingParameters const& p, Verdict& verdict) const override {
    if (p.input == nullptr) return;
    if (p.n != p.input->rows) verdict.refuse("n", "allowed is what the input has");
  }
  void adopt_input(ReadingParameters& p) const override { p.n = p.input->rows; }
  Cost cost(std::size_t, ReadingParameters const& p, Resources const& resources) const override {
    return {.bytes_per_rank = static_cast<double>(p.input->rows), .flops = resources.bytes_per_rank};
  }
  ReadingMetrics applicable(ReadingParameters const& p) const override {
    ReadingMetrics mask;
    if (p.input->rows == 7) mask.rows = 0;
    return mask;
  }
  std::unique_ptr<StageResult> run_stage(std::size_t, StageResult const*, std::span<ReadingParameters const>,
                                         Team&) const override {
    return std::make_unique<StageResult>();
  }
  Outcome measure(StageResult const*, ReadingParameters const& p, Team&,
                  ReadingMetrics& metrics) const override {
    metrics.rows = static_cast<double>(p.input->rows);
    return Outcome::ok;
  }
};

/// A file of data sets with so many rows.
class Rows final : public InputReader {
 public:
  explicit Rows(std::map<std::string, std::int64_t> rows) : rows_(std::move(rows)) {}
  bool has(std::string const& name) const override { return rows_.contains(name); }
  std::vector<std::int64_t> extents(std::string const& name) const override {
    if (!has(name)) throw UserError("no data set " + name);
    return {rows_.at(name)};
  }
  std::vector<double> read(std::string const&, mpi::Range, mpi::Range) const override { return {}; }
  std::vector<double> read_with_missing(std::string const&, mpi::Range, mpi::Range) const override {
    return {};
  }
  std::optional<std::vector<double>> numbers(std::string const&, std::string const&) const override {
    return {};
  }
  std::optional<std::string> text(std::string const&, std::string const&) const override { return {}; }
  std::vector<std::string> members(std::string const&) const override { return {}; }

 private:
  std::map<std::string, std::int64_t> rows_;
};

TEST(UserInput, IsExaminedForTheValuesAskedAndReachesEveryAnswer) {
  Reading const reading;
  Experiment const& experiment = reading;
  EXPECT_TRUE(experiment.reads_input());
  SmallExperiment const small;
  EXPECT_FALSE(static_cast<Experiment const&>(small).reads_input());
  auto configuration = configuration_of(experiment, {{"dataset", "X,Y"}});
  Rows const file({{"X", 3}, {"Y", 4}});
  auto const facts = std::shared_ptr(experiment.facts(experiment.examine(file, configuration.values)));
  adopt_input(configuration, experiment, *facts);
  EXPECT_EQ(configuration.values[0], std::vector<Value>{std::int64_t{7}});

  Study const study(experiment, configuration, {nullptr, facts});
  auto point = study.grid().point(0);
  EXPECT_EQ(study.verdict(point).refusal(), "");
  EXPECT_EQ(study.cost(0, point, {1, 5}).bytes_per_rank, 7);
  EXPECT_EQ(study.cost(0, point, {1, 5}).flops, 5);
  EXPECT_EQ(study.applicable(point), (std::vector<bool>{true, false}));
  std::vector<double> predicted(1);
  study.predict(0, point, predicted);
  EXPECT_EQ(predicted[0], 7);
  auto const self = mpi::Communicator::self();
  Team team(self);
  std::vector<double> metrics(2);
  study.measure(nullptr, point, team, metrics);
  EXPECT_EQ(metrics[0], 7);
  point[0] = std::int64_t{6};
  EXPECT_THAT(study.verdict(point).refusal(), HasSubstr("n = 6"));

  EXPECT_THROW(experiment.examine(Rows({{"X", 3}}), configuration.values), UserError);
}

TEST(Declarations, MissNoMemberAndNameNoneTwice) {
  auto const complaint = [](Reading::Mistake mistake) -> std::string {
    try {
      static_cast<Experiment const&>(Reading(mistake)).assert_whole();
    } catch (std::logic_error const& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(complaint(Reading::Mistake::none), "");
  EXPECT_THAT(complaint(Reading::Mistake::undeclared_metric),
              HasSubstr("member 2 of the struct of its metrics"));
  EXPECT_THAT(complaint(Reading::Mistake::metric_twice), HasSubstr("member 1 of the struct of its metrics"));
}

/// A data parameter that an analysis parameter makes inert.
class Unlike final : public ExperimentOf<ReadingParameters, ReadingMetrics, ReadingPredictions> {
 public:
  Unlike() {
    about("unlike", "Compares estimators on unlike data", "none", 1);
    stages({"data", "read"});
    parameter("n", &ReadingParameters::n, "[1, 100]", "rows", "data");
    parameter("estimator", &ReadingParameters::estimator, {"lasso", "ridge"}, "estimator", "read");
  }
  void check(ReadingParameters const& p, Verdict& verdict) const override {
    if (p.estimator == ReadingParameters::Estimator::ridge) verdict.inert("n");
  }
  Cost cost(std::size_t, ReadingParameters const&, Resources const&) const override { return {}; }
  std::unique_ptr<StageResult> run_stage(std::size_t, StageResult const*, std::span<ReadingParameters const>,
                                         Team&) const override {
    return nullptr;
  }
  Outcome measure(StageResult const*, ReadingParameters const&, Team&, ReadingMetrics&) const override {
    return Outcome::ok;
  }
};

TEST(DataParameters, AreNotInertBecauseOfTheAnalysis) {
  Unlike const experiment;
  auto const surveyed = [&](Texts const& inputs) {
    return survey(Study(experiment, configuration_of(experiment, inputs)), 1, 1e9, {});
  };
  EXPECT_NO_THROW(surveyed({{"n", "1,2"}}));
  EXPECT_NO_THROW(surveyed({{"n", "1,2"}, {"estimator", "ridge"}}));
  EXPECT_THROW(surveyed({{"n", "1,2"}, {"estimator", "lasso,ridge"}}), std::logic_error);
}

}  // namespace
}  // namespace thresher::study
