"""What is in a result file, and how far its run has come.

Axes and their values, parameters, metrics, predictions, trials done and failed, who made the file and when. A run that
is under way has a journal beside its file; the trials in it reach the file at its next rewriting.
"""

import pathlib
import time

import numpy as np

from .arguments import add_file
from .study_file import FAILED, INVALID, NOT_RUN, STATUS_NAMES, StudyFile, attribute, to_text
from .text import count, number

LONGEST_LIST = 12
FAILURES_SHOWN = 5


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--all", action="store_true", help="also the attributes on versions, hosts and options, and all failures")


def run(options):
    with StudyFile(options.file) as study:
        print("\n".join(_lines(study, options.all)))


def _lines(study, everything):
    yield f"{study.path}: {attribute(study.file, 'title') or attribute(study.file, 'experiment')}"
    yield _entry("experiment", f"{attribute(study.file, 'experiment')}, data version "
                               f"{attribute(study.file, 'data_version', '?')}, seed {attribute(study.file, 'seed', '?')}")
    if attribute(study.file, "citation"):
        yield _entry("citation", attribute(study.file, "citation"))
    progress = study.progress()
    yield from _progress(progress)
    yield from _liveness(study)
    yield from _axes(study, progress)
    fixed = [f"{name} {number(value)}" for name, value in study.scalars.items()]
    if fixed:
        yield from _wrapped("fixed", fixed)
    yield from _metrics(study)
    if study.predictions:
        yield from _listed("predictions", [(name, study.describe("theory/" + name)) for name in study.predictions])
    yield from _failures(study, FAILURES_SHOWN if not everything else None)
    if everything:
        yield from _provenance(study)


def _entry(heading, text):
    return f"{heading:<12} {text}"


def _wrapped(heading, items, width=100):
    line = ""
    for item in items:
        if line and len(line) + len(item) > width:
            yield _entry(heading, line + ",")
            heading, line = "", ""
        line += (", " if line else "") + item
    yield _entry(heading, line)


def _listed(heading, rows):
    width = max(len(row[0]) for row in rows)
    for row in rows:
        yield _entry(heading, f"{row[0]:<{width}}  {'  '.join(row[1:])}".rstrip())
        heading = ""


def _progress(progress):
    totals = progress.reshape(-1, len(STATUS_NAMES)).sum(axis=0)
    wanted = int(totals.sum() - totals[INVALID])
    done = wanted - int(totals[NOT_RUN])
    share = f" ({100 * done / wanted:.1f} %)" if wanted else ""
    parts = [f"{int(totals[code])} {name.replace('_', ' ')}" for code, name in enumerate(STATUS_NAMES) if totals[code]]
    yield _entry("trials", f"{done} of {wanted} done{share}: {', '.join(parts)}" if wanted else "none: theory only")


def _liveness(study):
    """The files that a live or interrupted run keeps beside its output."""
    journal = pathlib.Path(f"{study.path}.journal")
    try:
        size, written = journal.stat().st_size, journal.stat().st_mtime
    except OSError:
        return
    age = max(0, time.time() - written)
    yield _entry("under way", f"{journal.name} holds {size} bytes of newer records, last written {age:.0f} s ago "
                              "(a run is going on, or was interrupted and can be resumed)")


def _axes(study, progress):
    heading = "axes"
    for position, axis in enumerate(study.axes):
        text = f"{axis.name} ({len(axis)}): {_values(axis.values)}"
        for name, values in axis.companions.items():
            text += f"; with {name}: {_values(values)}"
        yield _entry(heading, text)
        heading = ""
    if not study.axes:
        yield _entry(heading, "none: a single point")
        return
    points = progress.reshape(-1, len(STATUS_NAMES))
    wanted = points.sum(axis=1) - points[:, INVALID]
    done = wanted - points[:, NOT_RUN]
    valid = wanted > 0
    if valid.any():
        yield _entry("points", f"{int(valid.sum())} of {count(len(points), 'point')} valid, {int((done[valid] == wanted[valid]).sum())} complete; "
                               f"trials per point {_span(done[valid])}")


def _span(values):
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _values(values):
    if len(values) <= LONGEST_LIST:
        return ", ".join(number(value) for value in values)
    shown = [number(value) for value in values[:4]] + ["..."] + [number(value) for value in values[-2:]]
    return ", ".join(shown)


def _metrics(study):
    rows = []
    for name, metric in study.metrics.items():
        summary = study.summary(name)
        measured = summary.count > 0
        if measured.any():
            span = f"{number(np.min(summary.mean[measured]), 4)} to {number(np.max(summary.mean[measured]), 4)}"
        else:
            span = "not measured"
        rows.append((name, metric.kind, span, metric.meaning))
    if not rows:
        return
    kinds, spans = (max(len(row[column]) for row in rows) for column in (1, 2))
    yield from _listed("metrics", [(name, f"{kind:<{kinds}}", f"{span:<{spans}}", meaning) for name, kind, span, meaning in rows])


def _failures(study, most):
    if "failures" not in study.file or study.file["failures"].ndim != 1 or study.file["failures"].dtype.names is None:
        return
    table = study.file["failures"]
    fields = table.dtype.names
    rows = table[()] if most is None else table[:most]
    heading = "failures"
    for row in rows:
        where = [f"{name} {_coordinate(study, name, row[name])}" for name in fields if name != "reason"]
        yield _entry(heading, f"{', '.join(where)}: {to_text(row['reason']) if 'reason' in fields else ''}")
        heading = ""
    if len(table) > len(rows):
        yield _entry("", f"and {len(table) - len(rows)} more (--all)")


def _coordinate(study, name, index):
    for axis in study.axes:
        if axis.name == name and 0 <= int(index) < len(axis):
            return number(axis.values[int(index)])
    return number(index)


def _provenance(study):
    known = {"title", "experiment", "data_version", "seed", "citation"}
    for name in study.file.attrs:
        if name not in known:
            lines = attribute(study.file, name).splitlines() or [""]
            yield _entry(name, lines[0])
            for line in lines[1:]:
                yield _entry("", line)
