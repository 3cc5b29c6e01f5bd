"""Ranges of expressions by interval arithmetic: wide enough always, exact where each name stands once."""

import ast

import numpy as np

from .formula import BINARY, FUNCTIONS

EVERYTHING = (-np.inf, np.inf)
RISING = {"log", "log2", "log10", "exp", "sqrt", "floor", "ceil", "minimum", "maximum"}
LOGARITHMS = {"log", "log2", "log10", "sqrt"}


def of(formula, range_of):
    """Range of the whole expression, given that of each reference."""
    with np.errstate(all="ignore"):
        low, high = formula.visit(formula.tree, _Ranges(range_of))
    return (float(low), float(high)) if not np.isnan([low, high]).any() else EVERYTHING


class _Ranges:
    mean = None

    def __init__(self, range_of):
        self.leaf = range_of

    def number(self, value):
        return np.float64(value), np.float64(value)

    def sign(self, kind, interval):
        return (-interval[1], -interval[0]) if kind is ast.USub else interval

    def operation(self, kind, left, right, _):
        if kind is ast.Mod or (kind is ast.Div and right[0] <= 0 <= right[1]):
            return EVERYTHING
        if kind is ast.Pow:
            return self._power(left, right)
        ends = [BINARY[kind](np.float64(a), np.float64(b)) for a in left for b in right]
        if kind is ast.Mult:
            ends = [0.0 if np.isnan(end) else end for end in ends]  # 0 times an end that is not reached
        return (min(ends), max(ends)) if not np.isnan(ends).any() else EVERYTHING

    def _power(self, base, exponent):
        if exponent[0] != exponent[1] or exponent[0] <= 0:
            return EVERYTHING
        power = exponent[0]
        ends = [abs(end) ** power for end in base] if power % 2 == 0 else [np.float64(end) ** power for end in base]
        if power != round(power) and base[0] < 0:
            return (0.0, ends[1])
        return (0.0 if power % 2 == 0 and base[0] < 0 < base[1] else min(ends), max(ends))

    def function(self, name, given):
        if name == "abs":
            low, high = given[0]
            return (0.0 if low < 0 < high else min(abs(low), abs(high)), max(abs(low), abs(high)))
        if name not in RISING:
            return EVERYTHING
        if name in LOGARITHMS:
            given = [(max(end, 0.0) for end in given[0])]
        lows, highs = zip(*given) if name not in LOGARITHMS else ([], [])
        if name in LOGARITHMS:
            low, high = given[0]
            return FUNCTIONS[name](low), FUNCTIONS[name](high)
        return FUNCTIONS[name](*lows), FUNCTIONS[name](*highs)
