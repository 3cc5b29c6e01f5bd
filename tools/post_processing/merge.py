"""Joins the files of a study's shards into one, by the driver's own --merge.

The result is the same as that of one run over the whole study. The driver is looked for in the builds of this project
and on the PATH, by the name of the experiment in the files.
"""

import os
import pathlib
import shutil
import subprocess

from .errors import InputError
from .study_file import StudyFile, attribute

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def add_arguments(parser):
    parser.add_argument("files", nargs="+", help="result files of the shards")
    parser.add_argument("--output", required=True, metavar="path", help="file to write")
    parser.add_argument("--driver", metavar="path", help="the driver to call (default: found by the experiment's name)")
    parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")
    parser.add_argument("--partial", action="store_true", help="also where shards, or trials of theirs, are missing")


def run(options):
    experiments = {}
    for path in options.files:
        if "," in path:
            raise InputError(f"{path}: the driver takes a list separated by commas, so a name cannot hold one")
        with StudyFile(path) as study:
            experiments.setdefault(attribute(study.file, "experiment"), path)
    if len(experiments) > 1:
        listing = ", ".join(f"{path} ({name})" for name, path in experiments.items())
        raise InputError(f"files of different experiments cannot be merged: {listing}")
    driver = options.driver or _find_driver(next(iter(experiments)))
    command = [driver, "--merge", ",".join(options.files), "--output", options.output]
    command += [f"--{name}" for name in ("overwrite", "partial") if getattr(options, name)]
    environment = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", **os.environ}
    try:
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode
    except OSError as error:
        raise InputError(f"{driver}: cannot be started ({error.strerror})") from None


def _find_driver(experiment):
    for preset in ("release", "debug", "asan"):
        candidate = PROJECT / "build" / preset / "bin" / experiment
        if candidate.is_file():
            return str(candidate)
    found = shutil.which(experiment)
    if found is None:
        raise InputError(f"no driver '{experiment}' in {PROJECT / 'build'} or on the PATH: build it, or give --driver")
    return found
