"""Reads every #include of src/ and drivers/: nothing reaches above its floor, into another experiment or a later room of
its own, or past the interface that experiments are given."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FLOORS = ["bytes", "numerics", "bits", "mpi", "machine", "random", "linalg", "prox", "hdf5", "parameters", "study", "input", "results", "engine", "experiments"]  # each may include itself and those before it
# Rooms of an experiment: each sees itself and those before it, the door (files in the experiment's own folder) sees all
# of them, and no room sees the door. Theory comes before the estimators that it tunes.
ROOMS = ["model", "data", "theory", "solvers", "estimators"]
MOST_FILES_WITHOUT_ROOMS = 20
INTERFACE = {"study/experiment.hpp", "study/team.hpp", "study/kept_work.hpp", "study/rates.hpp", "study/stopwatch.hpp"}
# Libraries whose headers stay on the floors named.
OWNERS = {
    r"hdf5(_hl)?\.h": {"hdf5"},
    r"CLI/.*|toml\+\+/.*": {"study"},
    r"zlib\.h": {"results"},
    r"Random123/.*": {"random"},
    r"boost/.*": {"numerics"},
    r"fftw3\.h|cblas\.h|lapacke?\.h": {"linalg"},
    r"mpi\.h": {"mpi", "engine"},
    r"slepc(?!version).*": {"linalg"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def violation(folder, header):
    """What is wrong with including `header` in `folder` (("linalg",), ("experiments", "spiked_wigner")), or None."""
    floor, target = folder[0], pathlib.PurePosixPath(header).parts
    for library, owners in OWNERS.items():
        if re.fullmatch(library, header) and floor not in owners:
            return f"only {', '.join(sorted(owners))} may include it"
    if target[0] not in FLOORS:
        return None
    if FLOORS.index(target[0]) > FLOORS.index(floor):
        return f"{target[0]} is above {floor}"
    if floor == "experiments" and target[0] == "experiments":
        if target[1] != folder[1]:
            return "experiments do not know each other"
        room, other = (path[2] if len(path) > 2 else None for path in (folder, target[:-1]))
        if room and not other:
            return "a room does not see the experiment's door"
        if room and ROOMS.index(other) > ROOMS.index(room):
            return f"the room {other} comes after {room}"
    if floor == "experiments" and target[0] in ("study", "input", "results", "engine") and header not in INTERFACE:
        return "it is behind the interface of experiments"
    if floor == "experiments" and target[0] in ("hdf5", "machine"):
        return "experiments do not see files or the machine"
    return None


class Walls(unittest.TestCase):
    def test_no_include_crosses_a_wall(self):
        crossings, seen = [], 0
        for source in sorted((ROOT / "src").rglob("*.[ch]pp")):
            folder = source.relative_to(ROOT / "src").parent.parts
            self.assertIn(folder[0], FLOORS, f"{source}: a folder that is no floor")
            for header in INCLUDE.findall(source.read_text()):
                seen += 1
                if why := violation(folder, header):
                    crossings.append(f"{source.relative_to(ROOT)} includes {header}: {why}")
        self.assertGreater(seen, 1000)
        self.assertEqual(crossings, [], "\n".join(crossings))

    def test_large_experiments_have_rooms(self):
        for experiment in (path for path in (ROOT / "src" / "experiments").iterdir() if path.is_dir()):
            rooms = {path.name for path in experiment.iterdir() if path.is_dir()}
            self.assertLessEqual(rooms, set(ROOMS), experiment)
            at_the_door = list(experiment.glob("*.[ch]pp"))
            self.assertLessEqual(len(at_the_door), MOST_FILES_WITHOUT_ROOMS, f"{experiment}: make rooms ({', '.join(ROOMS)})")

    def test_experiments_do_not_know_the_world(self):
        for source in (ROOT / "src" / "experiments").rglob("*.[ch]pp"):
            self.assertNotIn("MPI_COMM_WORLD", source.read_text(), source)

    def test_experiments_measure_time_by_the_stopwatch_which_counts_no_pauses(self):
        for source in (ROOT / "src" / "experiments").rglob("*.[ch]pp"):
            self.assertNotRegex(source.read_text(), r"<chrono>|MPI_Wtime|\bclock_gettime\b", source)

    def test_a_driver_knows_its_experiment_and_the_engine(self):
        for source in (ROOT / "drivers").glob("*.cpp"):
            self.assertEqual(INCLUDE.findall(source.read_text()),
                             ["engine/driver.hpp", f"experiments/{source.stem}/experiment.hpp"], source)

    def test_crossings_are_seen(self):
        for folder, header in [(("linalg",), "prox/lasso.hpp"), (("random",), "linalg/lapack.hpp"), (("mpi",), "random/stream.hpp"),
                               (("study",), "experiments/a/b.hpp"), (("experiments", "a"), "experiments/b/c.hpp"),
                               (("experiments", "a"), "engine/coordinator.hpp"), (("experiments", "a"), "hdf5.h"),
                               (("prox",), "slepceps.h"), (("linalg",), "hdf5_hl.h"), (("study",), "hdf5.h"), (("hdf5",), "study/record.hpp"),
                               (("study",), "results/journal.hpp"), (("results",), "engine/schedule.hpp"),
                               (("prox",), "hdf5/file.hpp"), (("experiments", "a"), "hdf5/file.hpp"), (("experiments", "a"), "mpi.h"),
                               (("parameters",), "study/grid.hpp"), (("experiments", "a"), "boost/math/tools/roots.hpp"),
                               (("numerics",), "mpi/communicator.hpp"),
                               (("experiments", "a", "data"), "experiments/a/theory/b.hpp"),
                               (("experiments", "a", "theory", "inner"), "experiments/a/estimators/b.hpp"),
                               (("experiments", "a", "estimators"), "experiments/a/experiment.hpp"),
                               (("experiments", "a", "data"), "experiments/b/data/c.hpp"),
                               (("experiments", "a", "data"), "engine/coordinator.hpp")]:
            self.assertIsNotNone(violation(folder, header), f"{folder} {header}")
        for folder, header in [(("prox",), "linalg/lapack.hpp"), (("study",), "study/grid.hpp"), (("study",), "vector"),
                               (("study",), "parameters/value.hpp"), (("experiments", "a"), "parameters/name_lists.hpp"),
                               (("experiments", "a"), "experiments/a/b.hpp"), (("experiments", "a"), "study/team.hpp"),
                               (("experiments", "a"), "numerics/root.hpp"),
                               (("experiments", "a"), "experiments/a/estimators/b.hpp"),
                               (("experiments", "a", "estimators"), "experiments/a/theory/inner/b.hpp"),
                               (("experiments", "a", "estimators", "inner"), "experiments/a/estimators/b.hpp"),
                               (("experiments", "a", "data"), "study/team.hpp")]:
            self.assertIsNone(violation(folder, header), f"{folder} {header}")


if __name__ == "__main__":
    unittest.main()
