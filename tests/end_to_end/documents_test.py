"""Runs the shell commands of README.md, of the pages on the tools and beside the experiments and of jobs/, in the order of each page.

Studies run as they stand, but on two ranks, and are told to end after a moment: that takes every option and value through
the driver, and leaves a file for the commands after it. Those behind sbatch or srun are planned. Option names in running text
are looked up in --help."""

import functools
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

import h5py
import numpy

import running

PAGES = [running.ROOT / "README.md", running.ROOT / "tools" / "README.md", *sorted((running.ROOT / "src" / "experiments").glob("**/README.md"))]
JOBS = [*sorted((running.ROOT / "jobs").glob("*.sbatch")), *sorted((running.ROOT / "jobs").glob("*/*.toml"))]
DRIVERS = {source.stem for source in (running.ROOT / "drivers").glob("*.cpp")}
SUBCOMMANDS = ["show", "summary", "plot", "threshold", "collapse", "report", "compare", "merge", "export"]
MOMENT = ["--time_limit", "0.5", "--grace", "0"]  # seconds
NO_STUDY = {"--plan", "--help", "--merge", "--only_trial"}
# What the tools say of a study that was cut short before it had points enough.
TOO_LITTLE = "no trial of .* there yet|does not apply there|has a value of|has two points with trials|no two sizes of|are too few for a collapse|that axis has a single value here|holds neither trials nor a prediction"


def joined(lines):
    """Commands of the lines: those that end in a backslash go on in the next."""
    return [line for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines() if line.strip()]


def fenced(text):
    """Commands of the fenced blocks without a language (or in the shell's)."""
    commands = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("", "sh", "bash"):
            commands += joined(block.splitlines())
    return [shlex.split(command, comments=True) for command in commands]


def commented(text):
    """Commands in the comments at the head of a job: indented, without placeholders."""
    head = [line[1:] for line in text.splitlines() if line.startswith("#")]
    commands = [line for line in joined(head) if re.match(r"\s{2,}(sbatch|srun) ", line)]
    return [shlex.split(re.sub(r"\[.*?\]", "", command)) for command in commands if not re.search("[<$]", command)]


# Whose options are not ours.
FOREIGN = ("cmake ", "srun ", "sbatch ", "jobs/submit_array ")


def named_options(text):
    """Option names of the text outside fenced blocks."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    ours = [code for code in re.findall(r"`([^`\n]+)`", prose) if not code.startswith(FOREIGN)]
    return {name for code in ours for name in re.findall(r"(?<![\w-])--([a-z]\w*)", code)}


def without_launcher(words):
    """What stands before the driver, and the words from the driver on; None where there is no driver."""
    for k, word in enumerate(words):
        if pathlib.PurePath(word).name in DRIVERS:
            return words[:k], [pathlib.PurePath(word).name, *words[k + 1:]]
    return None


def with_options(study, *options):
    """The study with more options of the engine: before what goes to PETSc and SLEPc."""
    end = study.index("--") if "--" in study else len(study)
    return [*study[:end], *options, *study[end:]]


def planned(launcher, study):
    """A study for a cluster: on paper, on the ranks it is given, in the memory that ranks of clusters have."""
    ranks = launcher[launcher.index("-n") + 1] if "-n" in launcher else study[study.index("--ranks_per_trial") + 1]
    return with_options(study, "--plan", "--plan_ranks", ranks, "--memory_per_rank", "4G")


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        sandbox = tempfile.TemporaryDirectory(prefix="thresher-")
        self.addCleanup(sandbox.cleanup)
        self.folder = pathlib.Path(sandbox.name)
        for name in ("jobs", "src", "tests", "tools"):
            (self.folder / name).symlink_to(running.ROOT / name)
        (self.folder / "build" / "release").mkdir(parents=True)
        (self.folder / "build" / "release" / "bin").symlink_to(running.binaries())

    def run_words(self, words, accepted=frozenset({0})):
        environment = dict(running.ENVIRONMENT, PATH=f"{running.binaries()}:{os.environ['PATH']}")
        done = subprocess.run(words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=300)
        if done.returncode == 2 and words[0].startswith("tools/") and re.search(TOO_LITTLE, done.stderr):
            return ""
        self.assertIn(done.returncode, accepted, f"{shlex.join(words)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def run_command(self, words):
        if words[0] in ("cmake", "ctest"):
            return  # without a build there would be no test
        if found := without_launcher(words):
            launcher, study = found
            if launcher and launcher[0] in ("sbatch", "srun"):
                self.run_words(planned(launcher, study))
            elif NO_STUDY & set(study):
                self.run_words(study)
            else:
                self.run_words(["mpirun", "-n", "2", "--oversubscribe", *with_options(study, *MOMENT)], {0, 75})
        elif words[0] in ("tools/quickstart", "tools/test", "tools/setup"):
            self.run_words([words[0], "--help"])  # CI and users run them whole
        elif words[0] == "tools/new_experiment":
            self.run_words([*words, "--root", str(self.folder / "tree")])  # not into this one
        else:
            self.run_words(words, {0, 1} if words[1] == "compare" else {0})  # the files of the page may differ

    def write_inputs(self):
        """Files that the pages speak of and that no command of theirs makes."""
        for shard, name in (("1/2", "a.h5"), ("2/2", "b.h5")):
            self.run_words(["mixed_quality_lasso", "--config", "jobs/mixed_quality_lasso/smoke.toml", "--trials", "2", "--shard",
                            shard, "--output", name])
        numbers = numpy.random.default_rng(1)
        rows = numbers.standard_normal((60, 80))
        with h5py.File(self.folder / "rows.h5", "w") as file:
            file["X"] = rows
            file["y"] = rows[:, 3] - rows[:, 5] + 0.1 * numbers.standard_normal(60)
            file["block"] = numpy.arange(60) // 30
        with h5py.File(self.folder / "events.h5", "w") as file:
            file["events/time"] = numpy.sort(numbers.uniform(0, 200, (5, 100))).ravel()
            file["events/offset"] = 100 * numpy.arange(6)
            file["events/horizon"] = 200.0
        with h5py.File(self.folder / "estimates.h5", "w") as file:
            shared = numbers.standard_normal((12, 2))
            file["clients/estimate"] = shared @ numbers.standard_normal((10, 2, 6)) + 0.1 * numbers.standard_normal((10, 12, 6))
        with h5py.File(self.folder / "adapters.h5", "w") as file:
            for name, sides in (("query", (12, 6)), ("value", (10, 8))):
                file[f"modules/{name}/factor_a"] = (numbers.standard_normal((sides[0], 2)) +
                                                    0.1 * numbers.standard_normal((10, sides[0], 2)))
                file[f"modules/{name}/factor_b"] = numbers.standard_normal((10, sides[1], 2))
        with h5py.File(self.folder / "scored.h5", "w") as file:
            file["X"] = scored = numbers.standard_normal((600, 6))
            file["y"] = numpy.tanh(scored @ [1, -1, 0, 0, 1, 0]) + 0.2 * numbers.standard_normal(600)
            file.attrs["standardize"] = 1
        with h5py.File(self.folder / "ratings.h5", "w") as file:
            ratings = numbers.standard_normal((24, 2)) @ numbers.standard_normal((2, 10))
            file["Y"] = numpy.where(numbers.uniform(size=ratings.shape) < 0.6, ratings, numpy.nan)
            file["labels"] = numpy.stack([numpy.arange(24) // 12, numpy.arange(24) % 3], axis=1)
        with h5py.File(self.folder / "weights.h5", "w") as file:
            file["X"] = rows[:, :4]
            file["y"] = rows[:, 3] - rows[:, 1]
            file["theta"] = numbers.standard_normal((2, 3 * 5 + 4))
            file.attrs.update(layers=[4, 3, 1], activation="tanh", bias=True, loss="squared")
        with h5py.File(self.folder / "lists.h5", "w") as file:
            lists = [numpy.argsort(numpy.arange(6) // 2 + 1.2 * numbers.uniform(size=6)) for _ in range(40)]
            for group, part in (("sequences", lists[:30]), ("test", lists[30:35]), ("score", lists[35:])):
                file[f"{group}/items"] = numpy.concatenate(part).astype("int32")
                file[f"{group}/offsets"] = 6 * numpy.arange(len(part) + 1)
            file["item/name"] = numpy.array([f"step {k}" for k in range(6)], dtype=h5py.string_dtype())
        with h5py.File(self.folder / "poset.h5", "w") as file:
            file["truth/edges"] = numpy.array([[0, 2], [1, 2], [2, 3], [2, 4]], dtype="int32")
            file["truth"].attrs["n_items"] = 6

    @functools.cached_property
    def options(self):
        """Option names of each driver and of tools/thresher."""
        helps = {driver: self.run_words([driver, "--help"]) for driver in DRIVERS}
        helps["thresher"] = "".join(self.run_words(["tools/thresher", command, "--help"]) for command in SUBCOMMANDS)
        return {program: set(re.findall(r"--([a-z]\w*)", text)) for program, text in helps.items()}


class Pages(DocumentsTest):
    def test_the_commands_of_every_page_run(self):
        self.write_inputs()
        commands = [words for page in PAGES for words in fenced(page.read_text())]
        self.assertGreater(len(commands), 20)
        for words in commands:
            with self.subTest(command=shlex.join(words)):
                self.run_command(words)

    def test_the_commands_of_the_jobs_run(self):
        commands = [words for job in JOBS for words in commented(job.read_text())]
        self.assertGreaterEqual(len(commands), 3)
        for words in commands:
            with self.subTest(command=shlex.join(words)):
                self.run_command(words)

    def test_options_in_the_text_exist(self):
        for page in PAGES:
            folder = page.parent.name
            programs = {folder, "thresher"} if folder in DRIVERS else set(self.options)
            known = set().union(*(self.options[program] for program in programs))
            self.assertEqual(named_options(page.read_text()) - known, set(), page)

    def test_every_experiment_has_a_page_and_is_listed(self):
        for driver in DRIVERS:
            self.assertTrue((running.ROOT / "src" / "experiments" / driver / "README.md").is_file(), driver)
            self.assertIn(f"(src/experiments/{driver}/README.md)", PAGES[0].read_text())


if __name__ == "__main__":
    running.main()
