"""The job that always comes back, and never drags others with it: `/usr/bin/python3 returning_test.py <bin folder>`."""

import pathlib
import re
import subprocess

from jobs import JOBS, LAUNCHERS, PROJECT, JobTest, driver, main, trials_done


class Arrays(JobTest):
    def test_a_task_comes_back_alone(self):
        """The task that starts last has the array's number as its SLURM_JOB_ID: that names all tasks."""
        study = (driver(), "--level", "1,2", "--trials", 60, "--delay", 0.5, "--checkpoint_interval", 2, "--quiet")
        # The first part is complete before its task begins.
        subprocess.run([*map(str, study), "--output", self.work / "a.shard_1_of_4.h5", "--shard", "1/4"], check=True,
                       stdin=subprocess.DEVNULL)
        done = self.cluster.command(JOBS / "submit_array", "--array=1-4", "-n", 1, "-t", 10, f"--output={self.work}/a-%A_%a.log", "--", *study,
                                    "--output", "a.h5", cwd=self.work)
        self.assertEqual(done.returncode, 0, done.stderr)
        array, merge = (line.split()[1].rstrip(":") for line in done.stdout.splitlines())
        tasks = {k: f"{array}_{k}" for k in range(1, 5)}
        for k in (2, 3, 4):
            self.cluster.wait_for(lambda k=k: (self.work / f"a.shard_{k}_of_4.h5").exists(), f"task {k} is at work", failed=lambda: self.log("a"))
        self.assertIn(array, [self.cluster.job(tasks[k])["JobId"] for k in (3, 4)], "which task has the number of the array")
        self.pause_after_start()
        self.cluster.command("scancel", tasks[2])
        self.warn(tasks[3])
        self.warn(tasks[4])
        for k in (3, 4):
            self.assert_done(tasks[k], "a")
            self.assertEqual(self.restarts(tasks[k]), 1, self.log("a"))
        self.assertEqual((self.cluster.state(tasks[1]), self.restarts(tasks[1])), ("COMPLETED", 0), self.log("a"))
        self.assertEqual((self.cluster.state(tasks[2]), self.restarts(tasks[2])), ("CANCELLED", 0), self.log("a"))
        self.assertNotIn("cannot be put back", self.log("a"))
        # The merge comes after all, and says what is missing or joins what is there.
        self.cluster.wait_until_over(merge)
        (self.work / "a.shard_2_of_4.h5").unlink()
        again = self.submit("again", JOBS / "merge.sbatch", driver(), "--output", "a.h5", "--overwrite", slurm=("-n", 1, "-t", 5))
        self.assert_fails(again, "again", "part 2 of 4 is missing")


PREEMPTION = dict(
    further_nodes=[("far", "far"), ("near", "other")],  # on the second, mpirun finds a node of another name
    lines=["PartitionName=low0 Nodes=far,near PriorityTier=1 PreemptMode=REQUEUE GraceTime=0 State=UP",
           "PartitionName=low30 Nodes=far,near PriorityTier=1 PreemptMode=REQUEUE GraceTime=30 State=UP",
           "PartitionName=high Nodes=far,near PriorityTier=10 PreemptMode=OFF State=UP"])
STUDY = ("--level", "1,2,3", "--trials", 100, "--delay", 0.4, "--checkpoint_interval", 1)


class Preemption(JobTest):
    settings = PREEMPTION

    def preempt(self, node, cpus):
        return self.cluster.submit("-p", "high", "-w", node, "-N", 1, "-n", cpus, "-t", 2, "--output=/dev/null", "--wrap=sleep 3", folder=self.work)

    def test_a_preempted_job_comes_back(self):
        jobs = {}
        for node in self.settings["further_nodes"]:
            for grace in (0, 30):
                for launcher in LAUNCHERS:
                    name = f"{node[0]}_{grace}_{launcher}"
                    jobs[name] = self.run_study(name, *STUDY, slurm=("-p", f"low{grace}", "-w", node[0], "-n", 2, "-t", 10), launcher=launcher)
        for name in jobs:
            self.wait_for_output(name)
        self.pause_after_start(4)
        for node, _ in self.settings["further_nodes"]:
            self.preempt(node, 32)
        for name, job in jobs.items():
            with self.subTest(name):
                self.assert_done(job, name)
                self.assertEqual(self.restarts(job), 1, self.log(name))
                self.assertEqual(trials_done(self.output(name)), 300)


class PreemptionWithWarning(JobTest):
    """preempt_send_user_signal: the warning opens the grace."""

    settings = {**PREEMPTION, "lines": [*PREEMPTION["lines"], "SlurmctldParameters=preempt_send_user_signal"]}

    def test_a_preemption_at_the_start_is_no_short_time_limit(self):
        jobs = {launcher: self.run_study(launcher, *STUDY, slurm=("-p", "low30", "-w", "far", "-n", 2, "-t", 10), launcher=launcher)
                for launcher in LAUNCHERS}
        for launcher in jobs:
            self.wait_for_output(launcher)
        Preemption.preempt(self, "far", 32)
        for launcher, job in jobs.items():
            with self.subTest(launcher):
                self.assert_done(job, launcher)
                self.assertEqual(self.restarts(job), 1, self.log(launcher))
                self.assertIn("to make room", self.log(launcher))


class Rounds(JobTest):
    """Jobs that would go round for ever."""

    def test_three_starts_without_progress_are_enough(self):
        job = self.run_study("endless", "--trials", 2, "--delay", 1000, "--grace", 1, slurm=("-n", 1, "-t", 10))
        for start in range(1, 4):
            self.wait_for_start("endless", start)
            self.pause_after_start()
            self.warn(job)
        self.assert_fails(job, "endless", "no progress in 3 starts", "needs a time limit")
        self.assertEqual(self.restarts(job), 2)

    def test_a_warning_at_the_start_counts_from_the_start(self):
        job = self.run_study("early", "--trials", 2, "--delay", 1000, "--grace", 6, slurm=("-n", 1, "-t", 10))
        self.wait_for_output("early")
        self.warn(job)
        self.wait_for_log("early", "warned of the time limit")
        if int(re.search(r"warned of the time limit after (\d+) s", self.log("early")).group(1)) >= 5:
            self.skipTest("a machine too busy to start within five seconds")
        self.assert_fails(job, "early", "the time limit is too short", code=75)


class Places(JobTest):
    """Folders, hosts and memory."""

    settings = dict(further_nodes=[("far", "far")], memory=True,
                    lines=["PartitionName=both Nodes=thresher0,far DefMemPerCPU=100 State=UP",
                                "PartitionName=share Nodes=thresher0 DefMemPerCPU=800 State=UP"])

    def test_a_missing_folder_is_not_replaced_by_tmp(self):
        gone = self.folder / "gone"
        for script, arguments in (("run.sbatch", (driver(), "--trials", 1, "--output", "thresher_lost.h5")),
                                  ("merge.sbatch", (driver(), "--output", "thresher_lost.h5"))):
            gone.mkdir()
            name = f"lost_{script}"
            job = self.submit(name, JOBS / script, *arguments, slurm=("-n", 1, "--mem=100", "-t", 5, "--hold"), folder=gone)
            gone.rmdir()
            self.cluster.command("scontrol", "release", job)
            self.assert_fails(job, name, f"folder {gone} is missing")
        self.assertFalse(pathlib.Path("/tmp/thresher_lost.h5").exists())

    def test_another_folder_to_work_in(self):
        other = self.folder / "other"
        other.mkdir()
        script = "jobs/array.sbatch"
        study = ("--trials", 2, "--quiet", "--output", "b.h5")
        slurm = (f"--chdir={other}", "--array=1-1", "-n", 1, "--mem=100", "-t", 5)
        job = self.submit("elsewhere", script, driver(), *study, slurm=slurm, folder=PROJECT)
        self.assert_done(job, "elsewhere")
        self.assertTrue((other / "b.shard_1_of_1.h5").exists())
        home = self.folder / "home"
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "testbed").symlink_to(driver())
        job = self.submit("relative", JOBS / "run.sbatch", "bin/testbed", *study, slurm=(f"--chdir={other}", "-n", 1, "--mem=100", "-t", 5), folder=home)
        self.assert_fails(job, "relative", "no driver bin/testbed", str(home), "full paths")

    def test_memory_of_all_cpus_of_a_rank(self):
        needs = ("--trials", 1, "--bytes", 1.2e9)
        jobs = {}
        for launcher in LAUNCHERS:
            jobs[f"given_{launcher}"] = (self.run_study(f"given_{launcher}", *needs, launcher=launcher,
                                                        slurm=("-n", 1, "-c", 2, "--mem-per-cpu=800", "-t", 5)), True)
            jobs[f"default_{launcher}"] = (self.run_study(f"default_{launcher}", *needs, launcher=launcher,
                                                          slurm=("-p", "share", "-n", 1, "-c", 2, "-t", 5)), True)
        jobs["one_cpu"] = (self.run_study("one_cpu", *needs, slurm=("-n", 1, "--mem-per-cpu=800", "-t", 5)), False)
        for name, (job, fits) in jobs.items():
            with self.subTest(name):
                if fits:
                    self.assert_done(job, name)
                else:
                    self.assert_fails(job, name, "memory")

    def test_a_rank_on_each_node(self):
        job = self.run_study("nodes", "--trials", 4, slurm=("-p", "both", "-N", 2, "-t", 5), launcher="mpirun")
        self.assert_done(job, "nodes")
        self.assertIn("2 ranks on", self.log("nodes"))

    def test_another_step_of_the_job_is_alive(self):
        script = self.work / "two_steps.sh"
        step = f"srun --mpi=pmix -N 1 -n 1 --mem=100 --overlap -w {{}} {driver()} --trials 20 --delay 1 --quiet --output two.h5"
        script.write_text(f"#!/bin/bash\n{step.format('thresher0')} &\nuntil [ -e two.h5 ]; do sleep 0.2; done\n"
                          f"{step.format('far')} --resume; echo second: $?\nwait %1; echo first: $?\n")
        job = self.submit("two", script, slurm=("-p", "both", "-N", 2, "-t", 5))
        self.assert_done(job, "two")
        self.assertIn("second: 2", self.log("two"))
        self.assertIn("being written", self.log("two"))
        self.assertIn("first: 0", self.log("two"))


if __name__ == "__main__":
    main()
