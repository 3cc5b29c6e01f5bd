#include "study/options.hpp"

namespace thresher::study {

using parameters::Table;

namespace {
Table<Options> make_table() {
  Table<Options> table;
  // Those before "config" describe the study.
  table.bind("trials", &Options::trials, "[0, 1e9]", "trials per point; 0 computes the theory only");
  table.bind("seed", &Options::seed, "[0, 9e15]", "seed of all random numbers");
  table.bind("zip", &Options::zip, "parameters that advance together on one axis: p,s (several: p,s;a,b)");
  table.bind("common_random_numbers", &Options::common_random_numbers,
             "share draws across points (nested designs, smooth iso-lines)");
  table.bind("skip_invalid", &Options::skip_invalid, "leave invalid points out instead of refusing the run");
  table.bind("target_se", &Options::target_se,
             "metric=x: a point stops when the standard error is at most x");
  table.bind("max_trials", &Options::max_trials, "[0, 1e9]",
             "most trials per point with target_se; 0 = 20 x trials");
  table.bind("shard", &Options::shard, "I/N: run the I-th of N disjoint parts of the study");
  table.bind("artifacts", &Options::artifacts, {"none", "first", "all"}, "trials whose arrays are kept");
  table.bind("artifact_names", &Options::artifact_names,
             "artifacts to keep, comma-separated; empty = all of them");
  table.bind("input", &Options::input, "HDF5 file with the user's own data");
  table.bind("search", &Options::search, "name=lower:upper: replace an axis by bisection");
  table.bind("search_level", &Options::search_level, "metric=x: the level that --search looks for");
  table.bind("theory", &Options::theory,
             "theories to compute: all, none or names joined by +; empty = those that speak of the point");
  table.bind("ranks_per_trial", &Options::ranks_per_trial,
             "ranks of a team, or auto (smallest that fits the memory)");
  table.bind("config", &Options::config, "TOML file with parameters and options");
  table.bind("output", &Options::output, "result file (HDF5)");
  table.bind("resume", &Options::resume, "continue, or extend, what is in the output file");
  table.bind("overwrite", &Options::overwrite, "replace the output file");
  table.bind("plan", &Options::plan, "print grid, memory, output size and time, and stop");
  table.bind("plan_ranks", &Options::plan_ranks, "[0, 1e7]", "ranks to plan for; 0 = those of this run");
  table.bind("merge", &Options::merge, "a.h5,b.h5: write the union of shards to the output");
  table.bind("partial", &Options::partial, "with merge: also where shards, or trials of theirs, are missing");
  table.bind("memory_per_rank", &Options::memory_per_rank,
             "bytes per rank (3G); empty = from Slurm or the machine");
  table.bind("checkpoint_interval", &Options::checkpoint_interval, "[0.05, 1e6]",
             "seconds until results are durable");
  table.bind("time_limit", &Options::time_limit, "[0, 1e9]",
             "seconds after which the run ends resumably; 0 = none");
  table.bind("grace", &Options::grace, "[0, 1e6]", "seconds that running trials get after a warning");
  table.bind("only_trial", &Options::only_trial, "[-1, 1e9]",
             "run this trial alone (nothing is written); -1 = all");
  table.bind("retry_failed", &Options::retry_failed, "run failed trials again");
  table.bind("quiet", &Options::quiet, "no progress");
  return table;
}
}  // namespace

Table<Options> const& options_table() {
  static Table<Options> const table = make_table();
  return table;
}

bool describes_study(std::string const& option) {
  auto const& all = options_table().specifications();
  return find_named(all, option) < find_named(all, "config");
}

}  // namespace thresher::study
