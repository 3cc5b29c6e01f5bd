"""spiked_wigner through its driver: the smoke preset, and arrays that a team leaves together."""

import unittest

import h5py
import numpy
import xarray

import running

JOBS = running.ROOT / "jobs" / "spiked_wigner"


class SpikedWignerTest(running.StudyTest):
    driver = "spiked_wigner"

    def vectors(self, n, ranks):
        """The arrays of one trial on a team of so many ranks, and whether they lie in files of their own."""
        output = f"n{n}_{ranks}.h5"
        self.run_study("--n", n, "--theta", 3, "--trials", 1, "--artifacts", "all", "--ranks_per_trial", ranks, "--quiet",
                       "--output", output, ranks=ranks)
        found = {}
        with h5py.File(self.folder / output) as file:
            for name in ("signal", "eigenvector"):
                apart = f"artifacts/{name}_file" in file
                if apart:
                    path = self.folder / f"{output}.artifacts" / file[f"artifacts/{name}_file"][0].decode()
                    with h5py.File(path) as own:
                        found[name] = own[name][:]
                else:
                    found[name] = file[f"artifacts/{name}"][0]
        return found, apart

    def test_a_team_leaves_the_arrays_of_one_rank(self):
        for n, large in ((7, False), (4100, True)):  # up to 4096 numbers lie in the result file
            one, apart = self.vectors(n, 1)
            self.assertEqual(apart, large)
            team, apart = self.vectors(n, 3)
            self.assertEqual(apart, large)
            numpy.testing.assert_array_equal(team["signal"], one["signal"])
            self.assertEqual(one["signal"].shape, (n,))
            sign = numpy.sign(team["eigenvector"] @ one["eigenvector"])
            numpy.testing.assert_allclose(sign * team["eigenvector"], one["eigenvector"], atol=1e-5)

    def test_smoke_runs_with_theory(self):
        self.run_study("--config", JOBS / "smoke.toml", "--quiet", "--output", "smoke.h5")
        with xarray.open_dataset(self.folder / "smoke.h5", group="summary") as summary, \
                xarray.open_dataset(self.folder / "smoke.h5", group="theory") as theory:
            self.assertLess(float(abs(summary.overlap_mean - theory.overlap).max()), 0.1)
            self.assertLess(float(abs(summary.eigenvalue_mean - theory.eigenvalue).max()), 0.2)


if __name__ == "__main__":
    running.main()
