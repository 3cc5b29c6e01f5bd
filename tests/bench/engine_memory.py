"""Memory of rank 0 and bytes written over a study of many tiny trials with 30 metrics.

usage: engine_memory.py <folder of the binaries> [trials [picture]]

Prints the peak, and all that was written against the size of the final file; draws both over time.
"""

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time


def sample(pid):
    """Resident MB and MB written so far of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    io = pathlib.Path(f"/proc/{pid}/io").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024, int(re.search(r"wchar: (\d+)", io).group(1)) / 1e6


def measure(binaries, trials):
    """Rows (seconds, resident MB, written MB) of a run of 2 x trials / 2, and the MB of its file."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="thresher-") as folder:
        output = pathlib.Path(folder) / "many.h5"
        process = subprocess.Popen([pathlib.Path(binaries) / "testbed", "--wide", "--size", "1", "--mean", "0,1", "--trials",
                                    str(trials // 2), "--checkpoint_interval", "5", "--quiet", "--output", output],
                                   stdin=subprocess.DEVNULL)
        started = time.time()
        while process.poll() is None:
            with contextlib.suppress(OSError, AttributeError):
                rows.append((time.time() - started, *sample(process.pid)))
            time.sleep(0.2)
        if process.returncode != 0:
            sys.exit(f"testbed ended with {process.returncode}")
        return rows, output.stat().st_size / 1e6


def draw(rows, trials, picture):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    seconds, resident, written = zip(*rows)
    figure, left = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    left.plot(seconds, resident, color="black", label="resident memory")
    left.plot(seconds, written, color="0.6", linestyle="--", label="written so far")
    left.set(xlabel="seconds", ylabel="MB", title=f"rank 0 over {trials:.0e} trials of 30 metrics", yscale="log", ylim=(10, None))
    left.legend()
    figure.savefig(picture, dpi=150)


def main():
    trials = int(float(sys.argv[2])) if len(sys.argv) > 2 else 1000000
    rows, size = measure(sys.argv[1], trials)
    print(f"{trials} trials in {rows[-1][0]:.1f} s: peak {max(row[1] for row in rows):.0f} MB, "
          f"written {rows[-1][2]:.0f} MB for a file of {size:.0f} MB ({rows[-1][2] / size:.1f} x)")
    if len(sys.argv) > 3:
        draw(rows, trials, sys.argv[3])


if __name__ == "__main__":
    main()
