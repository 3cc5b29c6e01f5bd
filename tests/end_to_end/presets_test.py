"""The presets in jobs/ say what they need, and tools/plan_presets computes it: `/usr/bin/python3 presets_test.py <bin folder>`."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = re.compile(r"^# --plan: [\d.]+ [KMG]iB per rank, (less than 1 s|[\d.]+ (s|min|h|d)) on [1-9]\d* ranks?(, --.*)?$", re.M)
BIN = None


class PresetsTest(unittest.TestCase):
    def test_every_preset_says_what_it_needs(self):
        presets = sorted(PROJECT.glob("jobs/*/*.toml"))
        self.assertGreater(len(presets), 10)
        for preset in presets:
            with self.subTest(preset.relative_to(PROJECT)):
                self.assertEqual(len(RESOURCES.findall(preset.read_text())), 1)

    def test_resources_are_computed(self):
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        with tempfile.TemporaryDirectory() as folder:
            preset = pathlib.Path(folder) / "entropy_coupling" / "small.toml"
            preset.parent.mkdir()
            settings = "n = 16\nm = [1, 2]\ntrials = 3\n"

            def plan(head):
                preset.write_text(head + settings)
                return subprocess.run([PROJECT / "tools" / "plan_presets", "--binaries", BIN, preset], env=environment,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

            done = plan("# Small.\n# --plan: on 8 ranks, --ranks_per_trial 2\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            text = preset.read_text()
            self.assertRegex(text, RESOURCES)
            self.assertIn(" on 8 ranks, --ranks_per_trial 2\n", text)
            self.assertTrue(text.startswith("# Small.\n") and text.endswith("\n" + settings))
            done = plan("# Small.\n")
            self.assertEqual(done.returncode, 1)
            self.assertIn("has no line such as", done.stderr)


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
