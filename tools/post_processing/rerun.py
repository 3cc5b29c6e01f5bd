"""Commands that run parts of a study again, as they are typed in a shell."""

import shlex
import tomllib

from .study_file import attribute
from .text import coordinate

KEPT = ("seed", "common_random_numbers", "input")  # options of the engine that shape what a trial draws
PETSC = "petsc_options"


def settings(study):
    """The study's own TOML as values by name; empty where it cannot be read."""
    try:
        return tomllib.loads(attribute(study.file, "toml"))
    except tomllib.TOMLDecodeError:
        return {}


def alone(study, point, trial):
    """Command of one trial by itself: every parameter at the point's value."""
    given = settings(study)
    words = [attribute(study.file, "experiment")]
    values = {name: value for name, value in study.scalars.items()}
    for axis, index in zip(study.axes, point):
        values |= {name: column[index] for name, column in ((axis.name, axis.values), *axis.companions.items())}
    for name, value in values.items():
        words += [f"--{name}", _text(value, given.get(name))]
    for name in KEPT:
        if given.get(name) is True:
            words.append(f"--{name}")
        elif given.get(name) not in (None, False):
            words += [f"--{name}", str(given[name])]
    words += ["--only_trial", str(trial), "--artifacts", "all"]
    if given.get(PETSC):
        words += ["--", *shlex.split(str(given[PETSC]))]
    return shlex.join(words)


def _text(value, declared):
    """A parameter as the driver reads it; files hold switches as 0 and 1."""
    first = declared[0] if isinstance(declared, list) and declared else declared
    return ("true" if value else "false") if isinstance(first, bool) else coordinate(value)


def of_failures(study):
    return shlex.join([*_launcher(study), "--output", str(study.path), "--resume", "--retry_failed"])


def of_the_rest(study):
    return shlex.join([*_launcher(study), "--output", str(study.path), "--resume"])


def anew(study, config):
    return shlex.join([*_launcher(study), "--config", config, "--output", f"{study.path.stem}_again.h5"])


def _launcher(study):
    ranks = attribute(study.file, "ranks", "1")
    driver = attribute(study.file, "experiment")
    return ["mpirun", "-n", ranks, driver] if ranks.isdigit() and int(ranks) > 1 else [driver]
