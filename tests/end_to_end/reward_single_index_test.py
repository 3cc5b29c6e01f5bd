"""reward_single_index on a user's rows: against the same formulas in NumPy and scikit-learn, teams, what is refused."""

import h5py
import numpy as np
import sklearn.linear_model

from running import StudyTest, main

ROWS, SECOND, COLUMNS, NEURONS = 900, 700, 7, 8
SIGNS = np.where(np.arange(NEURONS) % 2 == 0, 1.0, -1.0)
THRESHOLDS = -3 + 6 * np.arange(NEURONS) / (NEURONS - 1)
BETA1, BETA2, HELD_OUT = 0.8, 0.9, 210


def unit(v):
    return v / np.linalg.norm(v)


class OwnData(StudyTest):
    driver = "reward_single_index"

    def setUp(self):
        super().setUp()
        numbers = np.random.default_rng(4)
        self.theta = unit(numbers.standard_normal(COLUMNS))
        self.x, self.x2 = numbers.standard_normal((ROWS, COLUMNS)), numbers.standard_normal((SECOND, COLUMNS))
        self.y, self.y2 = (np.tanh(1.5 * rows @ self.theta) + 0.3 * numbers.standard_normal(len(rows)) for rows in (self.x, self.x2))
        self.write("rows.h5", X=self.x, y=self.y, X2=self.x2, y2=self.y2)

    def write(self, name, standardize=None, **sets):
        with h5py.File(self.folder / name, "w") as file:
            for key, values in sets.items():
                file[key] = values
            if standardize is not None:
                file.attrs["standardize"] = standardize

    def run_rows(self, *options, rows="rows.h5", **how):
        return self.run_study("--input", rows, "--n_neurons", NEURONS, "--beta1", BETA1, "--beta2", BETA2, "--trials", 1,
                              "--artifacts", "all", "--output", "own.h5", "--overwrite", "--quiet", *options, **how)

    def measure(self, *options, rows="rows.h5"):
        """Metrics and artifacts of the first point."""
        self.run_rows(*options, rows=rows)
        with h5py.File(self.folder / "own.h5") as file:
            found = {key: data[()].ravel()[0] for key, data in file.items() if getattr(data, "size", 0) == 1 and data.dtype.kind == "f" and data.shape}
            found.update({key: file["artifacts"][key][()].squeeze() for key in file.get("artifacts", ())})
        return found

    def transformed(self):
        t = self.y * np.exp((self.y - self.y.max()) / BETA1)
        return t / np.sqrt(np.mean(t**2))

    def test_first_stages_are_what_numpy_makes_of_the_rows(self):
        t = self.transformed()
        moment = unit(t @ self.x)
        half = ROWS // 2
        split = (t[:half] @ self.x[:half] / half) @ (t[half:] @ self.x[half:] / (ROWS - half)) / np.mean(t**2)
        found = self.measure("--stage1", "moment1", "--n2", 0)
        np.testing.assert_allclose(found["direction"], moment, atol=1e-12)
        self.assertAlmostEqual(found["signal1_split"], split, 12)
        w = np.exp((self.y - self.y.max()) / BETA1)
        self.assertAlmostEqual(found["ess1_frac"], w.sum()**2 / ROWS / (w**2).sum(), 12)
        self.assertNotIn("overlap_mean", found)
        self.assertNotIn("signal1_hat", found)

        slices = 12
        which = np.searchsorted(np.quantile(self.y, np.arange(1, slices) / slices), self.y, side="right")
        means = np.array([self.x[which == h].sum(axis=0) / np.sqrt(ROWS * (which == h).sum()) for h in range(slices)]).T
        left, values, _ = np.linalg.svd(means)
        found = self.measure("--stage1", "sir", "--slices", slices, "--n2", 0)
        v = left[:, 0] * np.sign(left[:, 0] @ (t @ self.x))
        np.testing.assert_allclose(found["direction"], v, atol=1e-10)
        self.assertAlmostEqual(found["eig_top"], values[0]**2, 12)

        values, vectors = np.linalg.eigh(self.x.T @ (t[:, None] * self.x) / ROWS)
        top, bottom = values[-1] - values[-2], values[1] - values[0]
        pair, v = (values[[-1, -2]], vectors[:, -1]) if top > bottom else (values[:2], vectors[:, 0])
        found = self.measure("--stage1", "spectral", "--eig_tol", 1e-12, "--n2", 0)
        np.testing.assert_allclose(found["direction"], v * np.sign(v @ (t @ self.x)), atol=1e-8)
        np.testing.assert_allclose(found["eigenvalues"], pair, rtol=1e-10)

    def features(self, direction, rows):
        return np.maximum((rows @ direction)[:, None] * SIGNS + THRESHOLDS, 0)

    def test_readout_and_policy_are_what_scikit_learn_and_numpy_make_of_them(self):
        fit = SECOND - HELD_OUT
        for weighting in ("none", "label", "surrogate"):
            found = self.measure("--stage1", "moment1", "--weighting", weighting, "--reward_clip", 2, "--beta_deploy", 0.6)
            phi = self.features(unit(self.transformed() @ self.x), self.x2)
            rows, log_weights = np.arange(fit), np.zeros(SECOND)
            if weighting == "label":
                log_weights = self.y2 / BETA2
            if weighting == "surrogate":
                rows = rows[fit // 2:]
                pilot = sklearn.linear_model.Ridge(alpha=1e-3, solver="cholesky")
                pilot.fit(phi[:fit // 2], self.y2[:fit // 2], sample_weight=np.full(fit // 2, 2 / fit))
                log_weights = np.clip(pilot.predict(phi), -2, 2) / BETA2
            weights = np.exp(log_weights)
            ridge = sklearn.linear_model.Ridge(alpha=1e-3, solver="cholesky")
            ridge.fit(phi[rows], self.y2[rows], sample_weight=weights[rows] / weights[rows].sum())
            np.testing.assert_allclose(found["readout"], [ridge.intercept_, *ridge.coef_], atol=1e-10, rtol=1e-10)
            self.assertAlmostEqual(found["ess2_frac"], weights[rows].sum()**2 / len(rows) / (weights[rows]**2).sum(), 12)

            reward, y, w = np.clip(ridge.predict(phi), -2, 2)[fit:], self.y2[fit:], weights[fit:]
            error = np.average((y - reward)**2, weights=w)
            self.assertAlmostEqual(found["heldout_error"], error, 9)
            self.assertAlmostEqual(found["heldout_nmse"], error / np.average((y - np.average(y, weights=w))**2, weights=w), 9)
            self.assertAlmostEqual(found["behaviour_value"], y.mean(), 12)

            def policy(beta):
                p = np.exp((reward - reward.max()) / beta)
                p /= p.sum()
                value, effective = p @ y, 1 / (p @ p)
                se = np.sqrt(p**2 @ (y - value)**2)
                return (value, se, effective) if effective >= 30 else (np.nan, np.nan, effective)

            np.testing.assert_allclose([found[f"offpolicy_{name}"] for name in ("value", "se", "ess")], policy(0.6), rtol=1e-8)
            temperatures = y.std() * 10**(np.arange(25) / 8 - 2)
            expected = [(beta, *policy(beta)) for beta in temperatures]
            np.testing.assert_allclose(found["offpolicy_values"], expected, rtol=1e-6)
            self.assertTrue(np.isnan(found["offpolicy_values"][0, 1]))

    def test_a_policy_of_few_rows_has_no_value(self):
        done = self.run_study("--input", "rows.h5", "--stage1", "moment1", "--n_neurons", NEURONS, "--beta2", 0.02, "--weighting",
                              "none", "--trials", 1, "--output", "cold.h5")
        self.assertIn("no value of the policy is given", done.stderr)
        with h5py.File(self.folder / "cold.h5") as file:
            self.assertTrue(np.isnan(file["offpolicy_value"][()]).all())
            self.assertLess(file["offpolicy_ess"][()].max(), 30)

    def test_one_file_is_split_and_teams_agree(self):
        self.write("whole.h5", X=np.concatenate([self.x, self.x2]).astype(np.float32), y=np.concatenate([self.y, self.y2]),
                   theta=self.theta)
        share = ["--split", ROWS / (ROWS + SECOND)]
        stages = ["online", "batch", "moment1", "spectral", "sir", "random", "oracle"]
        values = {}
        for ranks in (1, 2, 3, 4):
            team = ["--ranks_per_trial", ranks, "--eig_tol", 1e-12]
            self.run_rows("--stage1", ",".join(stages), *share, *team, rows="whole.h5", ranks=ranks)
            with h5py.File(self.folder / "own.h5") as file:
                values[ranks] = {name: file[name][()] for name in ("overlap_mean", "heldout_error", "offpolicy_value", "offpolicy_se")}
        for ranks in (2, 3, 4):
            for name, alone in values[1].items():
                self.assertTrue(np.isfinite(alone).all())
                np.testing.assert_allclose(values[ranks][name], alone, rtol=1e-7, err_msg=f"{name} on {ranks} ranks")
        # The same rows in two sets.
        whole, apart = self.measure("--stage1", "moment1", *share, rows="whole.h5"), self.measure("--stage1", "moment1")
        np.testing.assert_allclose(whole["readout"], apart["readout"], rtol=1e-4, atol=1e-5)  # they are floats
        self.assertAlmostEqual(whole["overlap_mean"], abs(self.theta @ whole["direction"]), 6)

    def test_columns_are_standardised_by_the_first_stages_rows(self):
        shift, scale = np.linspace(-3, 5, COLUMNS), np.linspace(0.2, 4, COLUMNS)
        self.write("shifted.h5", 1, X=shift + scale * self.x, y=self.y, X2=shift + scale * self.x2, y2=self.y2, theta=self.theta / scale)
        mean, deviation = self.x.mean(axis=0), self.x.std(axis=0)
        self.write("standard.h5", X=(self.x - mean) / deviation, y=self.y, X2=(self.x2 - mean) / deviation, y2=self.y2,
                   theta=self.theta * deviation)
        for stage in ("moment1", "online"):
            by_driver, by_hand = (self.measure("--stage1", stage, rows=rows) for rows in ("shifted.h5", "standard.h5"))
            for name in ("overlap_mean", "heldout_nmse", "offpolicy_value", "readout"):
                np.testing.assert_allclose(by_driver[name], by_hand[name], rtol=1e-9, atol=1e-11)
            np.testing.assert_allclose(by_driver["column_scaling"], np.stack([shift + scale * mean, scale * deviation], axis=1),
                                       rtol=1e-12)

    def test_turning_the_rows_turns_the_direction_and_nothing_else(self):
        turn = np.linalg.qr(np.random.default_rng(5).standard_normal((COLUMNS, COLUMNS)))[0]
        self.write("plain.h5", X=self.x, y=self.y, X2=self.x2, y2=self.y2, theta=self.theta)
        self.write("turned.h5", X=self.x @ turn.T, y=self.y, X2=self.x2 @ turn.T, y2=self.y2, theta=turn @ self.theta)
        for stage in ("moment1", "sir", "spectral"):
            plain, turned = (self.measure("--stage1", stage, "--eig_tol", 1e-12, rows=rows) for rows in ("plain.h5", "turned.h5"))
            np.testing.assert_allclose(turned["direction"], turn @ plain["direction"], atol=1e-8)
            for name in ("overlap_mean", "overlap_signed", "ess1_frac", "signal1_hat", "heldout_error", "offpolicy_value"):
                np.testing.assert_allclose(turned[name], plain[name], rtol=1e-8, err_msg=f"{stage} {name}")

    def test_defects_are_told_in_one_line(self):
        def refusal(*options, **changes):
            sets = {key: value for key, value in {"X": self.x, "y": self.y, **changes}.items() if value is not None}
            self.write("bad.h5", **sets)
            refused = self.run_study("--input", "bad.h5", "--n_neurons", NEURONS, "--trials", 1, "--output", "x.h5", *options,
                                     expect=2)
            lines = [line for line in refused.stderr.splitlines() if line.strip()]
            self.assertEqual(len(lines), 1, refused.stderr)
            self.assertFalse((self.folder / "x.h5").exists())
            return lines[0]

        hole = self.x.copy()
        hole[31, 4] = np.inf
        self.assertIn("has no data set /X", refusal(X=None))
        self.assertIn("has no data set /y", refusal(y=None))
        self.assertIn(f"/y has {ROWS - 1} numbers, needs {ROWS}", refusal(y=self.y[1:]))
        self.assertIn("/X holds inf", refusal(X=hole))
        self.assertIn("/X2 and /y2 come together", refusal(X2=self.x2))
        self.assertIn("/X2 has 6 columns", refusal(X2=self.x2[:, 1:], y2=self.y2))
        self.assertIn("/y is constant", refusal(y=np.full(ROWS, 0.1)))
        self.assertIn("/theta has 6 numbers", refusal(theta=self.theta[1:]))
        self.assertIn("d = 5: the file has 7 columns", refusal("--d", 5))
        self.assertIn("transform = optimal", refusal("--transform", "optimal"))
        self.assertIn("stage1 = oracle: oracle needs /theta", refusal("--stage1", "oracle"))
        self.assertIn("weighting = oracle", refusal("--weighting", "oracle"))
        self.assertIn("n1 = 451: the file has 450 rows", refusal("--n1", 451))
        self.assertIn("heldout_frac = 0.05: leaves 22 of 450", refusal("--heldout_frac", 0.05))
        twice = self.run_study("--input", "rows.h5", "--stage1", "moment1", "--trials", 2, "--output", "x.h5", expect=2)
        self.assertIn("trials = 2: every trial on this input is the same", twice.stderr)
        few = self.run_study("--input", "rows.h5", "--stage1", "moment1", "--n1", 10, "--n2", 0, "--trials", 1, "--output", "few.h5")
        self.assertIn("10 rows for 7 columns", few.stderr)


if __name__ == "__main__":
    main()
