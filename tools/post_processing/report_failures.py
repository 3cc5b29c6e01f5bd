"""Of a report: what failed, what did not converge, what is missing, and the command that runs each again."""

import numpy as np

from . import report_html as html
from . import rerun
from .show import is_at_work
from .study_file import INVALID, NOT_CONVERGED, NOT_RUN, STATUS_NAMES, to_text
from .text import coordinate, count

MOST_TRIALS = 10


def section(study):
    """The pieces of the section: all failures of the file, whatever part of the grid is shown."""
    yield html.element("h3", "What failed or did not converge")
    failures = list(_failures(study))
    stragglers = list(_not_converged(study))
    progress = study.progress().reshape(-1, len(STATUS_NAMES)).sum(axis=0)
    if failures:
        yield html.element("p", html.element("span", f"{count(len(failures), 'failure')}.", class_="bad"), " All again: ", html.element("code", rerun.of_failures(study)))
        yield _trials(study, failures[:MOST_TRIALS])
        yield from _more(len(failures))
    if progress[NOT_CONVERGED]:
        yield html.element("p", f"{count(int(progress[NOT_CONVERGED]), 'trial')} did not converge: means are over those that have a value.")
        yield _trials(study, stragglers)
        yield from _more(int(progress[NOT_CONVERGED]))
    if progress[NOT_RUN] and study.search() is None:
        what = "Trials are under way or still to come" if is_at_work(study) else "Trials are missing"
        yield html.element("p", f"{what}: {progress[NOT_RUN]}. ", *(() if is_at_work(study) else ("To go on: ", html.element("code", rerun.of_the_rest(study)))))
    if progress[INVALID]:
        yield html.element("p", f"{count(int(progress[INVALID]), 'trial')} at points that are not valid were left out (--skip_invalid).")
    if not failures and not progress[NOT_CONVERGED] and not (progress[NOT_RUN] and study.search() is None):
        yield html.element("p", "Nothing.")


def _more(amount):
    if amount > MOST_TRIALS:
        yield html.element("p", f"The first {MOST_TRIALS} of {amount}.", class_="note")


def _trials(study, rows):
    """A list of trials: where, what was said, and the command that runs each alone."""
    items = []
    for point, trial, *said in rows:
        where = [f"{name} {coordinate(values[index])}" for axis, index in zip(study.axes, point) if len(axis) > 1
                 for name, values in ((axis.name, axis.values), *axis.companions.items())]
        place = ", ".join([*where, f"trial {trial}" if trial >= 0 else "a prediction"])
        again = (html.Markup("<br>"), html.element("code", rerun.alone(study, point, trial))) if trial >= 0 else ()
        items.append(html.element("li", ": ".join([place, *said]), *again))
    return html.element("ul", *items, class_="runs")


def _failures(study):
    """(point, trial, reason)."""
    table = study.file.get("failures")
    if table is None or "reason" not in table:
        return
    columns = [table[f"{name}_index"][()] for name in study.axis_names]
    for row, (trial, reason) in enumerate(zip(table["trial"][()], table["reason"][()])):
        yield tuple(int(column[row]) for column in columns), int(trial), to_text(reason)


def _not_converged(study):
    """(point, trial) of the first trials that did not converge."""
    found = 0
    for index in study.slabs() if study.trials else ():
        status = study.file["status"][index] if index else study.file["status"][()]
        starts = [part.start or 0 for part in index]
        for place in np.argwhere(status == NOT_CONVERGED)[: MOST_TRIALS - found]:
            point = [int(value) + (starts[k] if k < len(starts) else 0) for k, value in enumerate(place[:-1])]
            yield tuple(point), int(place[-1])
            found += 1
        if found >= MOST_TRIALS:
            return
