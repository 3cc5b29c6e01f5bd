"""Runs the real binaries for the end-to-end tests: with or without mpirun, to the end or to a kill."""

import contextlib
import io
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

from post_processing import command_line  # noqa: E402

ENVIRONMENT = dict(
    os.environ,
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
    OPENBLAS_NUM_THREADS="1",
)


def binaries():
    """Folder of the binaries: the first argument of the test program."""
    return pathlib.Path(sys.argv[1])


def main():
    """Runs the tests of the calling module; the first argument is the folder of the binaries."""
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])


def campaign(short, long):
    """How often a test tries its luck: `long` under `tools/test --long`, `short` in every other run."""
    return long if os.environ.get("THRESHER_TESTS") == "long" else short


def processor_seconds_of_children():
    """What ended children have used so far: what neighbours do to the machine does not show in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(first, second):
    """Result of `thresher compare`, without a process for each: 0 for the same file; its output."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = command_line.main(["compare", str(first), str(second)])
    return code, said.getvalue()


class StudyTest(unittest.TestCase):
    """A test with a folder of its own, in which studies run."""

    driver = "testbed"

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="thresher-")
        self.folder = pathlib.Path(self._folder.name)

    def tearDown(self):
        self._folder.cleanup()

    def command(self, *arguments, ranks=0):
        launcher = ["mpirun", "-n", str(ranks), "--oversubscribe"] if ranks else []
        return launcher + [str(binaries() / self.driver)] + [str(a) for a in arguments]

    def run_study(self, *arguments, ranks=0, expect=0, timeout=300):
        done = subprocess.run(self.command(*arguments, ranks=ranks), cwd=self.folder, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def start_study(self, *arguments, ranks=0):
        """Starts a study in the background; `said` reads what it wrote to stderr."""
        errors = tempfile.TemporaryFile("w+")
        self.addCleanup(errors.close)
        process = subprocess.Popen(self.command(*arguments, ranks=ranks), cwd=self.folder, env=ENVIRONMENT,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                   start_new_session=True)
        process.errors = errors
        return process

    @staticmethod
    def said(process):
        process.errors.seek(0)
        return process.errors.read()

    def kill_study(self, process):
        """kill -9 of everything that `start_study` started."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        # Ranks of mpirun are in groups of their own.
        subprocess.run(["pkill", "-KILL", "-f", str(self.folder)], check=False)
        for pid in self.ranks_of_study():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()

    def ranks_of_study(self):
        """Processes of the driver that run in this test's folder."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                inside = os.readlink(entry / "cwd") == str(self.folder)
                name = (entry / "comm").read_text().strip()
            except OSError:
                continue
            if inside and self.driver.startswith(name):
                found.append(int(entry.name))
        return found

    def assert_same(self, first, second):
        code, text = compare(self.folder / first, self.folder / second)
        self.assertEqual(code, 0, text)

    def wait_for(self, condition, seconds=60):
        deadline = time.time() + seconds
        while time.time() < deadline:
            if condition():
                return
            time.sleep(0.02)
        self.fail("waited in vain")
