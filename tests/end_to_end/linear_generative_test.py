"""linear_generative from the command line: the user's images, layouts, methods, what is refused."""

import h5py
import numpy as np

from running import StudyTest, main


def face_like(rows, side, seed=3):
    """Stationary noise with a decaying spectrum, and one latent image, as bytes."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side) * side, np.fft.fftfreq(side) * side))
    images = np.fft.ifft2(np.fft.fft2(rng.standard_normal((rows, side, side))) / np.maximum(1, frequency)).real
    latent = rng.standard_normal((side, side))
    images += 0.5 * rng.standard_normal((rows, 1, 1)) * latent
    return np.clip(128 + 60 * images / images.std(), 0, 255).astype(np.uint8)


class LinearGenerativeTest(StudyTest):
    driver = "linear_generative"

    def images(self, rows=900, side=10):
        data = face_like(rows, side)
        with h5py.File(self.folder / "faces.h5", "w") as file:
            file["faces"] = data
        return data

    def values(self, name):
        with h5py.File(self.folder / name) as file:
            return {key: file[key][()] for key in file if isinstance(file[key], h5py.Dataset)}

    def test_the_dimension_is_that_of_the_images(self):
        self.images()
        common = ["--spectrum", "input", "--input", "faces.h5", "--dataset", "faces", "--samples", "20,100",
                  "--quiet"]
        self.run_study(*common, "--trials", 2, "--output", "own.h5")
        self.run_study(*common, "--trials", 2, "--dim", 100, "--output", "given.h5")
        self.assert_same("own.h5", "given.h5")
        found = self.values("own.h5")
        self.assertEqual(found["dim"], 100)
        self.assertTrue(np.all(np.isfinite(found["latent_recovery"])))
        np.testing.assert_allclose(found["convergence_trace"].mean(axis=1),
                                   found["expected_convergence_trace"].mean(axis=1), atol=0.1)
        refused = self.run_study(*common, "--dim", 64, "--output", "other.h5", expect=2)
        self.assertIn("dim = 64", refused.stderr)

    def test_a_study_by_samples_is_resumed_and_repeated(self):
        self.images()
        common = ["--spectrum", "input", "--input", "faces.h5", "--dataset", "faces", "--samples", "20,100", "--quiet"]
        self.run_study(*common, "--trials", 2, "--output", "grown.h5")
        self.run_study("--trials", 3, "--output", "grown.h5", "--resume", "--quiet")
        self.assertEqual(self.values("grown.h5")["convergence"].shape, (2, 3))
        with h5py.File(self.folder / "grown.h5") as file:
            (self.folder / "own.toml").write_text(file.attrs["toml"].decode())
        self.run_study("--config", "own.toml", "--output", "again.h5", "--quiet")
        self.assert_same("grown.h5", "again.h5")

    def test_a_single_example_is_its_own_nearest(self):
        data = self.images()
        self.run_study("--spectrum", "input", "--input", "faces.h5", "--dataset", "faces", "--samples", 1, "--trials", 1,
                       "--center", "none", "--num_generated", 2, "--artifacts", "all", "--output", "one.h5", "--quiet")
        with h5py.File(self.folder / "one.h5") as file:
            nearest = file["artifacts/nearest_example"][0].astype(int)
            samples = file["artifacts/generated_samples"][0]
        for number in range(2):
            sample = samples[:, number, 0]
            image = data[nearest[number, 0]].ravel().astype(float)
            cosine = sample @ image / np.linalg.norm(sample) / np.linalg.norm(image)
            self.assertAlmostEqual(abs(cosine), 1, places=10)

    def test_teams_and_storage_agree(self):
        self.images()
        # Points of the three families: closed forms, images of the user, filters.
        studies = {
            "krylov": ["--dim", 300, "--gamma", "0.5", "--spike", 2, "--method", "krylov", "--krylov_tol", "1e-9"],
            "input": ["--spectrum", "input", "--input", "faces.h5", "--dataset", "faces", "--samples", 60],
            "conv": ["--dim", 100, "--spectrum", "field", "--samples", 20, "--spike", 40, "--model", "conv", "--kernel", 5],
        }
        for name, options in studies.items():
            common = [*options, "--trials", 1, "--num_generated", 4, "--quiet"]
            self.run_study(*common, "--output", f"{name}1.h5")
            alone = self.values(f"{name}1.h5")
            for ranks in (2, 3):
                self.run_study(*common, "--ranks_per_trial", ranks, "--output", f"{name}{ranks}.h5", ranks=ranks)
                team = self.values(f"{name}{ranks}.h5")
                for metric in ("memorisation", "convergence", "convergence_trace", "latent_recovery"):
                    np.testing.assert_allclose(team[metric], alone[metric], rtol=1e-8, err_msg=f"{name} {metric}")
        self.run_study(*studies["krylov"], "--trials", 1, "--num_generated", 4, "--quiet", "--storage",
                       "stored,implicit", "--output", "storage.h5")
        both = self.values("storage.h5")["convergence"]
        self.assertEqual(both[0, 0], both[1, 0])

    def test_more_data_than_memory_are_refused(self):
        done = self.run_study("--dim", "1e5", "--method", "krylov", "--storage", "stored", "--memory_per_rank", "2G",
                              "--output", "big.h5", expect=2)
        self.assertIn("storage", done.stderr)
        self.assertIn("implicit", done.stderr)
        self.assertFalse((self.folder / "big.h5").exists())


if __name__ == "__main__":
    main()
