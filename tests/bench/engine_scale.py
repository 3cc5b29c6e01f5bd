"""How many teams one coordinator serves: many oversubscribed ranks whose trials only sleep.

usage: engine_scale.py <folder of the binaries> [--ranks 16,64,256] [--delay 0.1] [--trials_per_rank 40] [--picture FILE]

For each number of ranks two runs, one with twice the trials: what the second takes more than the first is free of start-up
and end. Prints the share of the ideal throughput (ranks / delay units a second), the processor time of rank 0's coordinator for
a unit, and from it the units that one coordinator can serve a second: its ceiling.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time


class Watched:
    """A run whose coordinator thread is watched while it lives."""

    def __init__(self, binaries, ranks, delay, trials, folder):
        self.command = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", str(pathlib.Path(binaries).resolve() / "testbed"),
                        "--delay", str(delay), "--mean", "0", "--trials", str(trials), "--theory", "none", "--checkpoint_interval", "5",
                        "--quiet", "--overwrite", "--output", "scale.h5"]
        self.folder = folder

    def measure(self):
        """Seconds from the first order to the last, and of them the coordinator's processor seconds."""
        environment = {**os.environ, "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                       "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(self.command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL)
        task = None
        began = ended = used = 0.0
        while process.poll() is None:
            task = task or self.coordinator(process.pid)
            if task:
                with contextlib.suppress(OSError, ValueError, IndexError):
                    used = int((task / "schedstat").read_text().split()[0]) * 1e-9
                    ended = time.monotonic()
                    began = began or ended
            time.sleep(0.02)
        if process.returncode != 0 or not task:
            sys.exit(f"{' '.join(self.command)}: ended with {process.returncode}")
        return ended - began, used

    def coordinator(self, launcher):
        """The thread of that name in a child of mpirun."""
        with contextlib.suppress(OSError):
            children = " ".join(path.read_text() for path in pathlib.Path(f"/proc/{launcher}/task").glob("*/children"))
            for child in children.split():
                for task in pathlib.Path(f"/proc/{child}/task").iterdir():
                    if (task / "comm").read_text().strip() == "coordinator":
                        return task
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries")
    parser.add_argument("--ranks", default="16,64,256")
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--trials_per_rank", type=int, default=40)
    arguments = parser.parse_args()
    print(" ranks  share of ideal  coordinator us/unit  ceiling units/s")
    with tempfile.TemporaryDirectory(prefix="thresher-") as folder:
        for ranks in map(int, arguments.ranks.split(",")):
            trials = ranks * arguments.trials_per_rank
            short = Watched(arguments.binaries, ranks, arguments.delay, trials, folder).measure()
            long = Watched(arguments.binaries, ranks, arguments.delay, 2 * trials, folder).measure()
            seconds, used = long[0] - short[0], long[1] - short[1]
            print(f"{ranks:6d}  {arguments.trials_per_rank * arguments.delay / seconds:14.3f}  {1e6 * used / trials:19.1f}  {trials / used:15.0f}",
                  flush=True)


if __name__ == "__main__":
    main()
