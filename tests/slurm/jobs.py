"""What tests of jobs on a Slurm of their own share: a cluster, a folder to work in, studies of the testbed."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from cluster import Cluster, missing_programs

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parents[2]
JOBS = PROJECT / "jobs"
LAUNCHERS = ("srun", "mpirun")
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}
CORES = 32


def driver():
    """The testbed: the folder of the binaries is the first argument of the test program."""
    return pathlib.Path(sys.argv[1]).resolve() / "testbed"


def main():
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])


def may_make_hosts():
    """Whether this user may give a process a host name of its own."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "--uts", "true"], stderr=subprocess.DEVNULL).returncode == 0


def trials_done(path):
    with h5py.File(path, "r") as file:
        return int((file["status"][()] == 1).sum())


class JobTest(unittest.TestCase):
    """A test class with a Slurm of its own; `settings` are those of Cluster."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        missing = missing_programs()
        if missing:
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        if cls.settings.get("further_nodes") and not may_make_hosts():
            raise unittest.SkipTest("no right to make a host name")
        os.environ.update(MPI)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="thresher-slurm-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.cluster = Cluster(cls.folder, CORES, **cls.settings)
        cls.addClassCleanup(cls.cluster.stop)
        cls.work = cls.folder / "work"
        cls.work.mkdir()

    def submit(self, name, script, *arguments, slurm=(), launcher="srun", environment=None, folder=None):
        """Submits one of our scripts; its log is `<name>-<job>.log` in the folder of work."""
        logs = self.work / (f"{name}-%A_%a.log" if any(str(a).startswith("--array") for a in slurm) else f"{name}-%j.log")
        return self.cluster.submit(f"--job-name={name}", f"--output={logs}", *slurm, script, *arguments, folder=folder or self.work,
                                   environment={"THRESHER_LAUNCHER": launcher, **(environment or {})})

    def run_study(self, name, *study, slurm=(), launcher="srun"):
        return self.submit(name, JOBS / "run.sbatch", driver(), *study, "--quiet", "--output", self.output(name), slurm=slurm, launcher=launcher)

    @classmethod
    def output(cls, name):
        return cls.work / f"{name}.h5"

    def log(self, name):
        return "\n".join(path.read_text(errors="replace")[-6000:] for path in sorted(self.work.glob(f"{name}-*.log")))

    def wait_for_log(self, name, text, seconds=120):
        self.cluster.wait_for(lambda: text in self.log(name), f"{name} says '{text}'", seconds=seconds, failed=lambda: self.log(name))

    def wait_for_output(self, name, seconds=120):
        self.cluster.wait_for(lambda: self.output(name).exists(), f"{name} has begun", seconds=seconds, failed=lambda: self.log(name))

    def wait_for_start(self, name, start, seconds=120):
        """Until the driver of this start of the job holds its output: a warning before it takes signals would kill it."""
        lock = self.output(name).with_name(f"{name}.h5.lock")

        def holds():
            try:
                return f"slurm_start={start - 1}\n" in lock.read_text()
            except FileNotFoundError:
                return False

        self.cluster.wait_for(holds, f"start {start} of {name} is at work", seconds=seconds, failed=lambda: self.log(name))

    def warn(self, job):
        """What --signal=B:USR1 does near the time limit."""
        self.cluster.command("scancel", "--batch", "--signal=USR1", job)

    def assert_done(self, job, name, seconds=240):
        self.assertEqual(self.cluster.wait_until_over(job, seconds), ("COMPLETED", 0), self.log(name))

    def assert_fails(self, job, name, *words, code=2, seconds=120):
        self.assertEqual(self.cluster.wait_until_over(job, seconds), ("FAILED", code), self.log(name))
        for word in words:
            self.assertIn(word, self.log(name))

    def restarts(self, job):
        return int(self.cluster.job(job)["Restarts"])

    def pause_after_start(self, seconds=6):
        """Warned earlier than after five seconds, a job takes its time limit for too short."""
        time.sleep(seconds)
