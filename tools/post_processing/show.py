"""What is in a result file, and how far its run has come.

Axes and their values, parameters, metrics, predictions, trials done and failed, who made the file and when. A run that
is under way has a journal beside its file; the trials in it reach the file at its next rewriting.
"""

import os
import pathlib
import time

import numpy as np

from .arguments import add_file
from .study_file import ABOVE, BELOW, INVALID, NOT_RUN, OUTSIDE, STATUS_NAMES, UNFINISHED, StudyFile, attribute, to_text
from .text import coordinate, coordinates, count, number

LONGEST_LIST = 12
FAILURES_SHOWN = 5


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--all", action="store_true", help="also the attributes on versions, hosts and options, and all failures")


def run(options):
    with StudyFile(options.file) as study:
        print(f"{study.path}: {attribute(study.file, 'title') or attribute(study.file, 'experiment')}")
        facts = [*state(study), *contents(study), *_failures(study, None if options.all else FAILURES_SHOWN)]
        for heading, text in facts + (list(provenance(study)) if options.all else []):
            print(f"{heading:<12} {text}")


def state(study):
    """(heading, text) of what the study is and how far it has come; a heading is empty where the one before goes on."""
    yield _entry("experiment", f"{attribute(study.file, 'experiment')}, data version "
                               f"{attribute(study.file, 'data_version', '?')}, seed {attribute(study.file, 'seed', '?')}")
    if attribute(study.file, "citation"):
        yield _entry("citation", attribute(study.file, "citation"))
    progress = study.progress()
    yield from _progress(progress if study.search() is None else _visited(progress))
    yield from _theories(study, progress)
    yield from _liveness(study)


def contents(study):
    """(heading, text) of what the file holds: axes, parameters, metrics, predictions."""
    yield from _axes(study, study.progress())
    fixed = [f"{name} {coordinate(value)}" for name, value in study.scalars.items()]
    if fixed:
        yield from _wrapped("fixed", fixed)
    yield from _search(study)
    yield from _target(study)
    yield from _metrics(study)
    if study.predictions:
        yield from _listed("predictions", [(name, study.describe("theory/" + name)) for name in study.predictions])


def _entry(heading, text):
    return heading, text


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


def _theories(study, progress):
    """At how many of the valid points each theory is known; those that were not asked for have none."""
    valid = progress.sum(axis=-1) > progress[..., INVALID] if study.trials else np.ones(study.shape, dtype=bool)
    points = int(np.sum(valid))
    known = {name: int(np.sum((states != NOT_RUN) & valid)) for name, states in study.theories().items()}
    asked = {name: at for name, at in known.items() if at}
    if not asked:
        return
    yield from _wrapped("theory", [name if at == points else f"{name} at {at} of {count(points, 'point')}" for name, at in asked.items()])


def _visited(progress):
    """The points at which anything has run: a search passes over all others."""
    points = progress.reshape(-1, len(STATUS_NAMES))
    return points[points.sum(axis=1) > points[:, NOT_RUN]]


def _liveness(study):
    """The files that a live or interrupted run keeps beside its output: a lock with its beat, a journal of records."""
    journal, lock = (pathlib.Path(f"{study.path.resolve()}.{suffix}") for suffix in ("journal", "lock"))
    try:
        if lock.exists():
            holder = _holder(lock)
            age = _age(lock)
            alive = _may_live(holder, age)
            where = f"process {holder.get('pid', '?')} on {holder.get('host', '?')}, last sign of life {age:.0f} s ago"
            yield _entry("under way" if alive else "interrupted",
                         where if alive else f"{where}, is no longer at work; --resume continues")
        if journal.exists():
            yield _entry("journal", f"{journal.stat().st_size} bytes of newer records in {journal.name}, last written "
                                    f"{_age(journal):.0f} s ago; they reach this file at its next rewriting")
    except FileNotFoundError:
        return  # the run has just ended


def is_at_work(study):
    """Whether a run that writes this file may be under way."""
    lock = pathlib.Path(f"{study.path.resolve()}.lock")
    try:
        return lock.exists() and _may_live(_holder(lock), _age(lock))
    except FileNotFoundError:
        return False


def _holder(lock):
    return dict(line.partition("=")[::2] for line in lock.read_text(errors="replace").splitlines())


def _may_live(holder, age):
    """Whether the run of a lock may be at work: its process where it is in sight, else its last beat."""
    try:
        here = {"host": os.uname().nodename, "boot": pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
                "pid_namespace": os.readlink("/proc/self/ns/pid")}
        if all(holder.get(name) == value for name, value in here.items()):
            return _process_start(holder.get("pid", "")) == holder.get("process_start")
        return age < 2 * float(holder.get("beat_interval", 0))
    except (OSError, ValueError):
        return True  # not known


def _process_start(pid):
    """Start of a living process since boot, as /proc tells it; empty when there is none."""
    try:
        state, *fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in "ZX" else fields[18]


def _age(path):
    return max(0.0, time.time() - path.stat().st_mtime)


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
    texts = coordinates(values)
    return ", ".join(texts if len(texts) <= LONGEST_LIST else [*texts[:4], "...", *texts[-2:]])


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


def _search(study):
    search = study.search()
    if search is None:
        return
    crossing, state = (part if search.axis is None else part.take(0, axis=search.axis) for part in (search.crossing, search.state))
    found = crossing[np.isfinite(crossing)]
    parts = []
    if found.size:
        span = number(found.min()) if found.size == 1 else f"{number(found.min())} to {number(found.max())}"
        parts.append(span if found.size == state.size else f"{span} on {count(found.size, 'line')}")
    for code in (BELOW, ABOVE, OUTSIDE):
        if np.any(state == code):
            parts.append(f"{search.censored(code)} on {count(int(np.sum(state == code)), 'line')}")
    if np.any(state == UNFINISHED):
        parts.append(f"not found yet on {count(int(np.sum(state == UNFINISHED)), 'line')}")
    yield _entry("search", f"{search.parameter} at which {search.condition}: {', '.join(parts)} (in /search)")


def _target(study):
    """Points of a study with --target_se that ended at --max_trials without it."""
    wanted, stored = study.option("target_se"), study.file.get("target_state")
    if not wanted or stored is None:
        return
    state = stored[()]
    reached, missed, open_ = (int(np.sum(state == code)) for code in (1, 2, 0))
    text = f"standard error {wanted}: reached at {count(reached, 'point')}"
    text += f", NOT at {count(missed, 'point')} that had all their trials" if missed else ""
    yield _entry("target", text + (f", open at {count(open_, 'point')}" if open_ else ""))


def _failures(study, most):
    """Trials that failed, with their coordinates and the reason: /failures holds a column of indices per axis."""
    table = study.file.get("failures")
    if table is None or "reason" not in table:
        return
    reasons = table["reason"][:most] if most else table["reason"][()]
    columns = [(name, table[f"{name}_index"][: len(reasons)]) for name in study.axis_names]
    trials = table["trial"][: len(reasons)]
    heading = "failures"
    for row, reason in enumerate(reasons):
        where = [f"{name} {coordinate(study.axis(name).values[indices[row]])}" for name, indices in columns]
        yield _entry(heading, f"{', '.join(where + [f'trial {trials[row]}'])}: {to_text(reason)}")
        heading = ""
    if len(table["reason"]) > len(reasons):
        yield _entry("", f"and {len(table['reason']) - len(reasons)} more (--all)")


def provenance(study):
    """(name, text) of the attributes on versions, hosts and options."""
    known = {"title", "experiment", "data_version", "seed", "citation"}
    for name in study.file.attrs:
        if name not in known:
            lines = attribute(study.file, name).splitlines() or [""]
            yield _entry(name, lines[0])
            for line in lines[1:]:
                yield _entry("", line)
