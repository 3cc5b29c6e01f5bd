"""One study of a report: its state, figures, tables, gaps to theory, failures, and what reproduces it."""

import argparse

import numpy as np

from . import plot, report_failures, rerun, show, summary, theory_gaps
from . import report_html as html
from .errors import InputError
from .selection import View
from .study_file import INVALID, NOT_RUN, attribute
from .text import coordinate, number

MOST_FIGURES = 6
MOST_ROWS = 40
MOST_GAPS = 25
BOOKKEEPING = {"toml", "toml_checksum", "provenance_attributes", "coordinates", "headlines"}  # of the file, and shown elsewhere or of no use to a reader
LARGE = 5  # standard errors that are marked


class Section:
    """Made of an open study; `figures` counts those of the page so far."""

    def __init__(self, study, options, place, figures):
        self.study, self.options, self.place, self.figures = study, options, place, figures
        self.view = View(study, options.select)
        self.title = attribute(study.file, "title") or attribute(study.file, "experiment")
        self.metrics = self._metrics()

    def _metrics(self):
        if self.options.metric:
            for name in self.options.metric:
                self.study.metric(name)
            return self.options.metric
        if not self.study.trials or not self.study.metrics:
            return []
        return self.study.default_metrics()

    def html(self):
        body = [html.element("h2", f"{self.title}: {self.study.path.name}"), *self._state(), *self._figures(), *self._gaps(),
                *report_failures.section(self.study), *self._tables(), *self._contents(), *self._provenance()]
        return html.element("section", *body, class_="study", id=f"study-{self.place}")

    def _state(self):
        progress = self.study.progress()
        wanted = int(progress.sum() - progress[..., INVALID].sum())
        done = wanted - int(progress[..., NOT_RUN].sum())
        share = 100 * done / wanted if wanted else 100
        if self.study.trials and self.study.search() is None:
            words = f"{done} of {wanted} trials"
            yield html.element("div", html.element("span", style=f"width:{share:.1f}%"), class_="bar", role="img", aria_label=words)
        yield html.facts(show.state(self.study))
        if self.options.select:
            yield html.element("p", f"Figures, tables and gaps show a part: {' '.join(self.options.select)}", class_="note")

    # ---- figures -----------------------------------------------------------------------------------------------------

    def _figures(self):
        yield html.element("h3", "Figures")
        from . import style

        for arguments, caption in self._wanted_figures():
            parser = argparse.ArgumentParser()
            plot.add_arguments(parser)
            options = parser.parse_args([str(self.study.path), *arguments])
            options.select, options.confidence = self.options.select, self.options.confidence
            try:
                drawn = plot.make_figure(self.study, options)
            except InputError as error:
                yield html.element("p", f"{caption}: no figure ({str(error).removeprefix(f'{self.study.path}: ')})", class_="note")
                continue
            self.figures += 1
            yield html.figure(style.svg_text(drawn), f"Figure {self.figures}: {caption}", self.figures)

    def _wanted_figures(self):
        """(options of `thresher plot`, caption)."""
        if self.options.metric:
            return [([f"--metric={name}"], name) for name in self.metrics]
        wanted = []
        search = self.study.search()
        if search:
            wanted.append(([], f"{search.parameter} at which {search.condition}"))
        for quantities, over in self.study.headlines():
            measured = [name for name in quantities if name in self.study.metrics and np.any(self.study.summary(name).count > 0)]
            if measured and self.study.varies(over):
                axis = self.study.axis(over).name
                wanted.append(([f"--metric={','.join(measured)}", f"--along={axis}"], f"{', '.join(measured)} over {over}"))
        if not wanted and self.metrics:
            wanted = [([f"--metric={name}"], name) for name in self.metrics]
        if not wanted:
            wanted = [([], "theory")]
        distinct = {tuple(arguments): caption for arguments, caption in wanted}
        return list(distinct.items())[:MOST_FIGURES]

    # ---- tables ------------------------------------------------------------------------------------------------------

    def _tables(self):
        yield html.element("h3", "Results")
        options = argparse.Namespace(metric=self.metrics, prediction=None, confidence=self.options.confidence, format="text")
        for name in self.metrics:
            try:
                headings, rows, notes = summary.metric_table(self.study, self.view, name, options)
            except InputError as error:
                yield html.element("p", str(error), class_="note")
                continue
            cells = [[summary.cell(heading, value) for heading, value in zip(headings, row)] for row in rows[:MOST_ROWS]]
            words = {k for k in range(len(headings)) if any(row[k][:1].isalpha() for row in cells)}
            yield html.table(headings, cells, name, words)
            if len(rows) > MOST_ROWS:
                yield html.element("p", f"The first {MOST_ROWS} of {len(rows)} points; all: ", self._command("summary", f"--metric={name}"), class_="note")
            for note in notes:
                yield html.element("p", f"Note: {note}", class_="note")
        if not self.metrics:
            yield html.element("p", "No trials: the file holds theory only.", class_="note")

    def _command(self, subcommand, *arguments):
        from shlex import join

        selected = ["--select", *self.options.select] if self.options.select else []
        return html.element("code", join(["tools/thresher", subcommand, str(self.study.path), *arguments, *selected]))

    def _gaps(self):
        yield html.element("h3", "Gaps to theory")
        compared = list(dict.fromkeys([*self.metrics, *self.study.metrics])) if self.study.trials else []
        comparisons, found = theory_gaps.gaps(self.study, self.view, compared)
        if not comparisons:
            yield html.element("p", "No mean stands beside a prediction.", class_="note")
            return
        rows = [[c.metric, c.prediction, str(c.points), str(c.beyond_two), str(c.beyond_five), str(c.unknown)] for c in comparisons]
        yield html.table(["metric", "prediction", "points", "beyond 2 s.e.", f"beyond {LARGE} s.e.", "error unknown"], rows, "metrics against predictions", {0, 1})
        yield html.element("p", "Of deviations that are chance alone about 5 in 100 lie beyond 2 standard errors. Asymptotic theory differs more at small sizes.", class_="note")
        axes = [(k, axis) for k, axis in enumerate(self.view.axes) if len(axis) > 1]
        headings = ["deviation/se", "metric", *(axis.name for _, axis in axes), "mean", "predicted", "difference", "std. error"]
        rows = []
        for gap in found[:MOST_GAPS]:
            where = [coordinate(self.study.axes[k].values[gap.point[k]]) for k, _ in axes]
            size = summary.cell("deviation/se", gap.deviation)
            marked = html.element("span", size, class_="bad") if abs(gap.deviation) > LARGE else size
            rows.append([marked, gap.metric, *where, *(number(value, 4) for value in (gap.mean, gap.predicted, gap.mean - gap.predicted, gap.error))])
        words = {1, *(2 + place for place, (_, axis) in enumerate(axes) if not axis.is_numeric)}
        yield html.table(headings, rows, "largest gaps to theory", words)
        if len(found) > MOST_GAPS:
            yield html.element("p", f"The {MOST_GAPS} largest of {len(found)}.", class_="note")

    # ---- what it is --------------------------------------------------------------------------------------------------

    def _contents(self):
        yield html.element("h3", "What is in the file")
        yield html.facts(show.contents(self.study))

    def _provenance(self):
        yield html.element("h3", "To reproduce it")
        name = f"{self.study.path.stem}.toml"
        text = attribute(self.study.file, "toml")
        yield html.element("p", "Save ", html.download(name, text, name), " and run ", html.element("code", rerun.anew(self.study, name)))
        yield html.element("pre", html.element("code", text))
        yield html.element("h3", "Provenance")
        yield html.facts(show.provenance(self.study), BOOKKEEPING)
