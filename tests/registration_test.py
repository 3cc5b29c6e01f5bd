"""Every test method of the Python programs is run by one ctest entry, and every entry runs some:
`/usr/bin/python3 registration_test.py <build folder>`."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent
BUILD = None


def methods(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from methods(item)
        else:
            yield type(item).__name__, item.id().rsplit(".", 1)[-1]


def methods_of(program):
    """(class, method) of every test that the program has."""
    sys.path.insert(0, str(program.parent))
    specification = importlib.util.spec_from_file_location(program.stem, program)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    loader = unittest.TestLoader()
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, unittest.TestCase)]
    return {found for value in classes for found in methods(loader.loadTestsFromTestCase(value))}


def registered():
    """Of each Python program the classes that ctest runs; None among them: all of them."""
    listed = json.loads(subprocess.run(["ctest", "--show-only=json-v1"], cwd=BUILD, capture_output=True, text=True,
                                       check=True).stdout)
    classes = {}
    for test in listed["tests"]:
        words = test.get("command", [])
        for k, word in enumerate(words):
            if word.endswith("_test.py"):
                last = words[-1] if k + 1 < len(words) and words[-1].isidentifier() else None
                classes.setdefault(pathlib.Path(word), []).append(last)
    return classes


class Registration(unittest.TestCase):
    def test_no_test_is_forgotten_or_run_twice(self):
        classes = registered()
        programs = set(TESTS.rglob("*_test.py"))
        if not any(program.parent.name == "slurm" for program in classes):
            programs = {program for program in programs if program.parent.name != "slurm"}  # not installed here
        self.assertEqual(programs - set(classes), set())
        for program in sorted(programs):
            with self.subTest(program.name):
                self.assertEqual(len(classes[program]), len(set(classes[program])), "a class is registered twice")
                here = {name for name, _ in methods_of(program)}
                self.assertEqual(here if None in classes[program] else set(classes[program]), here)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()
