"""Numbers, names and tables as people read them."""

import numpy as np

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
}  # fmt: skip


DISPLAYED = (6, 9, 12)  # significant digits that the tools show of a coordinate: as few as tell its values apart


def number(value, digits=6):
    """Shortest text of a number with up to `digits` significant digits; integers and words as they are."""
    if isinstance(value, (str, bytes)):
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(value)
    value = float(value)
    if np.isnan(value):
        return "-"
    return f"{value:.{digits}g}"


def coordinate(value):
    """A parameter's value to the last digit: it reads back as the same one."""
    text = number(value, DISPLAYED[-1])
    if isinstance(value, (float, np.floating)) and np.isfinite(value) and float(text) != float(value):
        return repr(float(value))
    return text


def coordinates(values):
    """Texts of an axis' values, with as few digits as tell them apart."""
    for digits in DISPLAYED:
        texts = [number(value, digits) for value in values]
        if len(set(texts)) == len(texts):
            return texts
    return [coordinate(value) for value in values]


def in_figure(value, text=None):
    """A number as a figure shows it: powers of ten from 10^4 on as such; `text` where more digits are needed."""
    if not isinstance(value, (str, bytes)) and np.isfinite(value) and float(value) >= 1e4:
        power = round(np.log10(float(value)))
        if float(value) == 10.0**power:
            return f"$10^{{{power}}}$"
    return literal(number(value)) if text is None else literal(text)


def literal(words):
    """Words of the user's in a figure: a dollar sign is one, and starts no formula."""
    return words.replace("$", r"\$")


def spaced(name):
    """A name in words: sign_recovery becomes "sign recovery"."""
    return name.replace("_", " ")


def symbol(name):
    """A parameter as a paper writes it, in mathtext: theta, sigma1, n_alg, p; longer names stay words."""
    if not (name.isascii() and name.isidentifier()):
        return literal(spaced(name))
    stem, underscore, index = name.partition("_")
    digits = stem[len(stem.rstrip("0123456789")) :]
    stem = stem[: len(stem) - len(digits)]
    index = digits + index
    if stem in GREEK:
        base = "\\" + stem
    elif len(stem) == 1:
        base = stem
    else:
        return spaced(name)
    if not index:
        return f"${base}$"
    if index.isdigit():
        return f"${base}_{{{index}}}$"
    return f"${base}_{{\\mathrm{{{index.replace('_', ',')}}}}}$"


def table(headings, rows):
    """Lines of an aligned table; numbers are expected as text already, words are set left."""
    cells = [list(headings)] + [list(row) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    left = [any(row[column][:1].isalpha() for row in cells[1:]) for column in range(len(headings))]
    lines = []
    for row in cells:
        parts = [
            text.ljust(width) if to_left else text.rjust(width) for text, width, to_left in zip(row, widths, left)
        ]
        lines.append("  ".join(parts).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines


def count(amount, noun):
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"
