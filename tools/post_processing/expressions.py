"""Arithmetic on what has one value per point: coordinates and predictions ("n/n_alg", "log(p)/s")."""

import numpy as np

from .errors import InputError
from .formula import Formula
from .selection import at_place, pins_of


def evaluate(text, study):
    """Value of the expression at every point of the study, as reals."""
    formula = Formula(text)
    values = formula.value(formula.tree, lambda reference: at_points(reference, study, text))
    return np.broadcast_to(np.asarray(values, dtype=float), study.shape)


def at_points(reference, study, text):
    """A coordinate or prediction at every point, as reals."""
    values = study.at_points(reference.name)
    if values.dtype.kind not in "iufb":
        raise InputError(f"'{reference.name}' holds words, not numbers, so '{text}' cannot be computed")
    return at_place(values.astype(float), pins_of(reference, study))


def names_in(text):
    """The coordinates and predictions that an expression reads."""
    return [reference.name for reference in Formula(text).references.values()]
