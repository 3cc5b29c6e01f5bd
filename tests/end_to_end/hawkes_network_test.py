"""hawkes_network from the command line: horizons that share one simulation, teams, the user's events, what is refused."""

import h5py
import numpy as np

from running import StudyTest, main


class HawkesNetworkTest(StudyTest):
    driver = "hawkes_network"

    def values(self, name):
        with h5py.File(self.folder / name) as file:
            return {key: file[key][()] for key in file if isinstance(file[key], h5py.Dataset)}

    def simulated_events(self):
        """A user's file from a trial that was kept."""
        self.run_study("--d", 12, "--t_obs", 700, "--trials", 1, "--artifacts", "first", "--output", "kept.h5", "--quiet")
        events, edges, found = (self.artifact("kept.h5", name) for name in ("events", "network_true", "network_estimated"))
        nodes = events[:, 0].astype(int)
        with h5py.File(self.folder / "events.h5", "w") as file:
            file["events/time"] = events[:, 1]
            file["events/offset"] = np.searchsorted(nodes, np.arange(13)).astype(np.int64)
            file["events/horizon"] = 700.0
            file["truth/row"], file["truth/col"] = edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)
            file["truth/weight"] = edges[:, 2]
        return found

    def artifact(self, output, name):
        """The rows of a table that the first point's trial left: in the file, or in one beside it."""
        with h5py.File(self.folder / output) as file:
            if name in file["artifacts"]:
                values = file["artifacts"][name][()]
                values = values.reshape(-1, *values.shape[-2:])[0]
                return values[~np.isnan(values).all(axis=1)]
            path = file["artifacts"][name + "_file"][()].ravel()[0].decode()
        with h5py.File(self.folder / f"{output}.artifacts" / path) as file:
            return file[name][()]

    def test_one_simulation_serves_all_horizons(self):
        common = ["--d", 20, "--trials", 3, "--common_random_numbers", "--quiet"]
        self.run_study(*common, "--c_time", "100,200,300", "--output", "sweep.h5")
        self.run_study(*common, "--c_time", "200", "--output", "one.h5")
        sweep, one = self.values("sweep.h5"), self.values("one.h5")
        for name in ("n_events", "adj_l2", "tpr", "candidates_mean"):
            np.testing.assert_array_equal(sweep[name][1], one[name])
        self.assertTrue((np.diff(sweep["n_events"], axis=0) > 0).all())

    def test_the_users_events_give_what_their_simulation_gave(self):
        found = self.simulated_events()
        self.run_study("--input", "events.h5", "--beta_fit", 1, "--method", "two_stage,ols", "--trials", 1, "--output",
                       "own.h5", "--quiet")
        own, kept = self.values("own.h5"), self.values("kept.h5")
        self.assertEqual(own["d"], 12)
        for name in ("n_events", "hamming", "adj_l2", "best_hamming", "candidates_mean"):
            self.assertEqual(own[name].ravel()[0], kept[name].ravel()[0], name)
        self.assertNotIn("mu_rmse", own)
        np.testing.assert_array_equal(self.artifact("own.h5", "network_estimated"), found)
        with h5py.File(self.folder / "own.h5") as file:
            self.assertFalse([name for name in file["artifacts"] if name.startswith("events")], "a copy of the user's own events")
        # A prefix of the events, and teams of two.
        self.run_study("--input", "events.h5", "--beta_fit", 1, "--t_obs", "350,700", "--trials", 1, "--output", "prefix.h5",
                       "--quiet")
        prefix = self.values("prefix.h5")
        self.assertLess(prefix["n_events"].ravel()[0], prefix["n_events"].ravel()[1])
        self.assertEqual(prefix["adj_l2"].ravel()[1], own["adj_l2"].ravel()[0])
        self.run_study("--input", "events.h5", "--beta_fit", 1, "--trials", 1, "--ranks_per_trial", 2, "--output", "team.h5",
                       "--quiet", ranks=2)
        self.assertEqual(self.values("team.h5")["hamming"].ravel()[0], own["hamming"].ravel()[0])

    def variant(self, output, order=None, faster=1.0):
        """The user's file with its nodes in another order, or on a clock that runs faster."""
        with h5py.File(self.folder / "events.h5") as before, h5py.File(self.folder / output, "w") as after:
            time, offset = before["events/time"][()], before["events/offset"][()]
            order = np.arange(len(offset) - 1) if order is None else order
            parts = [time[offset[node]:offset[node + 1]] / faster for node in order]
            after["events/time"] = np.concatenate(parts)
            after["events/offset"] = np.cumsum([0] + [len(part) for part in parts])
            after["events/horizon"] = before["events/horizon"][()] / faster
            place = np.argsort(order)
            for end in ("row", "col"):
                after["truth/" + end] = place[before["truth/" + end][()]]
            after["truth/weight"] = before["truth/weight"][()]

    def test_names_of_nodes_and_units_of_time_do_not_matter(self):
        self.simulated_events()
        order = np.random.default_rng(3).permutation(12)
        self.variant("renamed.h5", order=order)
        self.variant("faster.h5", faster=8.0)
        for method in ("two_stage", "screen", "ols", "lasso"):
            # lasso stops at a duality gap, in another order of coordinates where nodes have other names.
            options = ["--method", method, "--trials", 1, "--quiet", "--artifacts", "first",
                       *(["--lasso_tol", "1e-9"] if method == "lasso" else [])]
            tolerance = 1e-5 if method == "lasso" else 1e-9
            found = {}
            for name, beta in (("events", 1), ("renamed", 1), ("faster", 8)):
                self.run_study("--input", f"{name}.h5", "--beta_fit", beta, *options, "--output", f"{name}_{method}.h5")
                table = self.artifact(f"{name}_{method}.h5", "network_estimated")
                self.assertGreater(len(table), 0, method)
                places = table[:, :2].astype(int)
                if name == "renamed":
                    places = order[places]
                found[name] = dict(zip(map(tuple, places), table[:, 2:]))
            for name in ("renamed", "faster"):
                self.assertEqual(set(found[name]), set(found["events"]), f"{method} {name}")
                for edge, values in found["events"].items():
                    np.testing.assert_allclose(found[name][edge], values, rtol=tolerance, err_msg=f"{method} {name} {edge}")

    def test_defects_of_the_users_events_are_told_in_one_line(self):
        self.simulated_events()

        def refusal(spoil, *options):
            with h5py.File(self.folder / "events.h5") as good, h5py.File(self.folder / "bad.h5", "w") as bad:
                good.copy("events", bad)
                spoil(bad)
            refused = self.run_study("--input", "bad.h5", "--trials", 1, "--output", "bad_out.h5", *options, expect=2)
            lines = [line for line in refused.stderr.splitlines() if line.strip()]
            self.assertEqual(len(lines), 1, refused.stderr)
            self.assertFalse((self.folder / "bad_out.h5").exists())
            return lines[0]

        def change(entry, value):
            def spoil(file):
                file["events/time"][entry] = value
            return spoil

        known = ["--beta_fit", 1]
        self.assertIn("allowed are times that ascend", refusal(change(5, 0.0), *known))
        self.assertIn("holds -1", refusal(change(0, -1.0), *known))
        self.assertIn("the horizon", refusal(change(-1, 701.0), *known))
        self.assertIn("holds nan", refusal(change(3, np.nan), *known))

        def drop(file):
            del file["events/horizon"]
        self.assertIn("/events/horizon is missing", refusal(drop, *known))
        self.assertIn("beta_fit", refusal(lambda file: None))
        self.assertIn("t_obs", refusal(lambda file: None, *known, "--t_obs", 800))

    def test_what_makes_no_sense_is_refused(self):
        refused = self.run_study("--alpha", 0.5, "--output", "x.h5", expect=2)
        self.assertIn("not stationary", refused.stderr)


if __name__ == "__main__":
    main()
