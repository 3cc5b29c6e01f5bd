"""Numbers, names and tables as people read them."""

import numpy as np

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
}  # fmt: skip


def number(value, digits=6):
    """Shortest text of a number with up to `digits` significant digits; words as they are."""
    if isinstance(value, (str, bytes)):
        return value.decode() if isinstance(value, bytes) else value
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(value) if abs(int(value)) < 10**7 else f"{int(value):.{digits}g}"
    value = float(value)
    if np.isnan(value):
        return "-"
    return f"{value:.{digits}g}"


def in_figure(value):
    """A number as a figure shows it: powers of ten from 10^4 on as such."""
    text = number(value)
    if not isinstance(value, (str, bytes)) and float(value) >= 1e4 and f"{float(value):e}".startswith("1.000000e"):
        return f"$10^{{{int(np.log10(float(value)) + 0.5)}}}$"
    return text


def spaced(name):
    """A name in words: sign_recovery becomes "sign recovery"."""
    return name.replace("_", " ")


def symbol(name):
    """A parameter as a paper writes it, in mathtext: theta, sigma1, n_alg, p; longer names stay words."""
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
