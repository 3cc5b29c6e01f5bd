#!/usr/bin/python3
"""What theory takes beside the trials that it accompanies, for every experiment: `theory_beside_trials.py <folder of the
binaries> [preset...]` asks --plan, which times both, and prints the table of README.md. Without presets: the figures of
the papers (jobs/*/paper*.toml), of each experiment the one in which theory has the largest share. About a quarter of a
minute a preset."""

import os
import pathlib
import re
import subprocess
import sys

JOBS = pathlib.Path(__file__).resolve().parents[2] / "jobs"
SECONDS = {"s": 1, "min": 60, "h": 3600}
TIME = r"([\d.e+-]+) (s|min|h)"
UNITS = re.compile(rf"^ +([\d.e+-]+) units of +{TIME} on teams of (\d+)", re.M)
THEORY = re.compile(rf"^ +(\d+) of +{TIME}: theory (.+) \(timed\)", re.M)


class Plan:
    """Seconds of one core for the trials and for each theory of a preset."""

    def __init__(self, binaries, preset):
        self.preset = preset
        command = [str(binaries / preset.parent.name), "--config", str(preset), "--plan"]
        environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
        said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=environment).stdout
        self.points = int(re.search(r": (\d+) points", said)[1])
        self.trials = sum(float(count) * float(time) * SECONDS[unit] * int(ranks) for count, time, unit, ranks in UNITS.findall(said))
        theories = [(name, int(count), float(time) * SECONDS[unit]) for count, time, unit, name in THEORY.findall(said)]
        self.theory = sum(count * each for _, count, each in theories)
        self.dearest = max(theories, key=lambda theory: theory[1] * theory[2], default=None)

    def share(self):
        return self.theory / (self.theory + self.trials) if self.theory else 0.0

    def row(self):
        dearest = "none" if self.dearest is None else f"`{self.dearest[0]}`, {self.dearest[1]} of {text(self.dearest[2])}"
        return (f"| {self.preset.parent.name}, `{self.preset.stem}` | {text(self.trials / self.points)} | {text(self.theory / self.points)} "
                f"| {100 * self.share():.2g} % | {dearest} |")


def text(seconds):
    for factor, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return "less than 1 µs"


def main():
    binaries = pathlib.Path(sys.argv[1])
    chosen = [pathlib.Path(preset).resolve() for preset in sys.argv[2:]]
    print("| preset | trials of a point | theory of a point | share of theory | dearest |\n|---|---|---|---|---|")
    for folder in sorted(JOBS.iterdir()):
        presets = chosen or sorted(folder.glob("paper*.toml"))
        plans = [Plan(binaries, preset) for preset in presets if preset.parent == folder and (binaries / folder.name).exists()]
        for plan in plans if chosen else sorted(plans, key=Plan.share)[-1:]:
            print(plan.row(), flush=True)


if __name__ == "__main__":
    main()
