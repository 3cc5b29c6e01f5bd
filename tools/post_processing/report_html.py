"""Pieces of a page of HTML: everything from a file is escaped, figures are inline SVG, and nothing is loaded from elsewhere."""

import base64
import html
import re

STYLE = """
:root { color-scheme: light; --ink: #1a1a1a; --soft: #5a5f66; --line: #d9dce0; --accent: #0072b2; --bad: #b00000; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; color: var(--ink); background: #fff; font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.4rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.4rem; overflow-wrap: anywhere; }
p, ul { margin: 0.4rem 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
nav ul { padding-left: 1.2rem; }
.note { color: var(--soft); font-size: 0.9rem; }
.bad { color: var(--bad); font-weight: 600; }
.bar { height: 0.6rem; background: var(--line); border-radius: 0.3rem; overflow: hidden; }
.bar > span { display: block; height: 100%; background: var(--accent); }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.22rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top; }
caption { text-align: left; color: var(--soft); padding: 0.2rem 0.6rem; }
th { border-bottom: 2px solid var(--line); font-weight: 600; text-align: right; }
td.words, th.words { text-align: left; }
table.facts td, table.facts th { white-space: normal; text-align: left; overflow-wrap: anywhere; border-bottom: 1px solid var(--line); }
table.facts td { white-space: pre-wrap; }
table.facts th { width: 9rem; min-width: 6rem; color: var(--soft); }
ul.runs { list-style: none; padding: 0; }
ul.runs li { border-bottom: 1px solid var(--line); padding: 0.3rem 0; }
code, pre { font: 0.82rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: #f5f6f7; border: 1px solid var(--line); border-radius: 0.3rem; padding: 0.6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0.8rem 0; }
figcaption { color: var(--soft); font-size: 0.9rem; }
svg { display: block; height: auto; width: 100%; }
svg * { stroke-linejoin: round; stroke-linecap: butt; }
@media (max-width: 30rem) { body { padding: 0.7rem; font-size: 15px; } h1 { font-size: 1.3rem; } th, td { padding: 0.2rem 0.4rem; } table.facts th { width: 7.2rem; font-size: 0.82rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } a { color: inherit; text-decoration: none; }
  .scroll { overflow: visible; } table { font-size: 7.5pt; } th, td { white-space: normal; overflow-wrap: anywhere; padding: 0.1rem 0.25rem; }
  tr, li, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } thead { display: table-header-group; } svg { min-width: 0 !important; }
  section.study + section.study { break-before: page; }
}
"""


class Markup(str):
    """Text that is HTML already."""


def escaped(text):
    """Text of a file as HTML: markup stands for itself, and what HTML cannot hold becomes a replacement character."""
    return Markup(html.escape(re.sub(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]", "\ufffd", str(text))))


def element(name, *children, **attributes):
    """<name ...>children</name>; children that are not Markup are escaped. Attributes: class_ for class, underscores for hyphens."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in attributes.items() if value is not None)
    return Markup(f"<{name}{said}>{joined(children)}</{name}>")


def joined(children, between=""):
    return Markup(between.join(child if isinstance(child, Markup) else escaped(child) for child in children))


def table(headings, rows, label, words=()):
    """A table that scrolls by itself where it is too wide. `words`: numbers of the columns set left."""
    def kind(column):
        return "words" if column in words else None

    head = element("thead", element("tr", *(element("th", text, class_="words" if kind(k) else None, scope="col") for k, text in enumerate(headings))))
    body = element("tbody", *(element("tr", *(element("td", cell, class_=kind(k)) for k, cell in enumerate(row))) for row in rows))
    return element("div", element("table", element("caption", label), head, body), class_="scroll", tabindex="0", role="region", aria_label=label)


def facts(pairs, without=()):
    """(heading, text) pairs as a table, less some headings; pairs without a heading continue the one before."""
    grouped = []
    for heading, text in pairs:
        if heading or not grouped:
            grouped.append((heading, [text]))
        else:
            grouped[-1][1].append(text)
    rows = (element("tr", element("th", Markup(escaped(heading).replace("_", "_<wbr>")), scope="row"), element("td", joined((escaped(line) for line in lines), "<br>")))
            for heading, lines in grouped if heading not in without)
    return element("table", element("tbody", *rows), class_="facts")


def figure(svg, caption, number):
    """A matplotlib SVG document inside the page; `number` keeps its ids apart from those of other figures."""
    body = svg[svg.index("<svg"):]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    for pattern in (r'(\bid=")', r'(href="#)', r"(url\(#)"):
        body = re.sub(pattern, rf"\g<1>f{number}-", body)
    head, rest = body.split(">", 1)
    width, height = (float(re.search(rf'\b{side}="([\d.]+)pt"', head)[1]) * 4 / 3 for side in ("width", "height"))
    box = re.search(r'viewBox="[^"]*"', head)[0]
    small = min(width, max(300, 0.62 * width))  # narrower than that its letters are too small: it scrolls
    opening = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box} role="img" aria-label="{escaped(caption)}" '
               f'style="max-width:{width:.0f}px;min-width:{small:.0f}px;aspect-ratio:{width:.0f}/{height:.0f}">')
    scroll = element("div", Markup(opening + rest.strip()), class_="scroll", tabindex="0", role="region", aria_label="figure: " + caption)
    return element("figure", scroll, element("figcaption", caption))


def download(name, text, words):
    """A link that saves a text that the page itself holds."""
    data = base64.b64encode(text.encode()).decode()
    return element("a", words, href=f"data:application/octet-stream;base64,{data}", download=name)


def page(title, *content):
    head = joined((
        Markup('<meta charset="utf-8">'), Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"),
        element("title", title), Markup(f"<style>{STYLE}</style>")), "\n")
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{joined(content, chr(10))}\n</body>\n</html>\n'
