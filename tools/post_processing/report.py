"""One self-contained page of HTML: figures, tables, gaps to theory, what failed and how to run it again, provenance.

Nothing is loaded from elsewhere and no script runs, so the page can be mailed, printed and read on a phone. Of a run that is under
way it shows what has reached the file so far, and says so.
"""

import os
import pathlib

import numpy as np

from . import report_html as html
from .arguments import add_confidence, add_selection, names
from .derived_study import DerivedStudy
from .errors import InputError
from .report_section import Section


def add_arguments(parser):
    parser.add_argument("files", nargs="+", metavar="FILE", help="result files (HDF5)")
    parser.add_argument("--output", metavar="path", help="page to write, .html (default: beside the first file)")
    parser.add_argument("--metric", type=names, metavar="a,b", help="metrics or expressions of them in figures and tables (default: the experiment's own)")
    parser.add_argument("--title", help="of the page (default: the study's)")
    add_selection(parser)
    add_confidence(parser)


def run(options):
    output = pathlib.Path(options.output) if options.output else pathlib.Path(options.files[0]).with_suffix(".html")
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--output {output}: the name must end in .html")
    if not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    sections, figures = [], 0
    # matplotlib warns of bars that leave the range of doubles.
    with np.errstate(over="ignore", invalid="ignore"):
        for number, path in enumerate(options.files, 1):
            with DerivedStudy(path) as study:
                section = Section(study, options, number, figures)
                sections.append((section.title, section.html()))
                figures = section.figures
    title = options.title or sections[0][0]
    heading = [html.element("h1", title)]
    if len(sections) > 1:
        items = (html.element("li", html.element("a", name, href=f"#study-{k}"), " ", html.element("span", options.files[k - 1], class_="note"))
                 for k, (name, _) in enumerate(sections, 1))
        heading.append(html.element("nav", html.element("ul", *items), aria_label="studies"))
    text = html.page(title, *heading, html.element("main", *(body for _, body in sections)))
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, output)
    finally:
        beside.unlink(missing_ok=True)
    print(output)
