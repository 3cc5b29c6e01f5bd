"""tools/thresher on files with known contents: `/usr/bin/python3 tools_test.py <bin folder>`."""

import contextlib
import csv
import io
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

import running
import tools_study_file as study_file
from tools_study_file import FAILED, NOT_CONVERGED, NOT_RUN, OK, Metric, Study, phase_diagram, transition

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(PROJECT / "tools"))

from post_processing import command_line  # noqa: E402

THRESHER = PROJECT / "tools" / "thresher"
BIN = None


def thresher(*arguments, folder=None, **environment):
    """Runs tools/thresher: as a process of its own where the environment is another, else within this one (a start takes
    longer than most of what is tested)."""
    words = [str(argument) for argument in arguments]
    if environment:
        return subprocess.run([str(THRESHER), *words], cwd=folder, capture_output=True, text=True, timeout=300,
                              env={**os.environ, **environment})
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with contextlib.chdir(folder or "."), contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            code = command_line.main(words)
        except SystemExit as end:
            code = end.code
    said = []
    for stream in streams:
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    return subprocess.CompletedProcess(words, code or 0, *said)


class ToolTest(unittest.TestCase):
    """A folder of its own, and the calls that should succeed or be refused."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thresher-tools-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return self.folder / name

    def written(self, name, study):
        study_file.write(self.path(name), study)
        return self.path(name)

    def succeeds(self, *arguments, **settings):
        done = thresher(*arguments, folder=self.folder, **settings)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def refused(self, *arguments, saying):
        done = thresher(*arguments, folder=self.folder)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(saying, done.stderr)

    def rows(self, text):
        return list(csv.DictReader(io.StringIO(text)))


class CommandLine(ToolTest):
    def test_every_subcommand_has_help(self):
        self.assertIn("threshold", self.succeeds("--help"))
        for name in ("show", "summary", "plot", "threshold", "collapse", "report", "compare", "merge", "export"):
            self.assertIn("usage: thresher " + name, self.succeeds(name, "--help"))

    def test_mistakes_are_one_line(self):
        good = self.written("good.h5", transition(trials=5))
        self.refused("sumary", good, saying="invalid choice: 'sumary'")
        self.refused("summary", self.path("none.h5"), saying="no such file")
        self.refused("show", self.folder, saying="is a folder")
        self.path("text.h5").write_text("not HDF5")
        self.refused("summary", "text.h5", saying="cannot be read as HDF5")
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = 1.0
        self.refused("plot", "other.h5", saying="not a Thresher result file")
        self.refused("summary", good, "--metric", "sign_recovry", saying="did you mean 'sign_recovery'")
        self.refused("summary", good, "--prediction", "nothing", saying="no prediction 'nothing'")
        self.refused("summary", good, "--select", "p=129", saying="p has no value '129'")
        self.refused("summary", good, "--select", "q=1", saying="no axis 'q'")
        self.refused("summary", good, "--select", "p", saying="expected axis=value")
        self.refused("summary", good, "--select", "theta=abc", saying="theta is a number")
        self.refused("summary", good, "--confidence", "1.5", saying="not strictly between 0 and 1")
        self.refused("plot", good, "--x", "theta*(", saying="not an arithmetic expression")
        self.refused("plot", good, "--x", "__import__('os').system('true')", saying="only numbers, names")
        self.refused("plot", good, "--x", "theta.real", saying="only numbers, names")
        self.refused("plot", good, "--x", "tetha", saying="did you mean 'theta'")
        self.refused("plot", good, "--x", "estimator", saying="holds words")
        self.refused("plot", good, "--x", "log(theta, 2)", saying="takes 1 value")
        self.refused("plot", good, "--output", "figure.gif", saying="must end in .png, .svg, .pdf")
        self.refused("plot", good, "--output", "none/figure.png", saying="there is no folder none")
        self.refused("plot", good, "--size", "5", saying="not a width and a height")
        self.refused("threshold", good, "--level", "1.5", saying="lies in [0, 1]")
        self.refused("threshold", good, "--metric", "mse", saying="give --level")
        self.refused("export", good, "--output", "table.xls", saying="must end in .csv, .parquet or .nc")
        self.refused("compare", good, saying="required: second")

    def test_a_damaged_file_is_an_error_and_not_a_number(self):
        path = self.written("damaged.h5", transition(trials=300, dimensions=(128, 512), sparsities=(4, 8)))
        with h5py.File(path, "r") as file:
            place = file["mse"].id.get_chunk_info(0).byte_offset
        content = bytearray(path.read_bytes())
        content[place + 10] ^= 1
        path.write_bytes(content)
        self.refused("export", path, "--output", "-", saying="read")


class Show(ToolTest):
    def test_what_is_there_and_how_far(self):
        study = transition(trials=10)
        study.status = np.full(study.shape + (10,), OK)
        study.status[0, 0, 0, 4:] = NOT_RUN
        study.status[1, 2, 1, 3] = FAILED
        study.failures = [(1, 2, 1, 3, "dual_max: NaN is not legitimate")]
        begun = np.full(study.shape, NOT_RUN)
        begun[0, :, 0] = OK
        study.theory_status = {"sizes": OK, "transition": begun, "unasked": NOT_RUN}
        path = self.written("part.h5", study)
        self.path("part.h5.journal").write_bytes(b"x" * 100)
        self.path("part.h5.lock").write_text("host=node3\npid=77\n")
        text = self.succeeds("show", path)
        self.assertIn("1014 of 1020 done (99.4 %): 6 not run, 1013 ok, 1 failed", text)
        self.assertIn(f"theory       sizes, transition at {study.shape[1]} of 102 points\n", text)
        self.assertIn("p (3): 128, 512, 2048; with s: 4, 8, 16", text)
        self.assertIn("102 of 102 points valid, 101 complete; trials per point 4 to 10", text)
        self.assertIn("p 512, theta 0.6, hq_fraction 0.8, trial 3: dual_max: NaN is not legitimate", text)
        self.assertIn("100 bytes of newer records in part.h5.journal", text)
        self.assertIn("process 77 on node3", text)
        self.assertNotIn("command_line", text)
        self.assertIn("synthetic --seed 7", self.succeeds("show", path, "--all"))

    def test_a_single_point_and_no_trials(self):
        point = Study({}, {"hit": Metric(np.array([0.0, 1, 1, 0]), "indicator", valid_range=(0, 1))}, 4)
        self.assertIn("a single point", self.succeeds("show", self.written("point.h5", point)))
        theory = Study({"a": [1.0, 2.0]}, {}, 0, theory={"gamma": np.array([1.0, 1.5])})
        self.assertIn("theory only", self.succeeds("show", self.written("theory.h5", theory)))


class SummaryTable(ToolTest):
    def test_wilson_interval_of_an_indicator(self):
        hits = np.zeros((1, 20))
        hits[0, :15] = 1
        path = self.written("one.h5", Study({"n": [10]}, {"hit": Metric(hits, "indicator", valid_range=(0, 1))}, 20))
        row = self.rows(self.succeeds("summary", path, "--format", "csv"))[0]
        self.assertEqual(float(row["hit"]), 0.75)
        # Wilson's interval of 15 in 20 at 95 %
        self.assertAlmostEqual(float(row["low_95"]), 0.5313, places=4)
        self.assertAlmostEqual(float(row["high_95"]), 0.8881, places=4)

    def test_statistics_leave_out_what_does_not_count(self):
        values = np.array([[1.0, 2.0, np.nan, 4.0, 1000.0, 9.0]])
        status = np.array([[OK, NOT_CONVERGED, OK, OK, FAILED, NOT_RUN]])
        for with_summary in (True, False):
            study = Study({"n": [10]}, {"size": Metric(values)}, 6, status=status, with_summary=with_summary)
            row = self.rows(self.succeeds("summary", self.written("v.h5", study), "--format", "csv"))[0]
            self.assertEqual((int(row["ran"]), int(row["counted"]), row["left_out"]), (5, 3, "1 failed, 1 undefined"))
            self.assertAlmostEqual(float(row["size"]), 7 / 3)
            self.assertAlmostEqual(float(row["std._error"]), np.std([1, 2, 4], ddof=1) / np.sqrt(3))
            self.assertEqual(float(row["median"]), 2)

    def test_equal_trials_are_not_certain(self):
        equal = np.zeros((2, 20))
        metrics = {
            "share": Metric(equal, valid_range=(0, 1), prediction="q"),
            "events": Metric(equal, "count", valid_range=(0, np.inf), prediction="q"),
            "size": Metric(equal + 3.7, valid_range=(0, np.inf), prediction="q"),
        }
        path = self.written("e.h5", Study({"n": [1, 2]}, metrics, 20, theory={"q": np.array([0.1, 3.7])}))
        share, events, size = (self.rows(self.succeeds("summary", path, "--format", "csv", "--metric", name)) for name in metrics)
        # Wilson's interval of 0 in 20, and the exact bound on a Poisson mean without an event in 20
        self.assertEqual(float(share[0]["low_95"]), 0)
        self.assertAlmostEqual(float(share[0]["high_95"]), 0.1611, places=4)
        self.assertAlmostEqual(float(events[0]["high_95"]), -np.log(0.025) / 20)
        self.assertEqual((size[0]["low_95"], size[0]["high_95"]), ("", ""))
        # The standard error of 20 zeros and a trial at each end of [0, 1]; one event in 20 trials; none.
        self.assertAlmostEqual(float(share[0]["deviation/se"]), -0.1 / np.sqrt(1 / 22 * (21 / 22) / 22))
        self.assertAlmostEqual(float(events[0]["deviation/se"]), -2)
        self.assertEqual([float(row["deviation/se"]) for row in size], [np.inf, 0])
        self.assertIn("no interval where a point has one trial, or equal ones", self.succeeds("summary", path, "--metric", "size"))

    def test_survivors_are_not_shown_as_the_whole(self):
        values = np.array([[np.nan] * 4, [np.nan, np.nan, 0.9, 0.8], [0.7, 0.8, 0.9, 0.8], [np.nan] * 4])
        status = np.array([[NOT_CONVERGED] * 4, [NOT_CONVERGED, FAILED, OK, OK], [NOT_CONVERGED, OK, OK, OK], [OK] * 4])
        for with_summary in (True, False):
            study = Study({"theta": [1, 2, 3, 4]}, {"overlap": Metric(values, valid_range=(0, 1))}, 4, status=status, with_summary=with_summary)
            path = self.written("l.h5", study)
            rows = self.rows(self.succeeds("summary", path, "--format", "csv"))
            self.assertEqual([(row["theta"], row["ran"], row["counted"], row["left_out"]) for row in rows],
                             [("1", "4", "0", "4 not converged, no value"), ("2", "4", "2", "1 not converged, no value, 1 failed"),
                              ("3", "4", "4", "")], "where it does not apply nothing is missing")
        self.assertIn("at 2 of 3 points more than 5 % of the trials do not count (at worst 100 %", self.succeeds("summary", path))
        self.succeeds("plot", path, "--output", "l.svg")
        self.assertIn("more than 5 % of the trials missing (at the foot: all)", self.path("l.svg").read_text())
        self.assertIn("at 2 of 3 points", self.succeeds("threshold", path, "--level", "0.8"))
        self.refused("summary", path, "--select", "theta=4", saying="does not apply there (4 trials ran)")
        self.refused("plot", path, "--select", "theta=1", saying="none of the 4 trials there has a value")

    def test_errors_of_tiny_numbers(self):
        study = Study({"n": [1]}, {"h": Metric(np.array([[1e-172, 3e-172]]))}, 2, with_summary=False)
        row = self.rows(self.succeeds("summary", self.written("t.h5", study), "--format", "csv"))[0]
        self.assertAlmostEqual(float(row["std._error"]) * 1e172, 1)

    def test_coordinates_to_the_last_digit(self):
        near = [1.0, 1.0 + 2**-52]
        study = Study({"p": [10000001, 10000002], "rho": near}, {"m": Metric(np.ones((2, 2, 2)) * [1, 2])}, 2,
                      scalars={"q": 200}, theory={"t": np.full((2, 2), 1e30)})
        path = self.written("c.h5", study)
        rows = self.rows(self.succeeds("summary", path, "--format", "csv", "--metric", "m"))
        self.assertEqual([float(row["rho"]) for row in rows], near * 2)
        self.assertEqual([int(row["p"]) for row in rows], [10000001, 10000001, 10000002, 10000002])
        text = self.succeeds("summary", path, "--prediction", "t")
        self.assertIn("10000002", text)
        self.assertIn("1.0000000000000002", text)
        self.assertIn("-2.0e+30", text)
        self.assertIn("10000001, 10000002", self.succeeds("show", path))
        self.assertEqual(len(self.rows(self.succeeds("summary", path, "--format", "csv", "--select", "q=200", "p=10000001"))), 2)
        self.refused("summary", path, "--select", "q=201", saying="q is 200 throughout this file")
        self.refused("summary", path, "--select", "rho=1.0000000001", saying="several values of rho look like 1.0000000001")

    def test_a_value_is_selected_as_it_is_displayed(self):
        thetas = list(np.geomspace(0.1, 1, 4))
        path = self.written("d.h5", Study({"theta": thetas}, {"m": Metric(np.ones((4, 2)) * [1, 2])}, 2))
        for text, amount in (("0.215443", 1), ("0.215443469", 1), ("0.215443469003", 1), ("0.1:0.215443", 2), ("0.464159:", 2)):
            rows = self.rows(self.succeeds("summary", path, "--format", "csv", "--select", f"theta={text}"))
            self.assertEqual(len(rows), amount, text)
        self.refused("summary", path, "--select", "theta=0.2154", saying="theta has no value '0.2154'")

    def test_theory_stands_beside(self):
        path = self.written("a.h5", transition())
        rows = self.rows(self.succeeds("summary", path, "--format", "csv", "--select", "p=128", "theta=0.9", "hq_fraction=0.2"))
        self.assertEqual(len(rows), 1)
        self.assertAlmostEqual(float(rows[0]["lasso_success"]), 0.5)
        deviation = (float(rows[0]["sign_recovery"]) - 0.5) / float(rows[0]["std._error"])
        self.assertAlmostEqual(float(rows[0]["deviation/se"]), deviation)
        self.assertEqual(len(self.rows(self.succeeds("summary", path, "--format", "csv", "--select", "theta=0.4:0.6"))), 3 * 3 * 2)
        self.assertIn("| theta |", self.succeeds("summary", path, "--format", "markdown").splitlines()[0])
        self.assertIn("mse", self.succeeds("summary", path, "--metric", "all"))

    def test_theory_alone(self):
        study = Study({"a": [1.0, 2.0]}, {}, 0, theory={"gamma": np.array([1.25, np.inf])})
        rows = self.rows(self.succeeds("summary", self.written("t.h5", study), "--format", "csv"))
        self.assertEqual([float(row["gamma"]) for row in rows], [1.25, np.inf])


class Threshold(ToolTest):
    def crossings(self, path, *options):
        return self.rows(self.succeeds("threshold", path, "--format", "csv", *options))

    def test_interval_holds_the_true_crossing(self):
        for fit in ("isotonic", "logistic", "linear"):
            rows = self.crossings(self.written("a.h5", transition(trials=1000, centre=0.93)), "--fit", fit)
            self.assertEqual(len(rows), 6)
            for row in rows:
                self.assertAlmostEqual(float(row["theta"]), 0.93, delta=0.03)
                self.assertAlmostEqual(float(row["predicted"]), 0.93, delta=0.005)
                self.assertLess(float(row["low 95 %"]), float(row["theta"]))
                self.assertLess(float(row["theta"]), float(row["high 95 %"]))

    def test_coverage_of_the_interval(self):
        # 40 curves: at 90 % at least 30 intervals hold the true crossing (below that: 2e-3), few trials or many.
        thetas = np.round(np.arange(0.4, 2.05, 0.1), 12)
        generator = np.random.default_rng(11)
        success = study_file.probit((thetas - 0.9) / 0.3)
        for trials, most in ((1, 40), (3, 40), (150, 39)):
            hits = generator.random((40, len(thetas), trials)) < success[:, None]
            study = Study({"run": np.arange(40), "theta": thetas}, {"hit": Metric(hits.astype(float), "indicator", valid_range=(0, 1))}, trials)
            rows = self.crossings(self.written("c.h5", study), "--confidence", "0.9", "--along", "theta", "--resamples", "400")
            held = sum(float(row["low 90 %"]) <= 0.9 <= float(row["high 90 %"]) for row in rows)
            self.assertGreaterEqual(held, 30, f"{trials} trials a point")
            self.assertLessEqual(held, most)

    def test_few_trials_of_a_value(self):
        thetas = np.arange(12.0)
        values = thetas[:, None] + np.random.default_rng(4).normal(0, 2, (12, 2))
        for trials in (1, 2):
            study = Study({"theta": thetas}, {"size": Metric(values[:, :trials])}, trials)
            path = self.written("few.h5", study)
            row = self.crossings(path, "--level", "5.5")[0]
            if trials == 1:
                self.assertEqual((row["low 95 %"], row["high 95 %"]), ("", ""))
                self.assertIn("no interval where points have one trial", self.succeeds("threshold", path, "--level", "5.5"))
            else:
                self.assertLess(float(row["low 95 %"]), 5.5)
                self.assertLess(5.5, float(row["high 95 %"]))

    def test_what_is_not_known_is_neither_yes_nor_no(self):
        hits = np.zeros((4, 3, 60))
        hits[0, 2] = 1  # crosses between 2 and 3
        hits[1:, 1:] = 1
        hits[3] = 1  # already at the first
        theory = np.array([[0.0, 0.0, 1.0], [0, 0, 0], [np.nan] * 3, [1, 1, 1]])
        study = Study({"line": ["found", "beyond", "without", "before"], "theta": [1.0, 2.0, 3.0]},
                      {"hit": Metric(hits, "indicator", valid_range=(0, 1), prediction="q")}, 60, theory={"q": theory})
        path = self.written("k.h5", study)
        rows = {row["line"]: row for row in self.crossings(path)}
        self.assertEqual([rows["found"][name] for name in ("predicted", "difference", "within")], ["2.5", "0.0", "yes"])
        self.assertEqual([rows["beyond"][name] for name in ("predicted", "difference", "within")], ["inf", "not known", "no"])
        self.assertEqual([rows["without"][name] for name in ("predicted", "difference", "within")], ["", "not known", "not known"])
        self.assertEqual([rows["before"][name] for name in ("predicted", "difference", "within")], ["-inf", "not known", "not known"])
        text = self.succeeds("threshold", path)
        self.assertIn("> 3", text)
        self.assertIn("<= 1", text)

    def test_common_random_numbers_are_resampled_together(self):
        # A trial that shifts a whole curve: resampled point by point the interval would be too narrow.
        thetas = np.linspace(0, 1, 201)
        shift = np.random.default_rng(5).normal(0, 0.3, 200)
        values = thetas[:, None] + shift
        study = Study({"theta": thetas}, {"level": Metric(values)}, 200)
        widths = []
        for shared in ("false", "true"):
            study.attributes = {"toml": f"common_random_numbers = {shared}\n"}
            row = self.crossings(self.written("s.h5", study), "--level", "0.5", "--fit", "isotonic")[0]
            widths.append(float(row["high 95 %"]) - float(row["low 95 %"]))
        self.assertAlmostEqual(widths[1], 2 * 1.96 * 0.3 / np.sqrt(200), delta=0.02)
        self.assertLess(widths[0], 0.8 * widths[1])

    def test_curves_that_never_cross_and_steps(self):
        thetas = [1.0, 2.0, 3.0, 4.0]
        hits = np.zeros((3, 4, 50))
        hits[1, 2:] = 1  # a step between 2 and 3
        hits[2] = 1
        study = Study({"kind": ["below", "step", "above"], "theta": thetas},
                      {"hit": Metric(hits, "indicator", valid_range=(0, 1))}, 50)
        path = self.written("s.h5", study)
        rows = {row["kind"]: row for row in self.crossings(path)}
        self.assertEqual(float(rows["below"]["theta"]), np.inf)
        self.assertEqual(float(rows["above"]["theta"]), -np.inf)
        self.assertEqual([float(rows["step"][name]) for name in ("theta", "low 95 %", "high 95 %")], [2.5, 2, 3])
        self.assertEqual(float(rows["above"]["high 95 %"]), -np.inf, "50 successes at the first point")
        text = self.succeeds("threshold", path)
        self.assertIn("> 4", text)
        self.assertIn("<= 1", text)
        self.assertIn("no point lies inside the transition", text)

    def test_falling_curves_and_expressions(self):
        study = transition(trials=500)
        metric = study.metrics["sign_recovery"]
        metric.values = 1 - metric.values
        study.theory["lasso_success"] = 1 - study.theory["lasso_success"]
        path = self.written("f.h5", study)
        for fit in ("isotonic", "logistic"):
            row = self.crossings(path, "--fit", fit, "--select", "p=512", "hq_fraction=0.2")[0]
            self.assertAlmostEqual(float(row["theta"]), 0.9, delta=0.05)
        row = self.crossings(path, "--x", "n/n_alg", "--select", "p=512", "hq_fraction=0.2")[0]
        self.assertAlmostEqual(float(row["n/n_alg"]), 0.9, delta=0.05)


class Collapse(ToolTest):
    """Curves A_L(x) = f(sqrt(L) (x - 1)) of known place and exponent."""

    SIZES = np.array([64, 128, 256, 512])

    def study(self, runs, trials, kind="indicator", falls=False):
        theta = np.linspace(0.6, 1.4, 13)
        chance = 1 / (1 + np.exp(-0.6 * np.sqrt(self.SIZES)[:, None] * (theta - 1)))
        chance = 1 - chance if falls else chance
        generator = np.random.default_rng(21)
        shape = (runs, len(self.SIZES), len(theta), trials)
        if kind == "indicator":
            values, bounds = (generator.random(shape) < chance[..., None]).astype(float), (0, 1)
        else:
            values, bounds = chance[..., None] + generator.normal(0, 0.2, shape), (-np.inf, np.inf)
        theory = {"hit_theory": np.broadcast_to(chance, shape[:-1])}
        return Study({"run": [f"r{k}" for k in range(runs)], "p": self.SIZES, "theta": theta},
                     {"hit": Metric(values, kind, valid_range=bounds, prediction="hit_theory")}, trials, theory=theory)

    def tables(self, text):
        return [self.rows(part) for part in text.split("\n\n")]

    def test_place_and_exponent_are_found(self):
        for kind, falls in (("indicator", False), ("indicator", True), ("value", False)):
            path = self.written("a.h5", self.study(1, 400, kind, falls))
            collapses, sizes = self.tables(self.succeeds("collapse", path, "--level", "0.5", "--resamples", "50", "--format", "csv",
                                                               "--output", "a.svg"))
            (row,) = collapses
            self.assertAlmostEqual(float(row["x_c"]), 1, delta=0.03)
            self.assertAlmostEqual(float(row["1/nu"]), 0.5, delta=0.15)
            self.assertAlmostEqual(float(row["predicted x_c"]), 1, delta=2e-3)
            self.assertAlmostEqual(float(row["predicted 1/nu"]), 0.5, delta=0.02)
            self.assertLess(float(row["chi2/dof"]), 2)
            self.assertLess(float(row["chi2/neighbours"]), 2)
            self.assertEqual([entry["p"] for entry in sizes], ["64", "128", "256", "512", "infinite"])
            for entry in sizes:
                self.assertAlmostEqual(float(entry["theta at hit = 0.5"]), 1, delta=0.06)
            self.assertIn("<svg", self.path("a.svg").read_text())

    def test_coverage_of_the_intervals(self):
        # At 95 % of 200 runs 90 to 98 % must hold the truth (of 8: at least 6, below that 6e-3).
        runs = running.campaign(8, 200)
        path = self.written("c.h5", self.study(runs, 100))
        collapses, _ = self.tables(self.succeeds("collapse", path, "--prediction", "none", "--resamples", running.campaign(100, 400), "--format", "csv"))
        self.assertEqual(len(collapses), runs)
        for name, truth in (("x_c", 1), ("1/nu", 0.5)):
            held = sum(float(row[f"{name} low 95 %"]) <= truth <= float(row[f"{name} high 95 %"]) for row in collapses)
            self.assertGreaterEqual(held, running.campaign(6, 180), name)
            self.assertLessEqual(held, running.campaign(8, 197), name)

    def test_curves_that_do_not_sharpen_are_said_to_be_so(self):
        theta = np.linspace(0.6, 1.4, 13)
        chance = 1 / (1 + np.exp(-8 * (theta - 1)))
        values = (np.random.default_rng(2).random((3, 13, 300)) < chance[:, None]).astype(float)
        path = self.written("flat.h5", Study({"p": self.SIZES[:3], "theta": theta}, {"hit": Metric(values, "indicator", valid_range=(0, 1))}, 300))
        text = self.succeeds("collapse", path, "--size", "p", "--resamples", "100")
        self.assertIn("do not sharpen", text)
        self.assertNotIn("one trial each", text)

    def test_what_cannot_be_scaled_is_refused(self):
        path = self.written("a.h5", self.study(1, 5))
        self.refused("collapse", path, "--size", "q", saying="no coordinate or prediction")
        self.refused("collapse", path, "--size", "p*theta", saying="exactly one axis (it does along 2)")
        self.refused("collapse", path, "--size", "0-p", saying="must be positive")
        self.refused("collapse", path, "--select", "p=64", saying="which axis is the size?")
        self.refused("collapse", path, "--output", "a.txt", saying="must end in")
        self.refused("collapse", path, "--metric", "hits", saying="no metric")


class Plot(ToolTest):
    def image(self, path, *options):
        output = self.path("figure.png")
        self.succeeds("plot", path, "--output", output, *options)
        content = output.read_bytes()
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", content[16:24])
        return width, height

    def test_formats_and_the_default_name(self):
        path = self.written("a.h5", transition(trials=20))
        self.succeeds("plot", path)
        self.assertTrue(self.path("a.png").exists())
        for name, start in (("a.svg", b"<?xml"), ("a.pdf", b"%PDF")):
            self.succeeds("plot", path, "--output", name)
            first = self.path(name).read_bytes()
            self.assertTrue(first.startswith(start))
            self.succeeds("plot", path, "--output", name)
            self.assertEqual(self.path(name).read_bytes(), first, "the same figure gives the same bytes")

    def test_text_of_the_figure(self):
        path = self.written("a.h5", transition(trials=20))
        self.succeeds("plot", path, "--output", "a.svg")
        text = self.path("a.svg").read_text()
        for wanted in ("probability of sign recovery", "hq fraction = 0.2", "theory: lasso success", "simulation, 95 % interval"):
            self.assertIn(wanted, text)
        self.succeeds("plot", path, "--output", "b.svg", "--lines", "hq_fraction", "--x", "n/n_alg", "--title", "A title")
        text = self.path("b.svg").read_text()
        self.assertIn("A title", text)
        self.assertNotIn("hq fraction = 0.2, ", text)

    def test_kinds_of_figures(self):
        path = self.written("map.h5", phase_diagram(trials=10))
        wide = self.image(path)
        self.assertGreater(wide[0], wide[1])
        self.image(path, "--kind", "curves", "--select", "n2=0,400,1200")
        self.image(path, "--contour", "lasso_success=0.5", "--along", "n2")
        self.refused("plot", path, "--kind", "heat_map", "--x", "n1/n2", saying="--x takes an expression for curves")
        self.refused("plot", path, "--kind", "curves", "--contour", "lasso_success=0.5", saying="for heat maps")
        self.refused("plot", path, "--kind", "curves", "--lines", "weighting", "--select", "n2=0", "weighting=agnostic",
                     saying="single value")
        curves = self.written("a.h5", transition(trials=10))
        self.image(curves, "--metric", "sign_recovery,mse", "--prediction", "none")
        self.image(curves, "--statistic", "median", "--metric", "mse")
        self.image(curves, "--size", "3x2")

    def svg(self, path, *options):
        self.succeeds("plot", path, "--output", "figure.svg", *options)
        return self.path("figure.svg").read_text()

    def test_the_experiment_says_what_to_draw(self):
        def study(headlines):
            return self.written("a.h5", transition(trials=20, thetas=(0.6, 1.0, 1.4), attributes={"headlines": headlines}))

        text = self.svg(study("sign_recovery mse over theta"))
        self.assertIn("probability of sign recovery", text)
        self.assertIn("mean mse", text)
        # The first one whose parameter is an axis; metrics of other studies of the experiment are passed over.
        text = self.svg(study("mse over n2; unmeasured sign_recovery over p"))
        self.assertIn("probability of sign recovery", text)
        self.assertNotIn("mse", text)
        self.assertEqual(text, self.svg(study(""), "--along", "p"))
        self.assertNotEqual(text, self.svg(study("")))

    def test_quantities_that_span_decades(self):
        decaying = np.repeat(np.array([10.0 ** -np.arange(6), [1.0, 1e-1, 1e-2, 0, 0, 0]])[..., None], 5, axis=2)
        study = Study({"a": [1, 2], "m": list(range(1, 7))}, {"h": Metric(decaying, valid_range=(0, np.inf))}, 5)
        path = self.written("decay.h5", study)
        self.assertEqual(self.svg(path), self.svg(path, "--y_scale", "log"))
        self.assertNotEqual(self.svg(path), self.svg(path, "--y_scale", "linear"))
        narrow = self.written("narrow.h5", Study({"m": [1, 2, 3]}, {"h": Metric(np.ones((3, 2)) * [[1], [2], [3]])}, 2))
        self.assertEqual(self.svg(narrow), self.svg(narrow, "--y_scale", "linear"))

    def test_a_map_tells_zero_from_nothing(self):
        values = np.exp(-np.add.outer(np.arange(8.0), np.arange(8.0)))[..., None] * np.ones(2)
        values[7, 7] = 0
        images = []
        for beside in (0.0, np.nan):
            values[7, 6] = beside
            self.image(self.written("map.h5", Study({"a": list(range(8)), "b": list(range(8))}, {"h": Metric(values)}, 2)))
            images.append(self.path("figure.png").read_bytes())
        self.assertNotEqual(*images)

    def test_axes_of_words_infinity_points_and_theory_alone(self):
        hits = np.random.default_rng(3).integers(0, 2, (3, 40)).astype(float)
        words = Study({"estimator": ["amp", "lasso", "omp"]}, {"hit": Metric(hits, "indicator", valid_range=(0, 1), prediction="q")},
                      40, theory={"q": np.array([0.4, 0.5, np.nan])})
        self.image(self.written("words.h5", words))
        endless = Study({"beta": [0.1, 1.0, 10.0, np.inf]}, {"m": Metric(np.ones((4, 3)) * [[1], [2], [3], [4]])}, 3)
        self.image(self.written("inf.h5", endless))
        self.image(self.written("point.h5", Study({}, {"hit": Metric(hits[0], "indicator", valid_range=(0, 1))}, 40)))
        theory = Study({"sigma": list(np.geomspace(1, 100, 20))}, {}, 0, theory={"gamma": np.linspace(1, 2, 20)})
        self.image(self.written("theory.h5", theory))

    def test_metrics_that_apply_nowhere_do_not_make_panels(self):
        study = transition(trials=10)
        study.axes["estimator"] = ["lasso", "pdw"]
        for metric in study.metrics.values():
            metric.values = np.stack([metric.values, np.full_like(metric.values, np.nan)], axis=3)
        del study.scalars["estimator"]
        study.theory = {name: values[..., None] for name, values in study.theory.items()}
        path = self.written("two.h5", study)
        self.succeeds("plot", path, "--output", "two.svg")
        self.assertNotIn("pdw", self.path("two.svg").read_text())

    def test_a_home_that_cannot_be_written(self):
        path = self.written("a.h5", transition(trials=5))
        self.succeeds("plot", path, HOME="/nonexistent")

    def test_too_many_panels(self):
        generator = np.random.default_rng(1)
        study = Study({"a": [1, 2], "b": list(range(6)), "c": list(range(6)), "d": [1, 2, 3]},
                      {"m": Metric(generator.random((2, 6, 6, 3, 2)))}, 2)
        self.refused("plot", self.written("many.h5", study), saying="choose a part with --select")


class Compare(ToolTest):
    def test_timings_and_provenance_do_not_count(self):
        first = self.written("a.h5", transition(trials=20))
        other = transition(trials=20)
        other.metrics["solve_seconds"].values *= 2
        other.attributes = {"command_line": "other", "version": "9", "toml": "x = 1", "mpi_version": "5"}
        text = self.succeeds("compare", first, self.written("b.h5", other))
        self.assertIn("the same", text)

    def differs(self, change, saying):
        first = self.written("a.h5", transition(trials=20))
        second = self.written("b.h5", transition(trials=20))
        with h5py.File(second, "r+") as file:
            change(file)
        done = thresher("compare", first, second, folder=self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn(saying, done.stdout)
        self.assertEqual(thresher("compare", first, second, "--quiet", folder=self.folder).stdout, "")

    def test_what_differs_is_named(self):
        def last_bit(file):
            values = file["mse"][1, 2, 1]
            values[7] = np.nextafter(values[7], 1)
            file["mse"][1, 2, 1] = values

        def status(file):
            file["status"][0, 0, 0, 0] = FAILED

        def seed(file):
            file.attrs["seed"] = 8

        def units(file):
            file["mse"].attrs["units"] = "m"

        def more(file):
            file["extra"] = 1.0

        def less(file):
            del file["theory/n"]

        def word(file):
            file["estimator"][()] = "amp"

        def negative_zero(file):
            values = file["sign_recovery"][()]
            place = tuple(np.argwhere(values == 0)[0])
            file["sign_recovery"][place] = -0.0

        self.differs(last_bit, "/mse: 1 of 2040 values differ, first at p=512, theta=0.6, hq_fraction=0.8, trial=7")
        self.differs(status, "/status: 1 of 2040 values differ")
        self.differs(seed, "/, attribute seed: '7' and '8'")
        self.differs(units, "/mse, attribute units: '1' and 'm'")
        self.differs(more, "/extra: only in the second file")
        self.differs(less, "/theory/n: only in the first file")
        self.differs(word, "/estimator")
        self.differs(negative_zero, "/sign_recovery: 1 of 2040 values differ")

    def test_single_points(self):
        one = Study({}, {"m": Metric(np.array([1.0]))}, 1, scalars={"p": 2.0})
        other = Study({}, {"m": Metric(np.array([2.0]))}, 1, scalars={"p": 3.0}, theory={"t": 1.0})
        done = thresher("compare", self.written("a.h5", one), self.written("b.h5", other), folder=self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("/p: 1 of 1 values differ: 2.0 and 3.0", done.stdout)
        self.assertIn("/summary/m_mean: 1 of 1 values differ: 1.0 and 2.0", done.stdout)

    def test_other_grids_and_undefined_values(self):
        first = self.written("a.h5", transition(trials=20))
        done = thresher("compare", first, self.written("b.h5", transition(trials=21)), folder=self.folder)
        self.assertIn("/mse: shape [3, 17, 2, 20] and [3, 17, 2, 21]", done.stdout)
        self.assertEqual(done.returncode, 1)
        study = Study({"n": [1, 2]}, {"m": Metric(np.full((2, 3), np.nan))}, 3)
        self.succeeds("compare", self.written("c.h5", study), self.written("d.h5", study))


class Merge(ToolTest):
    def test_calls_the_driver(self):
        driver = self.path("driver")
        driver.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > called\nexit 3\n')
        driver.chmod(0o755)
        paths = [self.written(name, transition(trials=2)) for name in ("a.h5", "b.h5")]
        done = thresher("merge", *paths, "--output", "c.h5", "--driver", driver, folder=self.folder)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.path("called").read_text().split(), ["--merge", f"{paths[0]},{paths[1]}", "--output", "c.h5"])
        other = transition(trials=2)
        other.attributes = {"experiment": "another"}
        self.refused("merge", paths[0], self.written("o.h5", other), "--output", "c.h5", saying="different experiments")
        self.refused("merge", *paths, "--output", "c.h5", saying="no driver 'synthetic'")
        self.refused("merge", *paths, "--output", "c.h5", "--driver", self.path("absent"), saying="cannot be started")


class Export(ToolTest):
    def test_numbers_read_back_as_the_same_bits(self):
        study = transition(trials=7)
        study.status = np.full(study.shape + (7,), OK)
        study.status[0, 0, 0, 5:] = NOT_RUN
        study.status[0, 0, 1, 2] = FAILED
        path = self.written("a.h5", study)
        self.assertEqual(self.succeeds("export", path).strip(), str(self.path("a.csv")))
        rows = self.rows(self.path("a.csv").read_text())
        self.assertEqual(len(rows), 3 * 17 * 2 * 7 - 2)
        self.assertEqual(sum(row["status"] == "failed" for row in rows), 1)
        values = study.metrics["mse"].values
        for row in rows[::97]:
            place = (study.axes["p"].index(int(row["p"])), study.axes["theta"].index(float(row["theta"])),
                     study.axes["hq_fraction"].index(float(row["hq_fraction"])), int(row["trial"]))
            self.assertEqual(float(row["mse"]), values[place])
            self.assertEqual(int(row["s"]), {128: 4, 512: 8, 2048: 16}[int(row["p"])])

    def test_selection_summary_and_terminal(self):
        path = self.written("a.h5", transition(trials=5))
        rows = self.rows(self.succeeds("export", path, "--output", "-", "--select", "p=512", "theta=0.5,1.5", "--metric", "mse",
                                       "--prediction", "n"))
        self.assertEqual(len(rows), 2 * 2 * 5)
        self.assertNotIn("sign_recovery", rows[0])
        self.assertTrue(all(float(row["n"]) > 0 for row in rows))
        rows = self.rows(self.succeeds("export", path, "--output", "-", "--what", "summary"))
        self.assertEqual(len(rows), 3 * 17 * 2)
        self.assertIn("lasso_success", rows[0])
        self.assertEqual(rows[0]["sign_recovery_count"], "5")

    def test_parquet_where_it_is_there(self):
        path = self.written("a.h5", transition(trials=5))
        try:
            import pandas

            pandas.DataFrame({"a": [1]}).to_parquet(self.path("probe.parquet"))
        except ImportError:
            self.refused("export", path, "--output", "a.parquet", saying="pyarrow or fastparquet")
            return
        self.succeeds("export", path, "--output", "a.parquet")
        self.assertEqual(len(pandas.read_parquet(self.path("a.parquet"))), 3 * 17 * 2 * 5)


class Scale(ToolTest):
    def test_a_million_trials_in_seconds(self):
        for with_summary in (True, False):
            path = self.written("big.h5", transition(trials=9804, with_summary=with_summary))
            for command in (["summary"], ["plot"], ["threshold"], ["show"]):
                start = running.processor_seconds_of_children()
                self.succeeds(*command, path)
                self.assertLess(running.processor_seconds_of_children() - start, 20, f"{command} of 1e6 trials")


class WithTheDriver(ToolTest):
    STUDY = ("--size", "20,80", "--law", "normal,uniform", "--mean", "0.3:0.1:0.7", "--trials", "30", "--seed", "5", "--quiet")

    def setUp(self):
        super().setUp()
        if BIN is None or not (BIN / "testbed").exists():
            self.skipTest("no folder of binaries given")

    def run_driver(self, *arguments):
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OPENBLAS_NUM_THREADS": "1"}
        subprocess.run([str(BIN / "testbed"), *self.STUDY, *arguments], cwd=self.folder, env=environment, check=True,
                       stdin=subprocess.DEVNULL, timeout=120)

    def test_shards_merge_to_one_run(self):
        self.run_driver("--output", "whole.h5")
        for part in (1, 2, 3):
            self.run_driver("--shard", f"{part}/3", "--output", f"part{part}.h5")
        done = thresher("compare", "whole.h5", "part1.h5", folder=self.folder)
        self.assertEqual(done.returncode, 1)
        merged = thresher("merge", "part1.h5", "part2.h5", "part3.h5", "--output", "merged.h5", "--driver", BIN / "testbed",
                          folder=self.folder)
        self.assertEqual(merged.returncode, 0, merged.stderr)
        self.succeeds("compare", "whole.h5", "merged.h5")

    def test_a_search_shows_what_it_found(self):
        done = subprocess.run([str(BIN / "testbed"), "--search", "size=1:4096", "--search_level", "hit=0.9", "--mean", "0.6,0.7,0.8",
                               "--power", "1,2", "--trials", "50", "--common_random_numbers", "--quiet", "--output", "a.h5"],
                              cwd=self.folder, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.path("a.h5")) as file:
            found = file["search/search_crossing"][()]
        shown = self.succeeds("show", "a.h5")
        finite = found[np.isfinite(found)]
        # Squares of 0.6 and 0.7 stay below the level, and the more so the larger the size.
        self.assertIn(f"size at which hit = 0.9: {finite.min():.6g} to {finite.max():.6g} on 4 lines, <= 1 on 2 lines", shown)
        self.assertIn("(100.0 %)", shown, "what the search passed over is not missing")
        self.succeeds("plot", "a.h5", "--output", "crossing.svg")
        text = self.path("crossing.svg").read_text()
        self.assertIn("size at hit = 0.9", text)
        self.assertIn("&lt;= 1", text, "what is censored is drawn as such")
        self.succeeds("plot", "a.h5", "--output", "visited.svg", "--metric", "hit", "--select", "power=1")
        self.assertIn("probability of hit", self.path("visited.svg").read_text())

    def test_a_real_file_from_end_to_end(self):
        self.run_driver("--output", "whole.h5")
        self.assertIn("600 of 600 done", self.succeeds("show", "whole.h5"))
        rows = self.rows(self.succeeds("summary", "whole.h5", "--format", "csv"))
        self.assertEqual(len(rows), 20)
        self.assertTrue(all(0 <= float(row["hit_expected"]) <= 1 for row in rows))
        normal = [row for row in rows if row["law"] == "normal" and float(row["std._error"]) > 0]
        self.assertLess(np.mean([float(row["deviation/se"]) ** 2 for row in normal]), 4)
        crossed = self.rows(self.succeeds("threshold", "whole.h5", "--format", "csv", "--select", "law=normal", "size=80"))
        self.assertAlmostEqual(float(crossed[0]["mean"]), 0.5, delta=0.1)
        self.succeeds("plot", "whole.h5")
        self.succeeds("export", "whole.h5")
        self.assertEqual(len(self.rows(self.path("whole.csv").read_text())), 600)


class StandardReaders(ToolTest):
    def test_the_test_files_follow_the_contract(self):
        import xarray

        path = self.written("a.h5", transition(trials=6))
        with xarray.open_dataset(path) as data:
            self.assertEqual(data["mse"].dims, ("p", "theta", "hq_fraction", "trial"))
            self.assertEqual(data["mse"].sel(p=512, theta=0.9, hq_fraction=0.8).shape, (6,))
            self.assertEqual(str(data["estimator"].values), "lasso")
        with xarray.open_dataset(path, group="summary") as summary:
            self.assertEqual(summary["mse_mean"].dims, ("p", "theta", "hq_fraction"))


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    unittest.main()
