"""federated_lora from the command line: the solver's flags act alike on any team."""

import re

import h5py
import numpy as np

from running import StudyTest, main

SMALL = ["--clients", 12, "--d1", 16, "--d2", 8, "--contamination", 0.25, "--trials", 1, "--theory", "none", "--quiet"]
NUMBER = r"([-+.\de]+)"


class SolverFlags(StudyTest):
    driver = "federated_lora"

    def solve(self, ranks, *flags):
        """Iterations, whether it converged, objective; what the monitor showed: iteration, value, residual per line."""
        output = f"on{ranks}.h5"
        done = self.run_study(*SMALL, "--ranks_per_trial", ranks, "--output", output, "--overwrite", "--", *flags, ranks=ranks)
        shown = re.findall(rf"(\d+) TAO,\s+Function value: {NUMBER},\s+Residual: {NUMBER}", done.stdout)
        with h5py.File(self.folder / output) as file:
            found = [float(file[name][()].ravel()[0]) for name in ("admm_iterations", "converged", "objective")]
        return found, np.array(shown, float)

    def test_a_limit_and_a_monitor_on_1_to_4_ranks(self):
        (iterations, converged, objective), shown = self.solve(1, "-federated_lora_tao_max_it", 7, "-federated_lora_tao_monitor")
        self.assertEqual((iterations, converged), (7, 0))
        np.testing.assert_array_equal(shown[:, 0], np.arange(1, 8))
        self.assertLess(shown[-1, 2], 0.1 * shown[0, 2])
        for ranks in (2, 3, 4):
            found, also = self.solve(ranks, "-federated_lora_tao_max_it", 7, "-federated_lora_tao_monitor")
            self.assertEqual(found[:2], [7, 0])
            np.testing.assert_allclose(found[2], objective, rtol=1e-10)
            np.testing.assert_allclose(also, shown, rtol=1e-4)

    def test_a_tolerance_on_1_and_3_ranks(self):
        (usual, *_), silent = self.solve(1)
        self.assertEqual(silent.size, 0)
        (iterations, converged, objective), _ = self.solve(1, "-federated_lora_tao_gatol", "1e-9")
        self.assertEqual(converged, 1)
        self.assertGreater(iterations, usual)
        found, _ = self.solve(3, "-federated_lora_tao_gatol", "1e-9")
        self.assertEqual(found[:2], [iterations, 1])
        np.testing.assert_allclose(found[2], objective, rtol=1e-9)


if __name__ == "__main__":
    main()
