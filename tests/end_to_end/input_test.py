"""The user's own data (`--input`): opened once, before anything is asked; their defects end a run before any compute."""

import h5py
import numpy

import running


class Input(running.StudyTest):
    def setUp(self):
        super().setUp()
        with h5py.File(self.folder / "numbers.h5", "w") as f:
            f["numbers"] = [0.25, 0.5, 1.5]

    def test_sizes_are_adopted_and_reach_every_rank(self):
        given = ["--law", "given", "--input", "numbers.h5", "--trials", 1, "--quiet"]
        for ranks in (1, 3):
            self.run_study(*given, "--output", f"on{ranks}.h5", ranks=ranks)
        self.assert_same("on1.h5", "on3.h5")
        with h5py.File(self.folder / "on1.h5") as f:
            self.assertEqual(f["size"][()], 3)
            self.assertEqual(f["used"][0], 3)
            self.assertAlmostEqual(f["estimate"][0], 0.75)
        # A stored study keeps what it adopted.
        self.run_study("--resume", "--power", "1,2", "--quiet", "--output", "on1.h5")
        with h5py.File(self.folder / "on1.h5") as f:
            numpy.testing.assert_allclose(f["estimate"][:, 0], [0.75, 0.75**2])

    def test_artifacts_come_unasked_where_every_trial_is_the_same(self):
        self.run_study("--law", "normal,given", "--size", 3, "--input", "numbers.h5", "--trials", 1, "--quiet",
                       "--output", "both.h5")
        with h5py.File(self.folder / "both.h5") as f:
            self.assertTrue(numpy.isnan(f["artifacts/numbers"][0]).all())
            self.assertTrue(numpy.isfinite(f["artifacts/numbers"][1]).all())
        self.run_study("--law", "normal", "--input", "numbers.h5", "--trials", 3, "--quiet", "--output", "drawn.h5")
        with h5py.File(self.folder / "drawn.h5") as f:
            self.assertNotIn("artifacts", f)

    def test_defects_are_told_before_any_compute(self):
        with h5py.File(self.folder / "unsorted.h5", "w") as f:
            f["numbers"] = [1.0, 0.5]
        with h5py.File(self.folder / "hole.h5", "w") as f:
            f["numbers"] = [1.0, numpy.nan]
        before = sorted(p.name for p in self.folder.iterdir())
        given = ["--law", "given", "--trials", 1, "--output", "x.h5"]
        for arguments, word in (
            ([*given, "--input", "unsorted.h5"], "/numbers must ascend"),
            ([*given, "--input", "hole.h5"], "/numbers holds nan"),
            ([*given, "--input", "numbers.h5", "--size", 4], "size = 4"),
            (given, "size = 100"),
            (["--law", "given", "--input", "numbers.h5", "--trials", 2, "--output", "x.h5"], "trials = 2"),
        ):
            for ranks in (1, 2):
                done = self.run_study(*arguments, expect=2, ranks=ranks)
                self.assertIn(word, done.stderr, arguments)
        self.assertEqual(before, sorted(p.name for p in self.folder.iterdir()))


class NoInput(running.StudyTest):
    driver = "spiked_wigner"

    def test_an_experiment_without_own_data_refuses_them(self):
        with h5py.File(self.folder / "numbers.h5", "w") as f:
            f["numbers"] = [0.25]
        done = self.run_study("--input", "numbers.h5", "--output", "x.h5", expect=2)
        self.assertIn("input = numbers.h5: spiked_wigner reads no data of the user", done.stderr)


if __name__ == "__main__":
    running.main()
