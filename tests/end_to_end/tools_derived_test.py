"""Derived quantities of tools/thresher against closed forms: `/usr/bin/python3 tools_derived_test.py <bin folder>`."""

import warnings

import h5py
import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # netCDF4 says that it was built for another NumPy
    import netCDF4  # noqa: F401

import running
from tools_study_file import FAILED, NOT_CONVERGED, NOT_RUN, OK, Metric, Study, transition
from tools_test import ToolTest


def two_estimators(points, trials, seed, correlation=0.9, **settings):
    """Errors of two estimators on the same trials, correlated normal numbers of mean 2 and 4 and variance 1, over the axes n and estimator."""
    generator = np.random.default_rng(seed)
    shared = generator.normal(size=(points, 1, trials))
    own = generator.normal(size=(points, 2, trials))
    values = np.array([2.0, 4.0])[:, None] + np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    return Study({"n": list(range(1, points + 1)), "estimator": ["lasso", "omp"]}, {"mse": Metric(values, prediction="mse_expected")}, trials,
                 theory={"mse_expected": np.broadcast_to([2.0, 4.0], (points, 2))},
                 **{"attributes": {"data_parameters": "n"}, **settings})


LASSO, OMP = "mse@estimator=lasso", "mse@estimator=omp"


class DerivedTest(ToolTest):
    def table(self, path, expression, *options):
        return self.rows(self.succeeds("summary", path, "--metric", expression, "--format", "csv", *options))

    def numbers(self, path, expression, column, *options):
        return np.array([float(row[column]) for row in self.table(path, expression, *options)])


class FunctionsOfMeans(DerivedTest):
    def test_the_bias_of_a_square_is_removed_exactly(self):
        # E mean(x)^2 = mu^2 + sigma^2/n, and the jackknife takes s^2/n off; mean(x^2) - mean(x)^2 becomes the unbiased variance.
        study = two_estimators(3, 12, 1)
        path, values = self.written("a.h5", study), study.metrics["mse"].values
        exact = values.mean(axis=-1) ** 2 - values.var(axis=-1, ddof=1) / 12
        np.testing.assert_allclose(self.numbers(path, "mean(mse)**2", "mean(mse)**2"), exact.ravel(), rtol=1e-12)
        variance = "mean(mse**2) - mean(mse)**2"
        np.testing.assert_allclose(self.numbers(path, variance, variance), values.var(axis=-1, ddof=1).ravel(), rtol=1e-11)
        # Over many points the mean of the corrected squares is mu^2, that of the plain ones lies 1/5 above.
        study = two_estimators(4000, 5, 2)
        corrected = self.numbers(self.written("b.h5", study), f"mean({LASSO})**2", f"mean({LASSO})**2")
        error = corrected.std() / np.sqrt(len(corrected))
        self.assertLess(abs(corrected.mean() - 4), 4 * error)
        plain = study.metrics["mse"].values[:, 0].mean(axis=-1) ** 2
        self.assertGreater(plain.mean() - 4, 4 * error, "else the test sees no bias")

    def test_errors_are_those_of_the_delta_method(self):
        study = two_estimators(2, 4000, 3)
        path, values = self.written("a.h5", study), study.metrics["mse"].values
        first, second = values[:, 0], values[:, 1]
        cases = {f"mean({LASSO})/mean({OMP})": first / second.mean(axis=-1)[:, None] - first.mean(axis=-1)[:, None] * second / second.mean(axis=-1)[:, None] ** 2,
                 f"log(mean({LASSO}))": first / first.mean(axis=-1)[:, None],
                 f"mean({LASSO})*mean({OMP})": first * second.mean(axis=-1)[:, None] + second * first.mean(axis=-1)[:, None]}
        for expression, influence in cases.items():
            delta = influence.std(axis=-1, ddof=1) / np.sqrt(4000)
            np.testing.assert_allclose(self.numbers(path, expression, "std._error"), delta, rtol=2e-3, err_msg=expression)

    def test_means_of_a_sum_are_the_plain_means(self):
        study = two_estimators(3, 9, 4)
        path, values = self.written("a.h5", study), study.metrics["mse"].values
        expression = f"mean({LASSO}) - mean({OMP})"
        difference = values[:, 0] - values[:, 1]
        np.testing.assert_allclose(self.numbers(path, expression, expression), difference.mean(axis=-1), rtol=1e-12)
        np.testing.assert_allclose(self.numbers(path, expression, "std._error"), difference.std(axis=-1, ddof=1) / 3, rtol=1e-10)

    def test_other_data_are_other_samples(self):
        # Of independent samples the variances add; with common random numbers the same trials leave both means.
        study = two_estimators(2, 50, 5)
        values = study.metrics["mse"].values
        values[1] = 2 * values[0]
        expression = "mean(mse@n=2) - mean(mse@n=1)"
        for shared in (False, True):
            study.attributes = {"data_parameters": "n", "toml": f"common_random_numbers = {str(shared).lower()}\n"}
            path = self.written("a.h5", study)
            errors = values.std(axis=-1, ddof=1) / np.sqrt(50)
            expected = (values[1] - values[0]).std(axis=-1, ddof=1) / np.sqrt(50) if shared else np.hypot(errors[0], errors[1])
            np.testing.assert_allclose(self.numbers(path, expression, "std._error"), expected, rtol=1e-10)

    def test_coverage_of_the_intervals(self):
        # Skewed numbers, 60 trials: at 95 % of 600 intervals 91 to 98 % hold the true ratio 1.
        generator = np.random.default_rng(6)
        shared = generator.normal(size=(600, 60))
        values = {name: Metric(np.exp(0.5 * shared + 0.3 * generator.normal(size=(600, 60)))) for name in ("a", "b")}
        path = self.written("c.h5", Study({"run": list(range(600))}, values, 60))
        rows = self.table(path, "mean(a)/mean(b)")
        held = sum(float(row["low_95"]) <= 1 <= float(row["high_95"]) for row in rows)
        self.assertGreater(held, 0.91 * 600)
        self.assertLess(held, 0.98 * 600)

    def test_trials_without_a_value_and_too_few(self):
        study = two_estimators(3, 6, 7)
        values = study.metrics["mse"].values
        values[0, 0, 2] = np.nan  # undefined in one trial: the means are over what is there
        study.status = np.full(values.shape, OK)
        study.status[1, 1, 3] = FAILED
        study.status[2, :, 1:] = NOT_RUN
        path = self.written("a.h5", study)
        expression = f"mean({LASSO})/mean({OMP})"
        rows = self.table(path, expression)
        omp = np.delete(values[1, 1], 3)
        self.assertEqual([row["ran"] for row in rows], ["6", "6", "1"])
        self.assertEqual([row["counted"] for row in rows], ["6", "6", "1"])
        self.assertEqual(rows[2]["std._error"], "", "a single trial has no error")
        self.assertAlmostEqual(float(rows[2][expression]), values[2, 0, 0] / values[2, 1, 0])
        self.assertAlmostEqual(float(rows[1][expression]), values[1, 0].mean() / omp.mean(), delta=0.1)
        self.assertIn("1 failed", rows[1]["left_out"])
        pairs = self.table(path, f"{LASSO} - {OMP}")
        self.assertEqual([row["counted"] for row in pairs], ["5", "5", "1"])


class TrialByTrial(DerivedTest):
    def test_paired_differences(self):
        study = two_estimators(4, 100, 11)
        path, values = self.written("a.h5", study), study.metrics["mse"].values
        expression = f"{LASSO} - {OMP}"
        rows = self.table(path, expression)
        self.assertEqual([row["n"] for row in rows], ["1", "2", "3", "4"])
        self.assertNotIn("estimator", rows[0], "it is the same for every estimator")
        difference = values[:, 0] - values[:, 1]
        for k, row in enumerate(rows):
            self.assertAlmostEqual(float(row[expression]), difference[k].mean(), places=12)
            self.assertAlmostEqual(float(row["std._error"]), difference[k].std(ddof=1) / 10, places=12)
            self.assertEqual(float(row["mse_expected@estimator=lasso - mse_expected@estimator=omp"]), -2)
            self.assertLess(abs(float(row["deviation/se"])), 4)
        unpaired = np.hypot(*(values.std(axis=-1, ddof=1) / 10).T)
        self.assertLess(float(rows[0]["std._error"]), 0.5 * unpaired[0])
        against = self.table(path, f"mse - {OMP}", "--select", "n=2")
        self.assertEqual([row["estimator"] for row in against], ["lasso", "omp"])
        self.assertEqual(float(against[1][f"mse - {OMP}"]), 0)

    def test_ranges_kinds_and_units(self):
        path = self.written("a.h5", transition(trials=20, attributes={"data_parameters": "p theta s"}))
        self.assertIn("mean of sign recovery\u00b7mse", self.figure(path, "sign_recovery*mse"))
        self.assertIn("mean of mse/solve seconds (1/s)", self.figure(path, "mse/solve_seconds"))
        self.assertIn("mean of solve seconds^2 (s^2)", self.figure(path, "solve_seconds**2"))
        # A difference of indicators lies in [-1, 1]: equal trials are no certainty there.
        row = self.table(path, "sign_recovery - sign_recovery@hq_fraction=0.2", "--select", "theta=2", "p=128", "hq_fraction=0.2")[0]
        self.assertEqual(float(row["std._error"]), 0)
        self.assertLess(float(row["low_95"]), -0.1)
        # One metric at another place stays what it is: Wilson's interval, and its prediction.
        row = self.table(path, "sign_recovery@hq_fraction=0.2", "--select", "theta=2", "p=128")[0]
        self.assertLess(float(row["low_95"]), 1)
        self.assertIn("lasso_success@hq_fraction=0.2", row)

    def figure(self, path, expression):
        self.succeeds("plot", path, "--metric", expression, "--output", "a.svg")
        return self.path("a.svg").read_text()

    def test_in_every_command(self):
        path = self.written("a.h5", transition(trials=60, attributes={"data_parameters": "p theta s"}))
        self.figure(path, "mean(mse)/mean(sign_recovery),mse*2")
        row = self.rows(self.succeeds("threshold", path, "--metric", "1 - sign_recovery@hq_fraction=0.2", "--level", "0.5", "--format", "csv"))[1]
        self.assertNotIn("hq_fraction", row)
        self.assertAlmostEqual(float(row["theta"]), 0.9, delta=0.1)
        self.assertAlmostEqual(float(row["predicted"]), 0.9, delta=0.01)
        row = self.rows(self.succeeds("threshold", path, "--metric", "log(mean(mse))", "--level", "-3", "--format", "csv", "--select", "p=512"))[0]
        self.assertAlmostEqual(float(row["theta"]), 1 + 0.4**2 / 6, delta=0.1)  # log E exp(N(-3 theta, 0.16)) = -3 theta + 0.08
        self.succeeds("collapse", path, "--size", "p", "--metric", "1 - sign_recovery", "--select", "hq_fraction=0.2", "--resamples", "20")
        rows = self.rows(self.succeeds("export", path, "--output", "-", "--metric", "mse*2,mse", "--select", "p=128", "theta=0.4"))
        self.assertEqual(len(rows), 2 * 60)
        self.assertTrue(all(float(row["mse*2"]) == 2 * float(row["mse"]) for row in rows))
        rows = self.rows(self.succeeds("export", path, "--output", "-", "--what", "summary", "--metric", "mean(mse)**2", "--select", "p=128"))
        self.assertEqual(len(rows), 17 * 2)
        self.assertIn("mean(mse)**2_se", rows[0])
        self.assertNotIn("mean(mse)**2_median", rows[0])
        self.succeeds("export", path, "--output", "a.nc", "--metric", "mean(mse)/mean(solve_seconds),mse/solve_seconds")
        import xarray

        with xarray.open_dataset(self.path("a.nc"), engine="scipy") as data:
            self.assertEqual(data["mse_per_solve_seconds"].units, "1/s")
            self.assertEqual(data["mean_mse_per_mean_solve_seconds_mean"].expression, "mean(mse)/mean(solve_seconds)")
            self.assertEqual(data["mean_mse_per_mean_solve_seconds_mean"].dims, ("p", "theta", "hq_fraction"))

    def test_slabs_change_nothing(self):
        from post_processing import study_file

        study = two_estimators(7, 30, 13)
        path = self.written("a.h5", study)
        expressions = (f"{LASSO} - {OMP}", f"mean(mse)/mean({OMP})", "mean(mse@n=3)/mean(mse)")
        whole = [self.table(path, each) for each in expressions]
        size, study_file.SLAB_BYTES = study_file.SLAB_BYTES, 1
        try:
            self.assertEqual([self.table(path, each) for each in expressions], whole)
        finally:
            study_file.SLAB_BYTES = size


class Refusals(DerivedTest):
    def test_what_cannot_be_paired_or_read_is_one_line(self):
        study = two_estimators(2, 5, 21)
        path = self.written("a.h5", study)
        for expression, words in (
            ("mse@n=1 - mse@n=2", "cannot be paired: n shapes the data, so trial k at n = 1 and at n = 2 is not the same"),
            ("mse - mse@n=2", "trial k of each n and at n = 2 is not the same"),
            ("mean(mse - mse@n=2)", "cannot be paired"),
            ("mean(mse)/mse", "write mean(mse)"),
            ("mean(mean(mse))", "stands in no other mean"),
            ("mean(n)", "names no metric"),
            ("mse@estimator=ridge - mse", "estimator has no value 'ridge'"),
            ("mse@size=3 - mse", "no axis 'size'"),
            ("mse - mes", "no metric, coordinate or prediction 'mes' (did you mean"),
            ("mse +", "not an arithmetic expression"),
            ("mse if n else mse", "not an arithmetic expression"),
            ("__import__(mse)", "no function '__import__'"),
            ("mse.real + mse", "coordinate or prediction 'real'"),
            ("mse + 9**9**9**9 ** 9" * 60, "longer than 500"),
        ):
            for command in ("summary", "plot", "export"):
                self.refused(command, path, "--metric", expression, saying=words)
            self.refused("threshold", path, "--metric", expression, "--level", "1", saying=words)
        self.refused("export", path, "--metric", "mean(mse)**2", saying="no trial has a value of it")
        self.refused("plot", path, "--metric", "mean(mse)**2", "--statistic", "median", saying="has no median")
        self.refused("summary", path, "--metric", f"{LASSO} - {OMP}", "--prediction", "mse_expected", saying="changes along estimator")
        timed = self.written("t.h5", transition(trials=3))
        self.refused("summary", timed, "--metric", "log(solve_seconds)", saying="log of something in s")
        self.refused("summary", timed, "--metric", "2**solve_seconds", saying="has no power")

    def test_a_file_that_does_not_say_what_shapes_the_data(self):
        path = self.written("old.h5", two_estimators(2, 5, 22, attributes={}))
        self.refused("summary", path, "--metric", f"{LASSO} - {OMP}", saying="does not say which parameters shape the data")
        self.table(path, "mse**2")
        shared = self.written("shared.h5", two_estimators(2, 5, 22, attributes={"toml": "common_random_numbers = true\n"}))
        self.table(shared, "mse@n=1 - mse@n=2")


class OfADriver(DerivedTest):
    def test_the_file_says_what_shapes_the_data(self):
        study = running.StudyTest()
        study.folder = self.folder
        study.run_study("--size", "20", "--mean", "0.3,0.6", "--power", "1,2", "--trials", "40", "--seed", "5", "--quiet", "--output", "a.h5")
        with h5py.File(self.path("a.h5")) as file:
            shaping = file.attrs["data_parameters"].decode().split()
            self.assertIn("mean", shaping)
            self.assertNotIn("power", shaping)
            values = file["estimate"][()]
            axes = [scale[0].name.rsplit("/", 1)[-1] for scale in file["estimate"].dims]
        values = np.moveaxis(values, axes.index("power"), 0)
        rows = self.table("a.h5", "estimate@power=2 - estimate@power=1")
        np.testing.assert_allclose([float(row["estimate@power=2 - estimate@power=1"]) for row in rows], (values[1] - values[0]).mean(axis=-1), rtol=1e-12)
        self.refused("summary", "a.h5", "--metric", "estimate@mean=0.3 - estimate@mean=0.6", saying="mean shapes the data")


if __name__ == "__main__":
    running.main()
