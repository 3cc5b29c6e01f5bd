"""Options that several subcommands share."""

import argparse
import re


def probability(text):
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not strictly between 0 and 1")
    return value


def positive_integer(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive integer")
    return value


def add_file(parser):
    parser.add_argument("file", help="result file (HDF5)")


def add_selection(parser):
    parser.add_argument("--select", nargs="+", metavar="axis=values", default=[],
                        help="part of the grid: p=512,1024 theta=0.4:1.2 estimator=lasso")


def add_confidence(parser):
    parser.add_argument("--confidence", type=probability, default=0.95, metavar="c",
                        help="probability of the intervals (default 0.95)")


def names(text):
    """A list of names or expressions given as a,b,c; commas in brackets, and before another axis=value, part none."""
    parts, depth = [""], 0
    for k, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth <= 0 and not re.match(r"\s*\w+=", text[k + 1:]):
            parts.append("")
        else:
            parts[-1] += letter
    parts = [part.strip() for part in parts if part.strip()]
    if not parts:
        raise argparse.ArgumentTypeError("the list is empty")
    return parts
