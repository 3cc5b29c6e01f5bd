"""tools/new_experiment writes what the build and the walls take, and nothing else. That it compiles and keeps the contract
of experiments is tested by tests/skeleton."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests"))
import walls_test  # noqa: E402


class NewExperimentTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)

    def make(self, *names):
        return subprocess.run([PROJECT / "tools" / "new_experiment", *names, "--root", self.root], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)

    def written(self):
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def assert_refused(self, *names, reason):
        done = self.make(*names)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(f"name = {names[0]}: ", done.stderr)
        self.assertIn(reason, done.stderr)

    def test_the_skeleton_is_whole(self):
        done = self.make("hidden_rank")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [path.relative_to(self.root).as_posix() for path in self.written()]
        self.assertEqual(done.stdout.splitlines()[:len(names)], sorted(done.stdout.splitlines()[:len(names)]))
        for part in ["src/experiments/hidden_rank/experiment.cpp", "src/experiments/hidden_rank/README.md", "drivers/hidden_rank.cpp",
                     "jobs/hidden_rank/smoke.toml", "jobs/hidden_rank/paper.toml", "jobs/hidden_rank/cluster.toml"]:
            self.assertIn(part, names)
        self.assertTrue(list(self.root.glob("tests/experiments/hidden_rank/*_test.cpp")))
        self.assertTrue(list(self.root.glob("tests/experiments/hidden_rank/mpi/*_test.cpp")))
        for path in self.written():
            self.assertNotIn("new_experiment", path.as_posix() + path.read_text())

    def test_walls_are_kept(self):
        self.make("hidden_rank")
        self.assertIsNotNone(walls_test.violation(("experiments", "hidden_rank"), "experiments/spiked_wigner/data.hpp"))
        for source in (self.root / "src").rglob("*.[ch]pp"):
            folder = source.relative_to(self.root / "src").parent.parts
            for header in walls_test.INCLUDE.findall(source.read_text()):
                self.assertIsNone(walls_test.violation(folder, header), f"{source} {header}")

    @unittest.skipUnless(shutil.which("clang-format"), "needs clang-format")
    def test_the_code_has_the_style_of_the_house(self):
        self.make("hidden_rank")
        shutil.copy(PROJECT / ".clang-format", self.root)
        sources = [path for path in self.written() if path.suffix in (".cpp", ".hpp")]
        done = subprocess.run(["clang-format", "--dry-run", "--Werror", *sources], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_nothing_is_overwritten(self):
        for part in ["src/experiments/mine/data.cpp", "drivers/mine.cpp", "jobs/mine/large.toml", "tests/experiments/mine/a_test.cpp"]:
            with self.subTest(part):
                shutil.rmtree(self.root)
                (self.root / part).parent.mkdir(parents=True)
                (self.root / part).write_text("mine")
                self.assert_refused("mine", reason="nothing is overwritten")
                self.assertEqual([path.read_text() for path in self.written()], ["mine"])

    def test_bad_names_are_refused(self):
        for name in ["", "Hidden", "2d", "a-b", "a__b", "_a", "a_", "a/b", "..", "é", "a" * 41, "a b"]:
            self.assert_refused(name, reason="allowed are at most 40 lower-case letters")
        for name in ["class", "std", "engine", "linalg", "unit_study", "testing"]:
            self.assert_refused(name, reason="means something else")
        self.assertEqual(self.written(), [])


if __name__ == "__main__":
    sys.argv.pop(1)  # the folder of the binaries: not needed
    unittest.main()
