"""jobs/*.sbatch on a real Slurm of one node: `/usr/bin/python3 slurm_test.py <bin folder>`."""

import os
import subprocess
import threading
import time

from jobs import JOBS, LAUNCHERS, PROJECT, JobTest, driver, main, trials_done

RANKS = 2

# A study of about two and a half minutes on two ranks: each trial mostly waits.
STUDY = ("--level", "1,2,3", "--trials", "100", "--delay", "1", "--checkpoint_interval", "2", "--quiet")
SHORT_STUDY = ("--level", "1,2,3", "--trials", "80", "--delay", "0.4", "--checkpoint_interval", "1", "--quiet")
LONG_STUDY = ("--level", "1,2,3", "--trials", "1000", "--delay", "0.5", "--checkpoint_interval", "2", "--quiet")


class Reader(threading.Thread):
    """Opens a file again and again, as a curious user would, and remembers what it saw."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.opened = 0
        self.problems = []
        self.done = []
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            if self.path.exists():
                try:
                    self.done.append(trials_done(self.path))
                    self.opened += 1
                except (OSError, KeyError) as error:
                    self.problems.append(str(error))


class StudyJobs(JobTest):
    """Studies of the testbed on two ranks, held against the same study in one go."""

    @classmethod
    def submit_run(cls, name, study, launcher, *slurm):
        return cls.cluster.submit("-n", RANKS, f"--job-name={name}", *slurm, JOBS / "run.sbatch", driver(), *study, "--output",
                                  cls.output(name), folder=cls.work, environment={"THRESHER_LAUNCHER": launcher, "HOME": "/nonexistent"})

    @classmethod
    def uninterrupted(cls, study):
        """The same study in one go, outside Slurm; more ranks, because they mostly wait."""
        path = cls.output("uninterrupted")
        if not path.exists():
            command = ["mpirun", "-n", "10", driver(), *study, "--output", str(path)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=300)
        return path

    def assert_same(self, name, study):
        done = subprocess.run([PROJECT / "tools" / "thresher", "compare", self.uninterrupted(study), self.output(name)],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.log(name))

    def assert_over_for_good(self, jobs, name):
        """Jobs (by launcher) that ended stay away: they would come back within seconds."""
        time.sleep(15)
        for launcher, job in jobs.items():
            self.assertEqual(self.cluster.state(job), "CANCELLED", self.log(f"{name}_{launcher}"))
            self.assertEqual(self.cluster.command("squeue", "-h", "-j", job, "-t", "PENDING,RUNNING").stdout, "")

    def wait_for_trials(self, name, amount):
        """Until the result file or the journal shows that the job is at work."""
        def enough():
            path = self.output(name)
            journal = path.with_name(path.name + ".journal")
            return path.exists() and (trials_done(path) >= amount or (journal.exists() and journal.stat().st_size > 100 * amount))

        self.cluster.wait_for(enough, f"{name} has done {amount} trials", seconds=120, failed=lambda: self.log(name))


class Mistakes(StudyJobs):
    def test_mistakes_end_at_once(self):
        def ends(script, *arguments, saying, slurm=()):
            job = self.cluster.submit("--job-name=mistake", "-t", 5, *slurm, JOBS / script, *arguments, folder=self.work)
            state, code = self.cluster.wait_until_over(job, seconds=60)
            self.assertEqual((state, code), ("FAILED", 2), self.log("mistake"))
            self.assertIn(saying, self.log("mistake"))

        ends("run.sbatch", saying="usage: sbatch")
        ends("run.sbatch", driver(), "--unheard_of", "1", saying="unheard_of")
        ends("array.sbatch", driver(), "--output", "x.h5", saying="submit it with --array=1-N")
        ends("array.sbatch", driver(), saying="--output is missing", slurm=("--array=1-1",))
        ends("merge.sbatch", driver(), "--output", "x.h5", saying="no files x.shard_*_of_*.h5")
        (self.work / "y.shard_1_of_2.h5").write_text("")
        ends("merge.sbatch", driver(), "--output", "y.h5", saying="part 2 of 2 is missing")


    def test_mpirun_binds_ranks_only_where_the_job_sees_no_other_cores(self):
        job = self.cluster.submit("-n", 1, "--job-name=bound", "-t", 5, JOBS / "run.sbatch", driver(), "--unheard_of", "1",
                                  folder=self.work, environment={"THRESHER_LAUNCHER": "mpirun"})
        self.cluster.wait_until_over(job, seconds=60)
        alone = len(os.sched_getaffinity(0)) == 1
        self.assertIn(f"mpirun --bind-to {'core' if alone else 'none'}, 1 ranks", self.log("bound"))


class Cancelling(StudyJobs):
    def test_scancel_ends_a_job_for_good(self):
        jobs = {launcher: self.submit_run(f"cancelled_{launcher}", LONG_STUDY, launcher, "-t", 10) for launcher in LAUNCHERS}
        for launcher in jobs:
            self.wait_for_trials(f"cancelled_{launcher}", 3)
        self.cluster.command("scancel", *jobs.values())
        for launcher, job in jobs.items():
            name = f"cancelled_{launcher}"
            with self.subTest(launcher):
                self.assertEqual(self.cluster.wait_until_over(job, seconds=60)[0], "CANCELLED", self.log(name))
                trials_done(self.output(name))  # a whole file
        self.assert_over_for_good(jobs, "cancelled")

    def test_scancel_ends_a_second_start_for_good(self):
        jobs = {launcher: self.submit_run(f"twice_{launcher}", LONG_STUDY, launcher, "-t", 10) for launcher in LAUNCHERS}
        for launcher in jobs:
            self.wait_for_trials(f"twice_{launcher}", 3)
        self.cluster.command("scontrol", "requeue", ",".join(jobs.values()))
        for launcher, job in jobs.items():
            self.cluster.wait_for(lambda job=job: self.cluster.job(job).get("Restarts") == "1" and self.cluster.state(job) == "RUNNING",
                                  "the second start", seconds=120)
        time.sleep(8)
        for launcher in jobs:
            self.cluster.wait_for(lambda launcher=launcher: trials_done(self.output(f"twice_{launcher}")) >= 3,
                                  "the trials of the first start in the file", seconds=120)
        self.cluster.command("scancel", *jobs.values())
        for launcher, job in jobs.items():
            name = f"twice_{launcher}"
            with self.subTest(launcher):
                self.assertEqual(self.cluster.wait_until_over(job, seconds=60)[0], "CANCELLED", self.log(name))
                self.assertGreaterEqual(trials_done(self.output(name)), 3)
        self.assert_over_for_good(jobs, "twice")


class Parts(StudyJobs):
    def test_parts_of_an_array_join_to_one_run(self):
        array = self.cluster.submit("-n", 1, "--array=1-3", "--job-name=parts", "-t", 10, JOBS / "array.sbatch", driver(),
                                    *SHORT_STUDY, "--output", self.output("parts"), folder=self.work)
        merge = self.cluster.submit(f"--dependency=afterany:{array}", "--job-name=join_parts", "-t", 10, JOBS / "merge.sbatch",
                                    driver(), "--output", self.output("parts"), folder=self.work)
        for number in (array, merge):
            self.assertEqual(self.cluster.wait_until_over(number), ("COMPLETED", 0), self.log("parts") + self.log("join_parts"))
        self.assert_same("parts", SHORT_STUDY)


class Limits(StudyJobs):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limited = {name: cls.submit_run(f"limited_{name}", STUDY, name, "-t", 2, "--signal=B:USR1@45") for name in LAUNCHERS}
        cls.readers = {name: Reader(cls.output(f"limited_{name}")) for name in LAUNCHERS}
        for reader in cls.readers.values():
            reader.start()

    def test_a_file_that_is_being_written_can_be_read_all_the_time(self):
        for launcher, job in self.limited.items():
            self.cluster.wait_until_over(job)
            reader = self.readers[launcher]
            reader.over.set()
            reader.join()
            self.assertEqual(reader.problems, [])
            self.assertGreater(reader.opened, 100)
            self.assertEqual(reader.done, sorted(reader.done), "trials never disappear")

    def test_a_job_longer_than_its_limit_goes_on_until_it_is_done(self):
        for launcher, job in self.limited.items():
            name = f"limited_{launcher}"
            with self.subTest(launcher):
                state, code = self.cluster.wait_until_over(job)
                self.readers[launcher].over.set()
                self.assertEqual((state, code), ("COMPLETED", 0), self.log(name))
                self.assertGreaterEqual(int(self.cluster.job(job)["Restarts"]), 2, self.log(name))
                self.assertGreaterEqual(self.log(name).count("warned of the time limit"), 2)
                self.assert_same(name, STUDY)


class LostNode(StudyJobs):
    def test_a_lost_node_does_not_end_the_study(self):
        jobs = {launcher: self.submit_run(f"lost_{launcher}", SHORT_STUDY, launcher, "-t", 10) for launcher in LAUNCHERS}
        for launcher in jobs:
            self.wait_for_trials(f"lost_{launcher}", 3)
        self.assertEqual(self.cluster.lose_node(*jobs.values()), len(jobs))
        for launcher, job in jobs.items():
            name = f"lost_{launcher}"
            with self.subTest(launcher):
                self.assertEqual(self.cluster.wait_until_over(job), ("COMPLETED", 0), self.log(name))
                self.assertGreaterEqual(int(self.cluster.job(job)["Restarts"]), 1)
                self.assert_same(name, SHORT_STUDY)


if __name__ == "__main__":
    main()
