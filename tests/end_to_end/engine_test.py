"""The engine's promises, on the testbed experiment: layouts, resuming, extending, sharding, targets, failures, input."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest.mock

import h5py
import numpy
import xarray

import running

GRID = ["--size", "10,100", "--mean", "0,1", "--power", "1,2", "--law", "normal,uniform", "--quiet"]


class Layouts(running.StudyTest):
    def test_same_bits_on_any_number_of_ranks_and_in_any_order(self):
        self.run_study(*GRID, "--trials", 40, "--output", "one.h5")
        for ranks in (2, 3):
            self.run_study(*GRID, "--trials", 40, "--output", f"on{ranks}.h5", ranks=ranks)
            self.assert_same("one.h5", f"on{ranks}.h5")

    def test_teams_agree(self):
        self.run_study(*GRID, "--trials", 20, "--output", "one.h5")
        for ranks in (2, 4):
            self.run_study(*GRID, "--trials", 20, "--ranks_per_trial", ranks, "--output", f"team{ranks}.h5", ranks=ranks)
            with xarray.open_dataset(self.folder / "one.h5") as one, \
                    xarray.open_dataset(self.folder / f"team{ranks}.h5") as team:
                # The testbed sums in fixed order: a team's bits are those of one rank.
                numpy.testing.assert_array_equal(one.estimate.values, team.estimate.values)
                self.assertTrue((team.team_size == ranks).all())

    def test_another_grid_around_a_point(self):
        self.run_study(*GRID, "--trials", 20, "--output", "grid.h5")
        self.run_study("--size", 100, "--mean", 1, "--power", 2, "--trials", 20, "--quiet", "--output", "point.h5")
        with xarray.open_dataset(self.folder / "grid.h5") as grid, xarray.open_dataset(self.folder / "point.h5") as point:
            chosen = grid.estimate.sel(size=100, mean=1, power=2, law="normal")
            numpy.testing.assert_array_equal(chosen.values, point.estimate.values)

    def test_inert_parameters_are_computed_once(self):
        self.run_study("--law", "uniform", "--spread", "1,2,3", "--trials", 5, "--delay", "0.1", "--quiet", "--output", "a.h5")
        with xarray.open_dataset(self.folder / "a.h5") as a:
            self.assertEqual(float(a.estimate.std("spread").max()), 0)
            # One run of 5 trials, told three times.
            numpy.testing.assert_array_equal(a.trial_seconds.sel(spread=1).values, a.trial_seconds.sel(spread=3).values)

    def test_common_random_numbers_nest(self):
        self.run_study("--size", "10,1000", "--mean", "0,1", "--common_random_numbers", "--trials", 4, "--quiet",
                       "--artifacts", "all", "--output", "nested.h5")
        with xarray.open_dataset(self.folder / "nested.h5", group="artifacts") as a:
            numbers = a.numbers
            numpy.testing.assert_array_equal(numbers.sel(size=10, mean=0).values, numbers.sel(size=1000, mean=1).values)
        self.run_study("--size", "1000", "--mean", "1", "--common_random_numbers", "--trials", 4, "--quiet", "--output", "s.h5")
        with xarray.open_dataset(self.folder / "nested.h5") as a, xarray.open_dataset(self.folder / "s.h5") as b:
            numpy.testing.assert_array_equal(a.estimate.sel(size=1000, mean=1).values, b.estimate.values)

    def test_what_all_trials_share_is_made_once_by_each_team(self):
        study = ["--shared_draws", "3,0,1000", "--mean", "0,1", "--power", "1,2", "--trials", 20, "--delay", "0.005", "--quiet"]
        trace = self.folder / "trace"
        with unittest.mock.patch.dict(running.ENVIRONMENT, TESTBED_TRACE=str(trace)):
            self.run_study(*study, "--output", "one.h5")
        self.assertEqual(trace.read_text().count("preparation"), 2)
        self.run_study(*study, "--output", "two.h5", ranks=2)
        self.assert_same("one.h5", "two.h5")
        self.run_study(*study, "--output", "resumed.h5", "--time_limit", "0.15", ranks=2, expect=75)
        self.run_study(*study, "--output", "resumed.h5", "--resume")
        self.assert_same("one.h5", "resumed.h5")
        self.run_study("--shared_draws", "1000", "--mean", 1, "--trials", 20, "--quiet", "--output", "point.h5")
        with xarray.open_dataset(self.folder / "one.h5") as one, xarray.open_dataset(self.folder / "point.h5") as point:
            chosen = one.sel(shared_draws=1000, mean=1, power=1)
            numpy.testing.assert_array_equal(chosen.estimate.values, point.estimate.values)
            self.assertFalse((one.sel(shared_draws=0).estimate == one.sel(shared_draws=3).estimate).any())

    def test_team_sizes_are_chosen_by_memory(self):
        done = self.run_study("--bytes", "0,3e9", "--memory_per_rank", "2G", "--ranks_per_trial", "auto", "--trials", 3,
                              "--quiet", "--output", "auto.h5", ranks=4)
        with xarray.open_dataset(self.folder / "auto.h5") as a:
            self.assertEqual(a.team_size.values.tolist(), [1, 2], done.stderr)
            self.assertTrue((a.status == 1).all())
        done = self.run_study("--bytes", "9e9", "--memory_per_rank", "2G", "--ranks_per_trial", "auto", "--trials", 3,
                              "--output", "large.h5", ranks=4, expect=2)
        self.assertIn("memory_per_rank", done.stderr)


class Extending(running.StudyTest):
    def test_trials_values_and_axes(self):
        self.run_study("--size", 10, "--mean", 1, "--power", 2, "--trials", 10, "--quiet", "--output", "grown.h5")
        with h5py.File(self.folder / "grown.h5") as f:
            seconds = f["trial_seconds"][...]
        self.run_study("--resume", "--size", "10,100", "--mean", "0,1", "--quiet", "--output", "grown.h5")
        self.run_study("--resume", "--power", "1,2", "--law", "normal,uniform", "--trials", 40, "--quiet", "--output", "grown.h5")
        self.run_study(*GRID, "--trials", 40, "--output", "fresh.h5")
        self.assert_same("fresh.h5", "grown.h5")
        with xarray.open_dataset(self.folder / "grown.h5") as f:
            kept = f.trial_seconds.sel(size=10, mean=1, power=2, law="normal").values[:10]
        numpy.testing.assert_array_equal(kept, seconds)

    def test_nothing_to_do_changes_nothing(self):
        self.run_study(*GRID, "--trials", 5, "--output", "a.h5")
        shutil.copy(self.folder / "a.h5", self.folder / "b.h5")
        self.run_study("--resume", "--quiet", "--output", "a.h5")
        self.assert_same("a.h5", "b.h5")

    def test_refuses_what_does_not_match(self):
        self.run_study("--size", "10,20", "--trials", 5, "--seed", 7, "--quiet", "--output", "a.h5")
        before = (self.folder / "a.h5").read_bytes()
        for arguments, word in ((["--seed", 8], "seed"), (["--size", "10,30"], "size"), (["--trials", 4], "trials"),
                                (["--common_random_numbers"], "common_random_numbers"), (["--mean", "3"], "mean")):
            done = self.run_study("--resume", *arguments, "--output", "a.h5", expect=2)
            self.assertIn(word, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        done = self.run_study("--trials", 5, "--output", "a.h5", expect=2)
        self.assertIn("exists", done.stderr)
        self.assertEqual(before, (self.folder / "a.h5").read_bytes())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.h5"])

    def test_shards_merge_to_one_run(self):
        self.run_study(*GRID, "--trials", 20, "--output", "whole.h5")
        for part in (1, 2, 3):
            self.run_study(*GRID, "--trials", 20, "--shard", f"{part}/3", "--output", f"part{part}.h5")
        self.run_study("--merge", "part1.h5,part2.h5,part3.h5", "--output", "merged.h5")
        self.assert_same("whole.h5", "merged.h5")

    def test_target_stops_points_alike_on_any_layout(self):
        target = ["--mean", "0,0.5", "--size", "5,50", "--target_se", "estimate=0.02", "--trials", 20,
                  "--max_trials", 500, "--quiet"]
        self.run_study(*target, "--output", "one.h5")
        for ranks in (2, 3):
            self.run_study(*target, "--output", f"on{ranks}.h5", ranks=ranks)
            self.assert_same("one.h5", f"on{ranks}.h5")
        with xarray.open_dataset(self.folder / "one.h5") as one:
            counts = (one.status == 1).sum("trial")
            self.assertGreater(int(counts.sel(size=5, mean=0)), int(counts.sel(size=50, mean=0)))
        with xarray.open_dataset(self.folder / "one.h5", group="summary") as summary:
            self.assertLessEqual(float(summary.estimate_se.max()), 0.02)
        for part in (1, 2):
            self.run_study(*target, "--shard", f"{part}/2", "--output", f"part{part}.h5")
        done = self.run_study("--merge", "part1.h5", "--output", "part.h5", expect=2)
        self.assertIn("no part is shard 2/2", done.stderr)
        done = self.run_study("--merge", "part1.h5", "--partial", "--output", "part.h5")
        self.assertRegex(done.stderr, r"warning: no part is shard 2/2; \d+ of \d+ trials have not run")
        self.run_study("--merge", "part1.h5,part2.h5", "--output", "merged.h5")
        self.assert_same("one.h5", "merged.h5")

    def test_a_target_that_is_missed_is_told(self):
        # Hits at 6 standard deviations below the level: 0, 0, 0, ... is not certain.
        done = self.run_study("--mean", "0,0.5", "--level", "0.5", "--size", 144, "--target_se", "hit=0.01", "--trials", 20, "--max_trials", 60,
                              "--output", "a.h5")
        self.assertIn("2 of 2 points had all 60 trials without reaching target_se = hit=0.01", done.stderr)
        with h5py.File(self.folder / "a.h5") as f:
            self.assertEqual(f["target_state"][...].tolist(), [2, 2])
            self.assertEqual(f["summary/trials_ran"][...].tolist(), [60, 60])


def finished(path):
    """Trials of a file that have run, whatever became of them."""
    with h5py.File(path, "r") as f:
        return numpy.count_nonzero(f["status"][...])


class KillingTest(running.StudyTest):
    STUDY = ["--mean", "0:0.25:2", "--power", "1,2", "--trials", 12, "--delay", "0.02", "--checkpoint_interval", "0.1", "--quiet"]
    COMMON = [*STUDY, "--common_random_numbers", "--size", "10,30"]
    ARTIFACTS = ["--trials", 150, "--delay", "0.02", "--artifacts", "all", "--checkpoint_interval", "0.1", "--quiet"]
    KEPT = ["--trials", 12, "--delay", "0.2", "--steps", 20, "--checkpoint_interval", "0.1", "--quiet"]

    def kill_at_random_moments(self, seed, study, ranks, longest):
        """Runs a study to its end through kills of one random rank (the launcher ends the others, if there is one).

        Three kills in a row of one trial are the trial's fault, as far as the engine can know: it is then told so, and
        runs again when asked to.
        """
        self.run_study(*study, "--output", "calm.h5")
        dice = random.Random(seed)
        most = running.campaign(4, 1000)
        kills = 0
        while True:
            process = self.start_study(*study, "--resume", "--output", "killed.h5", ranks=ranks)
            # Beside neighbours a start may take long: the dice are for what comes after it.
            self.wait_for(lambda: self.ranks_of_study() or process.poll() is not None)
            deadline = time.time() + (dice.uniform(0.05, longest) if kills < most else 600)
            while time.time() < deadline and process.poll() is None:
                if (self.folder / "killed.h5").exists():
                    finished(self.folder / "killed.h5")  # whole at every moment
                time.sleep(0.03)
            if process.poll() is not None:
                self.assertIn(process.returncode, (0, 3), self.said(process))
                if process.returncode == 3:
                    with h5py.File(self.folder / "killed.h5") as f:  # a kill convicts one unit, of two points, or none
                        failed = len(f["failures/trial"]) if "failures" in f else 0
                        self.assertLess(failed, 2 * kills, self.said(process))
                    self.run_study(*study, "--resume", "--retry_failed", "--output", "killed.h5", ranks=ranks)
                break
            alive = self.ranks_of_study()
            if alive:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(dice.choice(alive), signal.SIGKILL)
                if ranks:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(2)
            self.kill_study(process)
            kills += 1
        self.assertGreaterEqual(kills, 2)
        self.assertFalse((self.folder / "killed.h5.journal").exists())
        self.assertFalse((self.folder / "killed.h5.lock").exists())
        self.assert_same("calm.h5", "killed.h5")


class KilledAtRandom(KillingTest):
    def test_a_process_among_its_trials(self):
        self.kill_at_random_moments(5, self.STUDY, 0, 1)

    def test_a_process_that_stores_artifacts(self):
        self.kill_at_random_moments(6, self.ARTIFACTS, 0, 1)

    def test_a_process_that_keeps_its_state(self):
        self.kill_at_random_moments(7, self.KEPT, 0, 1.5)


class RanksKilledAtRandom(KillingTest):
    def test_one_of_two(self):
        self.kill_at_random_moments(8, self.STUDY, 2, 1.2)

    def test_one_of_three_among_shared_draws(self):
        self.kill_at_random_moments(9, self.COMMON, 3, 1.2)


class Interrupting(running.StudyTest):
    def test_at_most_one_interval_is_run_twice(self):
        study = ["--mean", "0:0.25:2", "--trials", 200, "--delay", "0.01", "--checkpoint_interval", "0.5", "--quiet",
                 "--output", "traced.h5"]
        trace = self.folder / "trace"
        with unittest.mock.patch.dict(running.ENVIRONMENT, TESTBED_TRACE=str(trace)):
            process = self.start_study(*study, ranks=2)
            self.wait_for(lambda: trace.exists() and trace.stat().st_size > 25000)
            self.kill_study(process)
            killed = time.time()
            before = [line.split() for line in trace.read_text().splitlines()]
            trace.unlink()
            self.run_study(*study, "--resume", ranks=2)
        again = {tuple(line.split()[1:]) for line in trace.read_text().splitlines()}
        finished = {tuple(line[1:]): float(line[0]) for line in before}
        self.assertEqual(len(again | set(finished)), 9 * 200)
        repeated = [killed - finished[trial] for trial in again & set(finished)]
        self.assertLess(max(repeated, default=0), 0.5 + 2)  # beside neighbours the coordinator may be late
        self.assertLess(len(repeated), len(finished) / 2)

    def test_target_survives_kills(self):
        target = ["--mean", "0,0.5,1", "--target_se", "estimate=0.03", "--size", "20", "--trials", 10, "--max_trials", 200,
                  "--delay", "0.01", "--checkpoint_interval", "0.1", "--quiet"]
        self.run_study(*target, "--output", "calm.h5")
        for _ in range(4):
            process = self.start_study(*target, "--resume", "--output", "killed.h5")
            time.sleep(0.9)
            self.kill_study(process)
        self.run_study(*target, "--resume", "--output", "killed.h5")
        self.assert_same("calm.h5", "killed.h5")

    def test_warning_and_time_limit_end_resumably(self):
        study = ["--mean", "0,1", "--trials", 50, "--delay", "0.05", "--quiet"]
        self.run_study(*study, "--output", "calm.h5")
        process = self.start_study(*study, "--output", "warned.h5", ranks=2)
        self.wait_for(lambda: len(self.ranks_of_study()) == 2 and (self.folder / "warned.h5").exists())
        time.sleep(0.3)
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.wait(120), 75)
        self.assertGreater(finished(self.folder / "warned.h5"), 0)
        self.run_study("--resume", "--time_limit", "0.5", "--quiet", "--output", "warned.h5", expect=75)
        self.run_study("--resume", "--quiet", "--output", "warned.h5")
        self.assert_same("calm.h5", "warned.h5")

    def test_termination_leaves_records(self):
        process = self.start_study("--trials", 1000, "--delay", "0.05", "--quiet", "--output", "ended.h5")
        self.wait_for(lambda: (self.folder / "ended.h5").exists())
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(120), 75)
        self.assertGreater(finished(self.folder / "ended.h5"), 3)

    def test_long_trial_keeps_its_state(self):
        study = ["--trials", 1, "--delay", 5, "--steps", 50, "--quiet"]
        for _ in range(3):
            self.run_study(*study, "--resume", "--time_limit", "1.2", "--output", "long.h5", expect=None)
        self.run_study(*study, "--resume", "--output", "long.h5")
        with h5py.File(self.folder / "long.h5") as f:
            self.assertLess(float(f["spent"][0]), 4.5)  # what the last start had left to do
        self.assertFalse((self.folder / "long.h5.state").exists())
        self.assertEqual(finished(self.folder / "long.h5"), 1)

    def test_results_are_durable_while_a_long_trial_runs(self):
        process = self.start_study("--zip", "mean,delay", "--mean", "0,1", "--delay", "0.01,30", "--trials", 20, "--checkpoint_interval", "0.5", "--quiet",
                                   "--output", "mixed.h5", ranks=2)
        journal = self.folder / "mixed.h5.journal"
        self.wait_for(lambda: journal.exists() and journal.stat().st_size > 1500, 20)
        self.kill_study(process)

    def test_two_runs_never_share_an_output(self):
        process = self.start_study("--trials", 1000, "--delay", "0.1", "--quiet", "--output", "shared.h5")
        self.wait_for(lambda: (self.folder / "shared.h5").exists())
        done = self.run_study("--resume", "--output", "shared.h5", expect=2)
        self.assertIn("being written", done.stderr)
        self.kill_study(process)
        self.assertTrue((self.folder / "shared.h5.lock").exists())
        self.run_study("--resume", "--time_limit", "0.2", "--quiet", "--output", "shared.h5", expect=75)

    def test_replaced_run_stops_without_writing(self):
        process = self.start_study("--trials", 1000, "--delay", "0.1", "--checkpoint_interval", "0.2", "--quiet",
                                   "--output", "stolen.h5")
        self.wait_for(lambda: (self.folder / "stolen.h5").exists())
        (self.folder / "stolen.h5.lock").write_text("host=elsewhere\npid=1\n")
        self.assertEqual(process.wait(120), 1)


class FailingTest(running.StudyTest):
    def failing(self, fault, ranks=0, team=1, expect=3, timeout=300, means="0,1"):
        return self.run_study("--mean", means, "--trials", 4, "--fault", fault, "--fault_trial", 2, "--quiet",
                              "--ranks_per_trial", team, "--output", f"{fault}{team}.h5", ranks=ranks, expect=expect,
                              timeout=timeout)

    def statuses(self, name):
        with h5py.File(self.folder / name) as f:
            reasons = [r.decode() for r in f["failures/reason"][...]] if "failures" in f else []
            return f["status"][...], reasons


class Failing(FailingTest):
    def test_a_throwing_trial_is_recorded_and_the_study_goes_on(self):
        for fault, ranks, team in (("throw_on_all", 0, 1), ("throw_on_one", 2, 2), ("not_a_number", 0, 1),
                                   ("throw_in_data", 2, 1)):
            done = self.failing(fault, ranks, team)
            status, reasons = self.statuses(f"{fault}{team}.h5")
            self.assertEqual(status.tolist(), [[1, 1, 2, 1]] * 2)
            self.assertEqual(len(reasons), 2)
            self.assertIn("NaN" if fault == "not_a_number" else "asked to throw", reasons[0])
            self.assertIn("--only_trial 2", done.stderr)

    def test_the_command_for_a_trial_alone_works(self):
        done = self.failing("throw_on_all")
        command = re.search(r"alone: (.*)", done.stderr).group(1)
        alone = subprocess.run(["sh", "-c", command], cwd=self.folder, env=running.ENVIRONMENT, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, timeout=60)
        self.assertIn("asked to throw", alone.stdout)
        self.run_study("--resume", "--retry_failed", "--output", "throw_on_all1.h5", "--quiet", expect=3)

    def test_not_converged_keeps_its_numbers(self):
        done = self.failing("not_converged", expect=0)
        self.assertIn("2 of 8 trials did not converge", done.stderr)
        status, _ = self.statuses("not_converged1.h5")
        self.assertEqual(status[0].tolist(), [1, 1, 3, 1])
        with xarray.open_dataset(self.folder / "not_converged1.h5") as f:
            self.assertFalse(bool(f.estimate.isnull().any()))

    def test_a_poisonous_trial_cannot_come_back_for_ever(self):
        study = ["--mean", "0,1", "--trials", 4, "--fault", "die", "--fault_trial", 2, "--quiet", "--output", "p.h5"]
        for _ in range(10):
            done = self.run_study(*study, "--resume", expect=None)
            if done.returncode == 3:
                break
        status, reasons = self.statuses("p.h5")
        self.assertEqual(status.tolist(), [[1, 1, 2, 1]] * 2)
        self.assertIn("crashed", reasons[0])


class FailingApart(FailingTest):
    """Ranks of a team that no longer go together: the others wait for them."""

    def test_a_hanging_trial_ends_with_the_time_limit(self):
        """It is dropped, never blamed: the limit may be too short; the third start in vain says so and stops."""
        self.run_study("--trials", 3, "--fault", "hang", "--fault_trial", 2, "--time_limit", 2, "--grace", 1, "--quiet",
                       "--ranks_per_trial", 2, "--output", "hang.h5", ranks=2, expect=75, timeout=60)
        again = ["--resume", "--time_limit", 2, "--grace", 1, "--quiet", "--output", "hang.h5"]
        for _ in range(4):
            done = self.run_study(*again, ranks=2, expect=None)
            if done.returncode != 75:
                break
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("no progress in 3 starts", done.stderr)
        status, _ = self.statuses("hang.h5")
        self.assertEqual(status.tolist(), [1, 1, 0])

    def test_a_rank_that_throws_alone_ends_the_run_resumably(self):
        started = time.time()
        self.failing("throw_alone", ranks=2, team=2, expect=75, means="1")
        self.assertGreater(time.time() - started, 55)
        self.run_study("--resume", "--quiet", "--output", "throw_alone2.h5", ranks=2, expect=3)
        status, reasons = self.statuses("throw_alone2.h5")
        self.assertEqual(status.tolist(), [1, 1, 2, 1])
        self.assertIn("did not follow", reasons[0])


def numbers_in(path):
    """Every number of a file, by data set."""
    numbers = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "iuf":
            numbers[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(collect)
    return numbers


class FlippedFiles(running.StudyTest):
    """One bit of a file is another: no reader sees a wrong number, and a resumed run refuses what has changed."""

    SAME, ERROR, MISSING, WRONG = range(4)

    def seen_by_a_reader(self, path, good):
        """What h5py sees of a damaged file, in a process of its own: HDF5 may not survive it."""
        child = os.fork()
        if child:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            return code if code >= 0 else self.ERROR
        seen = self.ERROR
        try:
            with h5py.File(path) as file:  # numbers only: what texts say is no matter of checksums
                numbers = {name: file[name][()] for name in good}
            unlike = [name for name in good if good[name].tobytes() != numbers[name].tobytes()]
            seen = max((self.how_unlike(good[name], numbers[name]) for name in unlike), default=self.SAME)
        finally:
            os._exit(seen)

    def how_unlike(self, good, found):
        if good.shape != found.shape or good.dtype != found.dtype:
            return self.WRONG
        fill = {"i": {1: (-127, 0), 4: (-2147483647,)}.get(good.itemsize, ()), "u": (0,), "f": ()}[good.dtype.kind]
        missing = numpy.isnan(found) | numpy.isin(found, fill)
        return self.MISSING if missing[found != good].all() else self.WRONG

    def flip(self, name, seed):
        good_bytes, good = (self.folder / name).read_bytes(), numbers_in(self.folder / name)
        good.pop("artifacts/number", None)  # 0, 1, ... along an array: written anew, not read
        dice, seen = random.Random(seed), [0] * (self.WRONG + 1)
        for k in range(running.campaign(60, 400)):
            damaged = bytearray(good_bytes)
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
            bad = self.folder / "bad.h5"
            bad.write_bytes(damaged)
            what = self.seen_by_a_reader(bad, good)
            seen[what] += 1
            if what == self.SAME and k % running.campaign(10, 1):
                continue
            done = self.run_study("--resume", "--quiet", "--output", "bad.h5", expect=None)
            if done.returncode == 2:
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertEqual(bad.read_bytes(), bytes(damaged))
            else:
                self.assertEqual(done.returncode, self.code_of_good, done.stderr)
                self.assertEqual(what, self.SAME, "a number has changed, and the file was not refused")
                self.assert_same(name, "bad.h5")
        self.assertEqual(seen[self.WRONG], 0, seen)
        self.assertGreater(seen[self.ERROR], 0)
        if os.environ.get("THRESHER_TESTS") == "long":
            print(f"{name}, {len(good_bytes)} bytes: same, error, missing, wrong: {seen}", file=sys.stderr)

    def test_of_a_grid(self):
        self.code_of_good = 0
        self.run_study(*GRID, "--trials", 20, "--output", "grid.h5")
        self.flip("grid.h5", 11)

    def test_of_a_point_with_failures_and_arrays(self):
        self.code_of_good = 3
        self.run_study("--mean", "1", "--trials", 8, "--fault", "throw_on_all", "--fault_trial", 2, "--artifacts", "all",
                       "--quiet", "--output", "point.h5", expect=3)
        self.flip("point.h5", 12)


class FlippedJournals(running.StudyTest):
    def test_flipped_bits_of_a_journal_never_lie(self):
        study = ["--mean", "0,1", "--trials", 40, "--delay", "0.01", "--checkpoint_interval", 60, "--quiet"]
        self.run_study(*study, "--output", "calm.h5")
        process = self.start_study(*study, "--output", "a.h5")
        self.wait_for(lambda: (self.folder / "a.h5.journal").exists()
                      and (self.folder / "a.h5.journal").stat().st_size > 4000)
        self.kill_study(process)
        base = (self.folder / "a.h5").read_bytes()
        journal = (self.folder / "a.h5.journal").read_bytes()
        dice = random.Random(3)
        for k in range(running.campaign(20, 400)):
            damaged = bytearray(journal)
            if k == 0:
                damaged = damaged[:-7]
            elif k == 1:
                damaged = bytearray()
            else:
                damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
            (self.folder / "b.h5").write_bytes(base)
            (self.folder / "b.h5.journal").write_bytes(damaged)
            done = self.run_study(*study, "--resume", "--output", "b.h5", expect=None)
            if done.returncode == 0:
                self.assert_same("calm.h5", "b.h5")
            else:
                self.assertEqual(done.returncode, 2)


class NoResultFiles(running.StudyTest):
    def test_what_is_no_result_file_is_refused_with_one_line(self):
        (self.folder / "empty.h5").write_bytes(b"")
        (self.folder / "text.h5").write_text("not HDF5")
        with h5py.File(self.folder / "foreign.h5", "w") as f:
            f["x"] = 1
        self.run_study("--trials", 1, "--quiet", "--output", "newer.h5")
        with h5py.File(self.folder / "newer.h5", "a") as f:
            f.attrs["thresher_format"] = numpy.int64(99)
        self.run_study("--trials", 1, "--quiet", "--output", "whole.h5")
        content = (self.folder / "whole.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(content[:len(content) // 2])
        for name in ("empty.h5", "text.h5", "foreign.h5", "newer.h5", "cut.h5"):
            before = (self.folder / name).read_bytes()
            done = self.run_study("--resume", "--output", name, expect=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(name, done.stderr)
            self.assertEqual(before, (self.folder / name).read_bytes())


class BadInput(running.StudyTest):
    def test_one_line_that_names_it_and_nothing_written(self):
        (self.folder / "broken.toml").write_text("trials = 3\nsize = [10, 20\n")
        (self.folder / "unknown.toml").write_text("sise = 3\n")
        (self.folder / "typed.toml").write_text("size = \"many\"\n")
        before = sorted(p.name for p in self.folder.iterdir())
        cases = [
            (["--sise", 3], "did you mean size"), (["--size", 0], "size = 0"), (["--size", "1.5"], "size"),
            (["--size", "1,1"], "twice"), (["--mean", "nan"], "mean"), (["--mean", "1e400"], "mean"),
            (["--mean", "1:0.5:0"], "mean"), (["--mean", ""], "mean"), (["--law", "normall"], "did you mean normal"),
            (["--mean", "2e6"], "mean = 2000000"), (["--zip", "size,mean", "--size", "1,2", "--mean", "1,2,3"], "zip"),
            (["--zip", "size,nothing"], "zip"), (["--config", "missing.toml"], "missing.toml"),
            (["--config", "broken.toml"], "broken.toml:"), (["--config", "unknown.toml"], "unknown.toml:1"),
            (["--config", "typed.toml"], "typed.toml:1"), (["--ranks_per_trial", 2], "ranks_per_trial"),
            (["--trials", "-1"], "trials"), (["--target_se", "nothing=1"], "target_se"), (["--shard", "4/3"], "shard"),
            (["--size", 3, "--size", 4], "size"), (["--input", "missing.h5"], "input"),
            (["--artifact_names", "nothing"], "artifact_names = nothing"), (["--artifact_names", "numbers"], "needs artifacts = first or all"),
            (["--memory_per_rank", "lots"], "memory_per_rank"),
            (["stray"], "stray"),
        ]
        for arguments, word in cases:
            done = self.run_study(*arguments, "--output", "x.h5", expect=None)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, f"{arguments}: {done.stderr}")
            self.assertIn(word, done.stderr, arguments)
        done = self.run_study("--trials", 1, "--output", "nowhere/x.h5", expect=2)
        self.assertIn("nowhere/x.h5", done.stderr)
        self.assertEqual(before, sorted(p.name for p in self.folder.iterdir()))

    def test_skip_invalid_leaves_points_out(self):
        self.run_study("--mean", "0,2e6", "--trials", 3, "--skip_invalid", "--quiet", "--output", "skipped.h5")
        with xarray.open_dataset(self.folder / "skipped.h5") as f:
            self.assertEqual(f.status.values.tolist(), [[1, 1, 1], [4, 4, 4]])

    def test_help_and_version(self):
        done = self.run_study("--help")
        for text in ("--size", "[1, 1e9]", "default 100", "Parameters (data)", "--ranks_per_trial"):
            self.assertIn(text, done.stdout)
        self.assertIn("Thresher", self.run_study("--version").stdout)


class Planning(running.StudyTest):
    def test_plan_answers_and_writes_nothing(self):
        done = self.run_study("--size", "1e3,1e6", "--trials", 200, "--plan", "--plan_ranks", 64)
        for text in ("2 points", "400", "peak memory per rank", "estimated time on 64 ranks"):
            self.assertIn(text, done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_what_comes_before_all_trials_counts_and_is_not_run(self):
        def minutes(ranks):
            plan = self.run_study("--shared_draws", "1e12", "--trials", 4, "--plan", "--plan_ranks", ranks, timeout=60).stdout
            self.assertIn("from work counts", plan)
            amount, unit = re.search(r"estimated time on \d+ ranks?: ([\d.e+-]+) (min|h)", plan).groups()
            return float(amount) * (60 if unit == "h" else 1)

        self.assertGreater(minutes(1), 10)
        self.assertGreater(minutes(4), 10)  # every team does it

    def test_time_and_memory_are_about_right(self):
        arguments = ["--size", "1e7", "--trials", 12]
        plan = self.run_study(*arguments, "--plan").stdout
        seconds = re.search(r"estimated time on 1 rank: ([\d.e+-]+) (s|min)", plan)
        predicted = float(seconds.group(1)) * (60 if seconds.group(2) == "min" else 1)
        self.run_study(*arguments, "--quiet", "--output", "a.h5")
        with h5py.File(self.folder / "a.h5") as f:
            measured = float(numpy.nansum(f["trial_seconds"][...]))
        self.assertLess(predicted / measured, 3)
        self.assertGreater(predicted / measured, 1 / 3)


class Searching(running.StudyTest):
    SEARCH = ["--search", "size=1:4096", "--search_level", "hit=0.9", "--mean", "0.6,0.7,2", "--level", "0.5", "--trials", 200,
              "--common_random_numbers", "--quiet"]

    def test_finds_the_crossing_of_every_line(self):
        self.run_study(*self.SEARCH, "--output", "one.h5")
        with h5py.File(self.folder / "one.h5") as f:
            crossing = f["search/search_crossing"][...]
            states = f["search/search_state"][...]
            visited = f["search/search_values"][...]
            runs = (f["status"][...] == 1).sum()
        # A hit has probability Phi((mean - level) sqrt(size)); Phi^-1(0.9) = 1.2816.
        expected = [(1.2816 / 0.1) ** 2, (1.2816 / 0.2) ** 2]
        for found, theory in zip(crossing, expected):
            self.assertLess(abs(found / theory - 1), 0.35)
        self.assertEqual(states.tolist(), [1, 1, 2], "the last is beyond the level at the lower end: a state, no number")
        self.assertTrue(numpy.isnan(crossing[2]))
        self.assertLess(runs, 200 * 40)
        self.assertTrue(numpy.isfinite(visited[0]).sum() >= 12)
        self.run_study(*self.SEARCH, "--output", "two.h5", ranks=2)
        self.assert_same("one.h5", "two.h5")
        with xarray.open_dataset(self.folder / "one.h5", group="search") as search:
            self.assertEqual(search.search_crossing.dims, ("mean",))

    def test_finds_where_a_metric_falls_and_says_where_it_does_not(self):
        # A hit has probability Phi((mean - level) sqrt(size)): 1 - 0.9 is crossed on the way down, at the same size.
        falling = ["--search_level", "hit=0.1", "--mean", "0.4", "--level", "0.5", "--trials", 100, "--common_random_numbers"]
        done = self.run_study(*falling, "--search", "size=1:4096", "--output", "falls.h5")
        self.assertNotIn("do not cross", done.stderr)
        with h5py.File(self.folder / "falls.h5") as f:
            self.assertLess(abs(f["search/search_crossing"][()] / (1.2816 / 0.1) ** 2 - 1), 0.5)
        done = self.run_study(*falling, "--search", "size=1000:4096", "--output", "short.h5")
        self.assertIn("1 of 1 lines do not cross", done.stderr)
        with h5py.File(self.folder / "short.h5") as f:
            self.assertIn(int(f["search/search_state"][()]), (2, 4))  # all trials may agree at both ends

    def test_continues_after_an_interruption(self):
        self.run_study(*self.SEARCH, "--output", "calm.h5")
        self.run_study(*self.SEARCH, "--time_limit", 0.02, "--output", "cut.h5", expect=None)
        self.run_study("--resume", "--quiet", "--output", "cut.h5")
        self.assert_same("calm.h5", "cut.h5")


class Artifacts(running.StudyTest):
    def test_small_ones_in_the_file_large_ones_beside_it(self):
        self.run_study("--array", "4,10000", "--mean", "0,1", "--trials", 3, "--artifacts", "first", "--quiet",
                       "--output", "a.h5", ranks=2)
        with h5py.File(self.folder / "a.h5") as f:
            small = f["artifacts/numbers"]
            self.assertEqual(small.shape, (2, 2, 3, 4))
            self.assertTrue(numpy.isfinite(small[0, 0, 0]).all())
            self.assertTrue(numpy.isnan(small[0, 0, 1]).all())
            name = f["artifacts/numbers_file"][1, 1, 0].decode()
        with h5py.File(self.folder / "a.h5.artifacts" / name) as f:
            self.assertEqual(f["numbers"].shape, (10000,))
        self.run_study("--resume", "--trials", 5, "--quiet", "--output", "a.h5")
        with h5py.File(self.folder / "a.h5") as f:
            self.assertTrue(numpy.isfinite(f["artifacts/numbers"][0, 0, 0]).all())

    def test_points_that_an_inert_axis_adds_have_them_too(self):
        study = ["--law", "uniform", "--trials", 2, "--artifacts", "all", "--quiet"]
        self.run_study(*study, "--spread", "1,2", "--output", "once.h5")
        self.run_study(*study, "--spread", "1", "--output", "grown.h5")
        self.run_study(*study, "--spread", "1,2", "--resume", "--output", "grown.h5")
        self.assert_same("once.h5", "grown.h5")


class Overhead(running.StudyTest):
    def test_memory_of_rank_0_and_writing_are_bounded(self):
        process = self.start_study("--wide", "--size", 1, "--mean", "0,1", "--trials", "5e5", "--checkpoint_interval", 5,
                                   "--quiet", "--output", "many.h5")
        resident, written = [], 0
        while process.poll() is None:
            with contextlib.suppress(OSError, AttributeError):  # it may end at any moment
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                resident.append(int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024)
                written = int(re.search(r"wchar: (\d+)", pathlib.Path(f"/proc/{process.pid}/io").read_text()).group(1))
            time.sleep(0.2)
        self.assertEqual(process.returncode, 0, self.said(process))
        with h5py.File(self.folder / "many.h5") as f:
            self.assertEqual(int((f["status"][...] == 1).sum()), 1000000)
        self.assertLess(written, 10 * (self.folder / "many.h5").stat().st_size)
        # 1e6 records of 30 metrics are 240 MB and more: they were not all held at once.
        self.assertLess(max(resident), 600)


if __name__ == "__main__":
    running.main()
