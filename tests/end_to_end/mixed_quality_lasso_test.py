"""The driver mixed_quality_lasso from outside: layouts, shared generation, bad input, presets."""

import os
import pathlib
import signal
import time
import unittest.mock
import warnings

import h5py
import numpy
import sklearn.linear_model
import xarray

import running

JOBS = running.ROOT / "jobs" / "mixed_quality_lasso"
SMALL = ["--p", "256", "--s", "5", "--theta", "0.8,1.4", "--sigma1", "0.1", "--sigma2", "0.6", "--trials", "6", "--quiet"]
SOLVER_METRICS = {"iterations", "full_passes", "duality_gap"}


class MixedQualityTest(running.StudyTest):
    driver = "mixed_quality_lasso"

    def metrics(self, name):
        with xarray.open_dataset(self.folder / name) as file:
            file.load()
            return {key: file[key] for key in file.data_vars
                    if "trial" in file[key].dims and file[key].attrs.get("kind") not in (None, "timing")}


class Layouts(MixedQualityTest):
    def test_same_bits_on_1_2_3_ranks(self):
        self.run_study(*SMALL, "--estimator", "lasso,pdw", "--output", "one.h5")
        for ranks in (2, 3):
            self.run_study(*SMALL, "--estimator", "lasso,pdw", "--output", f"on{ranks}.h5", ranks=ranks)
            self.assert_same("one.h5", f"on{ranks}.h5")

    def test_teams_of_2_and_4_agree(self):
        self.run_study(*SMALL, "--estimator", "lasso,pdw", "--output", "one.h5")
        one = self.metrics("one.h5")
        for ranks in (2, 4):
            self.run_study(*SMALL, "--estimator", "lasso,pdw", "--ranks_per_trial", ranks, "--output", f"team{ranks}.h5",
                           ranks=ranks)
            team = self.metrics(f"team{ranks}.h5")
            for name in set(one) - SOLVER_METRICS:
                numpy.testing.assert_allclose(team[name].values, one[name].values, rtol=1e-8, atol=1e-8, err_msg=name)


class TheoryByChoice(MixedQualityTest):
    def test_what_was_not_asked_for_takes_no_room_and_is_added_later(self):
        self.run_study(*SMALL, "--estimator", "pdw", "--theory", "none", "--output", "study.h5")
        with h5py.File(self.folder / "study.h5") as file:
            self.assertEqual(set(file["theory"]), {"theta"})
            self.assertNotIn("prediction", file["cond_success_prob"].attrs)
        before = self.metrics("study.h5")
        self.run_study("--resume", "--theory", "all", "--quiet", "--output", "study.h5")
        with h5py.File(self.folder / "study.h5") as file:
            self.assertIn("lasso_success", file["theory"])
            self.assertIn("lam_tuned", file["theory"])
            self.assertTrue(numpy.isnan(file["theory/ml_fail_union"][()]).all(), "asked for, but its test does not apply")
            self.assertTrue((file["theory_status/maximum_likelihood"][()] == 1).all())
            self.assertEqual(file["cond_success_prob"].attrs["prediction"].decode(), "lasso_success")
        for name, values in self.metrics("study.h5").items():
            numpy.testing.assert_array_equal(values.values, before[name].values, err_msg=name)
        self.run_study(*SMALL, "--estimator", "pdw", "--theory", "all", "--output", "whole.h5")
        self.assert_same("study.h5", "whole.h5")


class Sharing(MixedQualityTest):
    VARIANTS = [("lasso", "agnostic", 0.43), ("lasso", "interference", 0.43), ("lasso", "agnostic", 0.3),
                ("pdw", "agnostic", 0.43), ("pdw", "inverse_variance", 0.43)]

    def arguments(self, variants):
        lists = [",".join(str(v[k]) for v in variants) for k in range(3)]
        zipped = ["--zip", "estimator,weighting,lambda_scale"] if len(variants) > 1 else []
        return zipped + ["--estimator", lists[0], "--weighting", lists[1], "--lambda_rule", "fixed", "--lambda_scale", lists[2]]

    def check(self, core):
        with unittest.mock.patch.dict(running.ENVIRONMENT, {"OPENBLAS_CORETYPE": core} if core else {}):
            self.run_study(*SMALL, *self.arguments(self.VARIANTS), "--output", f"all{core}.h5")
            with xarray.open_dataset(self.folder / f"all{core}.h5") as together:
                together.load()
            for k, variant in enumerate(self.VARIANTS):
                self.run_study(*SMALL, *self.arguments([variant]), "--output", f"v{k}{core}.h5")
                alone = self.metrics(f"v{k}{core}.h5")
                row = [i for i in range(5) if (str(together.estimator.values[i]), str(together.weighting.values[i]),
                                               float(together.lambda_scale.values[i])) == variant][0]
                for name, values in alone.items():
                    numpy.testing.assert_array_equal(together[name].isel(estimator=row).transpose(*values.dims).values,
                                                     values.values, err_msg=f"{name} of {variant}")

    def test_five_variants_have_the_bits_of_five_runs(self):
        self.check("")
        self.check("Haswell")


class LinesOfEqualRecovery(MixedQualityTest):
    LINE = ["--estimator", "pdw", "--p", "1e6", "--s", 12, "--sigma1", 0.2, "--sigma2", 1.5, "--lambda_rule", "fixed",
            "--lambda_scale", 0.4, "--weighting", "agnostic,interference", "--n1", "100,200,240,700",
            "--common_random_numbers", "--quiet"]

    def test_search_of_the_engine_finds_the_n2_of_one_trial_of_tracing(self):
        self.run_study(*self.LINE, "--search", "n2=0:1024", "--search_level", "cond_success_prob=0.5", "--trials", 12,
                       "--output", "search.h5")
        self.run_study(*self.LINE, "--n2", 1024, "--iso_level", 0.5, "--iso_draws", 12, "--trials", 1, "--output", "iso.h5")
        with xarray.open_dataset(self.folder / "search.h5", group="search") as search, \
                xarray.open_dataset(self.folder / "iso.h5") as iso:
            traced = iso.iso_n2.isel(trial=0)
            found, state = (part.transpose(*traced.dims).values for part in (search.search_crossing, search.search_state))
            inside = numpy.isfinite(traced.values) & (traced.values > 0)
            self.assertGreaterEqual(inside.sum(), 4)
            numpy.testing.assert_allclose(found[inside], traced.values[inside], rtol=1e-9)
            self.assertTrue((state[inside] == 1).all())
            self.assertTrue((state[numpy.isinf(traced.values)] == 3).all())
            self.assertTrue((traced.sel(n1=700) == 0).all())


class OwnData(MixedQualityTest):
    def standardised(self, x, y):
        x = x - x.mean(axis=0)
        return x / numpy.sqrt((x**2).mean(axis=0)), y - y.mean()

    def test_coefficients_are_those_of_scikit_learn(self):
        """50 LASSO problems, wider and taller than square, without and with row weights."""
        numbers = numpy.random.default_rng(4)
        largest = 0
        for problem in range(25):
            n, p = ((80, 40), (60, 150))[problem % 2]
            x = numbers.standard_normal((n, p)) @ numpy.diag(numbers.uniform(0.5, 2, p)) + numbers.standard_normal(p)
            noise = numpy.where(numpy.arange(n) % 3 == 0, 0.3, 1.0)
            y = x[:, :5] @ numbers.choice([-1.0, 1.0], 5) + noise * numbers.standard_normal(n) + 7
            with h5py.File(self.folder / "rows.h5", "w") as file:
                file["X"], file["y"], file["noise_sd"] = x, y, noise
            self.run_study("--input", "rows.h5", "--estimator", "lasso_path", "--weighting", "agnostic,inverse_variance",
                           "--n_lambda", 20, "--trials", 1, "--quiet", "--overwrite", "--output", "fit.h5")
            with xarray.open_dataset(self.folder / "fit.h5") as fit, h5py.File(self.folder / "fit.h5") as file:
                for k, weighting in enumerate(fit.weighting.values):
                    w = numpy.ones(n) if weighting == "agnostic" else noise**-2.0
                    scaled, centred = self.standardised(x, y)
                    root = numpy.sqrt(w / w.mean())
                    theirs = sklearn.linear_model.Lasso(alpha=float(fit.lambda_best.isel(weighting=k, trial=0)), tol=1e-15,
                                                        fit_intercept=False, max_iter=200000)
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # its gap does not reach 1e-15
                        theirs.fit(scaled * root[:, None], centred * root)
                    pairs = file["artifacts/betahat"][k, 0]
                    pairs = pairs[numpy.isfinite(pairs[:, 0])]
                    ours = numpy.zeros(p)
                    ours[pairs[:, 0].astype(int)] = pairs[:, 1]
                    self.assertGreater(len(pairs), 0)
                    numpy.testing.assert_array_equal(ours != 0, theirs.coef_ != 0)
                    largest = max(largest, abs(ours - theirs.coef_).max())
        self.assertLess(largest, 1e-9)


class BadInput(MixedQualityTest):
    def test_every_line_names_the_parameter_and_nothing_is_written(self):
        cases = [
            (["--s", 0], "s"), (["--s", 512], "s"), (["--n1", -1], "n1"), (["--n1", 0, "--n2", 0], "n1"),
            (["--hq_fraction", 1.5], "hq_fraction"), (["--sigma1", 0], "sigma1"), (["--sigma2", 0.1], "sigma2"),
            (["--sigma_avg", 0.5, "--n2", 0], "sigma_avg"), (["--sigma_avg", 0.1], "sigma_avg"), (["--rho", 0], "rho"),
            (["--lambda_scale", 0], "lambda_scale"), (["--delta", 0], "delta"), (["--lambda_min_ratio", 1], "lambda_min_ratio"),
            (["--n_lambda", 1], "n_lambda"), (["--estimator", "ridge"], "lasso_path"),
            (["--estimator", "ml_swap", "--signal", "signed"], "signal"), (["--estimator", "ml_exhaustive"], "ml_exhaustive"),
            (["--estimator", "omp", "--s", 300], "omp"), (["--estimator", "pdw", "--weighting", "residual"], "residual"),
            (["--weighting", "residual", "--n2", 0], "residual"), (["--weighting", "hq_only", "--n1", 0], "hq_only"),
            (["--iso_level", 0.5], "iso_level"), (["--iso_level", 0.5, "--estimator", "pdw", "--theta", 1], "iso_level"),
            (["--p", "1e12"], "p"), (["--p", "1e6", "--n1", 1000, "--n2", 1000, "--memory_per_rank", "1G"], "memory_per_rank"),
            (["--sigma1", "nan"], "sigma1"), (["--rho", "inf"], "rho"), (["--rho", "1e400"], "rho"),
        ]
        for arguments, word in cases:
            done = self.run_study(*arguments, "--output", "x.h5", expect=None)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, f"{arguments}: {done.stderr}")
            self.assertIn(word, done.stderr, arguments)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_design_that_does_not_fit_is_refused_with_its_bytes_and_a_way_out(self):
        # 2.2e9 entries: more than 2^31.
        large = ["--p", "1e6", "--n1", 1100, "--n2", 1100, "--memory_per_rank", "8G", "--output", "x.h5"]
        done = self.run_study(*large, expect=2)
        self.assertRegex(done.stderr, r"needs 1\.7\de\+10 bytes per rank")
        self.assertIn("storage = regenerate", done.stderr)
        self.assertIn("estimator = pdw", done.stderr)
        for way_out in (["--storage", "regenerate"], ["--estimator", "pdw"]):
            self.assertIn("estimated time", self.run_study(*large, *way_out, "--plan").stdout)


class Presets(MixedQualityTest):
    def test_smoke_runs_with_theory(self):
        self.run_study("--config", JOBS / "smoke.toml", "--quiet", "--output", "smoke.h5")
        with xarray.open_dataset(self.folder / "smoke.h5", group="summary") as summary, \
                xarray.open_dataset(self.folder / "smoke.h5", group="theory") as theory:
            measured = summary.cond_success_prob_mean.sel(estimator="pdw", theta=1.5)
            self.assertLess(float(abs(measured - theory.lasso_success.sel(estimator="pdw", theta=1.5)).max()), 0.2)

    def test_every_preset_is_planned_on_a_laptop(self):
        for preset in sorted(JOBS.glob("*.toml")):
            arguments = ["--config", preset, "--plan", "--memory_per_rank", "100G"]
            if preset.name.startswith("cluster"):
                arguments += ["--plan_ranks", 64, "--ranks_per_trial", "64"]
            started = running.processor_seconds_of_children()
            done = self.run_study(*arguments)
            self.assertIn("peak memory per rank", done.stdout, preset.name)
            self.assertLess(running.processor_seconds_of_children() - started, 60, preset.name)


class LongTrials(MixedQualityTest):
    """Trials that outlast every run: each continues where the one before has left them."""

    def continue_in_slices(self, study, ranks):
        started = time.monotonic()
        self.run_study(*study, "--output", "calm.h5", ranks=ranks)
        slice_seconds = max(2.5, (time.monotonic() - started) / 2)  # a busy machine needs longer ones to come forward
        process = self.start_study(*study, "--output", "cut.h5", ranks=ranks)
        self.wait_for(lambda: (self.folder / "cut.h5.state").exists())  # made when the analysis looks for what is left
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.wait(120), 75, self.said(process))
        self.assertEqual(len(list((self.folder / "cut.h5.state").iterdir())), max(ranks, 1))
        for slices in range(100):
            done = self.run_study("--resume", "--time_limit", slice_seconds, "--quiet", "--output", "cut.h5", ranks=ranks,
                                  expect=None)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 75, done.stderr)
        self.assertLess(slices, 99)
        self.assert_same("calm.h5", "cut.h5")
        self.assertFalse((self.folder / "cut.h5.state").exists())

    def test_a_path_has_the_bits_of_an_uninterrupted_one(self):
        path = ["--estimator", "lasso_path", "--p", 200000, "--s", 30, "--n1", 400, "--n2", 400, "--storage", "regenerate",
                "--trials", 1, "--quiet"]
        self.continue_in_slices(path, 0)

    def test_three_fits_in_step_on_a_team_do_too(self):
        fits = ["--estimator", "lasso", "--weighting", "agnostic,residual,interference", "--p", 400000, "--s", 40, "--n1", 100,
                "--n2", 100, "--storage", "regenerate", "--sigma2", 3, "--lambda_rule", "fixed", "--lambda_scale", 0.02,
                "--ranks_per_trial", 2, "--trials", 1, "--quiet"]
        self.continue_in_slices(fits, 2)


class UserData(MixedQualityTest):
    def test_own_data_are_analysed_once_and_have_no_theory(self):
        dice = numpy.random.default_rng(3)
        design = dice.standard_normal((60, 100))
        beta = numpy.zeros(100)
        beta[[3, 40, 77]] = [1, -1, 1]
        with h5py.File(self.folder / "mine.h5", "w") as file:
            file["X"] = design
            file["y"] = design @ beta + 0.1 * dice.standard_normal(60)
        study = ["--estimator", "lasso_path", "--input", "mine.h5", "--quiet", "--output", "own.h5"]
        refused = self.run_study(*study, "--trials", 2, expect=2)
        self.assertIn("trials = 2", refused.stderr)
        self.run_study(*study, "--trials", 1)
        with h5py.File(self.folder / "own.h5") as file:
            self.assertEqual(float(file["fit_s"][0]), 3)
            for name, values in file["theory"].items():
                self.assertTrue(numpy.isnan(values[...]).all(), name)


if __name__ == "__main__":
    running.main()
