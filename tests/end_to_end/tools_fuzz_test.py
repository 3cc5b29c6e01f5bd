"""Every subcommand of tools/thresher on every kind of file: an answer, or one line that says what is wrong; never a traceback.

Runs in one process (`/usr/bin/python3 tools_fuzz_test.py <bin folder>`): starting the interpreter anew for each of some hundred
calls would take minutes.
"""

import contextlib
import io
import itertools
import pathlib
import shutil
import sys
import tempfile
import unittest
import warnings

import numpy as np

import tools_study_file as study_file
from tools_study_file import FAILED, INVALID, NOT_CONVERGED, NOT_RUN, OK, Metric, Study

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from post_processing.command_line import main  # noqa: E402

TRIALS = 3
AXES = {
    "no_axis": {},
    "one_axis": {"theta": [0.1, 0.21544346900318834, 1.0]},
    "one_value": {"theta": [2.0]},
    "words": {"law": ["a$b", "a_{b", "$^$"]},
    "infinity": {"beta": [1.0, 10.0, np.inf]},
    "two_axes": {"p": list(range(10000000, 10000008)), "theta": list(np.linspace(-1, 1, 8))},
    "words_and_numbers": {"law": ["normal", "$\\frac$"], "theta": [1.0, 2.0]},
}
CONTENTS = {
    "usual": lambda shape: np.random.default_rng(1).random(shape).round(),
    "reals": lambda shape: np.random.default_rng(1).normal(size=shape),
    "all_nan": lambda shape: np.full(shape, np.nan),
    "all_equal": lambda shape: np.full(shape, 0.7),
    "all_zero": lambda shape: np.zeros(shape),
    "infinite": lambda shape: np.full(shape, np.inf),
    "mixed": lambda shape: np.resize([np.nan, 1e-310, np.inf, 1e300, 0.0], shape),
    "huge": lambda shape: np.resize([1e308, -1e308, 1.0], shape),
}
STATES = {"ok": OK, "failed": FAILED, "not_converged": NOT_CONVERGED, "not_run": NOT_RUN, "invalid": INVALID}
COMMANDS = [
    ["show"], ["show", "--all"],
    ["summary"], ["summary", "--metric", "all", "--format", "csv"], ["summary", "--metric", "hit", "--prediction", "q", "--format", "markdown"],
    ["plot"], ["plot", "--metric", "hit", "--y_scale", "log", "--title", "a_b $^$"], ["plot", "--metric", "hit,size", "--x_label", "$", "--statistic", "median"],
    ["plot", "--kind", "heat_map", "--contour", "q=0.5"], ["plot", "--metric", "elsewhere"],
    ["threshold"], ["threshold", "--level", "0.5", "--metric", "size", "--fit", "linear", "--resamples", "20", "--format", "csv"],
    ["threshold", "--metric", "hit", "--fit", "logistic", "--resamples", "20"],
    ["export", "--output", "-"], ["export", "--what", "summary", "--output", "-"],
    ["summary", "--metric", "hit - 2*size"], ["summary", "--metric", "mean(size)/mean(hit)"], ["plot", "--metric", "log(mean(size)),size**0.5"],
    ["threshold", "--metric", "mean(hit)*2", "--level", "1", "--resamples", "20"], ["export", "--metric", "hit/size", "--output", "-"],
    ["export", "--what", "summary", "--metric", "mean(size)**2", "--output", "-"],
    ["report"], ["report", "--metric", "hit,mean(size)**2"],
    ["compare"],
]  # fmt: skip


def study_of(axes, contents, status, trials=TRIALS):
    shape = tuple(len(values) for values in axes.values())
    values = CONTENTS[contents](shape + (trials,))
    metrics = {
        "hit": Metric(values, "indicator" if contents == "usual" else "value", valid_range=(0, 1) if contents in ("usual", "all_equal") else (-np.inf, np.inf),
                      prediction="q"),
        "size": Metric(values, "count" if contents == "all_zero" else "value", valid_range=(-np.inf, np.inf), prediction="q"),
        "elsewhere": Metric(np.full(shape + (trials,), np.nan)),
    }
    theory = np.linspace(0, 1, int(np.prod(shape))).reshape(shape) if contents != "infinite" else np.full(shape, np.inf)
    failures = [(0,) * len(shape) + (0, "no $^$ luck\n")] if status == FAILED and trials else []
    return Study(axes, metrics, trials, theory={"q": theory}, scalars={"n": 200, "rho": 1e160, "name": "x_$"},
                 status=np.full(shape + (trials,), status), failures=failures)


def called(arguments):
    """Exit code, stdout and stderr of a call; what it raises is raised."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), errors.getvalue()


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thresher-fuzz-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.calls = {0: 0, 1: 0, 2: 0}

    def answers(self, path, other, command):
        arguments = [command[0], str(path)] + ([str(other)] if command == ["compare"] else command[1:])
        if command[0] == "plot":
            arguments += ["--output", str(self.folder / "figure.svg")]
        with self.subTest(command=" ".join(arguments)), warnings.catch_warnings():
            warnings.simplefilter("error")
            code, out, errors = called(arguments)
            self.assertIn(code, (0, 2) if command != ["compare"] else (0, 1))
            self.calls[code] += 1
            if code == 2:
                self.assertEqual(len(errors.splitlines()), 1, errors)
                self.assertEqual(out, "")
            else:
                self.assertEqual(errors, "")

    def files(self):
        for (axes_name, axes), contents, (state, status) in itertools.product(AXES.items(), CONTENTS, STATES.items()):
            # All pairs of a file's kinds are there with the usual third.
            if (axes_name in ("one_axis", "no_axis")) + (contents == "usual") + (state == "ok") >= 2:
                yield f"{axes_name}-{contents}-{state}", study_of(axes, contents, status)
        for trials in (0, 1):
            for axes_name, axes in AXES.items():
                yield f"{axes_name}-{trials}", study_of(axes, "usual", OK, trials)

    def test_every_subcommand_answers_for_every_file(self):
        paths = []
        for name, study in self.files():
            paths.append(self.folder / f"{name}.h5")
            study_file.write(paths[-1], study)
        figures = 0
        for number, path in enumerate(paths):
            for command in COMMANDS:
                if command[0] in ("plot", "report"):  # a figure takes a third of a second: one or two kinds per file, in turn
                    figures += 1
                    if figures % 7 != number % 7:
                        continue
                self.answers(path, paths[number - 1], command)
        print(f"{len(paths)} files, {sum(self.calls.values())} calls: {self.calls[0]} answered, {self.calls[1]} differ, {self.calls[2]} refused",
              file=sys.stderr)
        self.assertGreater(self.calls[0], self.calls[2])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
