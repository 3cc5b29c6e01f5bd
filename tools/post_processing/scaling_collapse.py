"""Finite-size scaling: x_c and the exponent for which curves of several sizes L fall on one, A_L(x) = f(L^a (x - x_c)).

f is a cubic spline through the pooled points, whose knots lie at their quantiles; for each x_c and a it follows by weighted
least squares (variable projection: Golub and Pereyra 1973), so that only two numbers are searched for.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import least_squares, minimize

MOST_COEFFICIENTS = 9
GRID = 15  # places and exponents where the search begins
MOST_EXPONENT = 3.0
DEGREE = 3


@dataclass(frozen=True)
class Points:
    """Pooled points of all curves: their sizes, places, means and standard errors."""

    size: np.ndarray
    x: np.ndarray
    mean: np.ndarray
    error: np.ndarray

    def with_mean(self, mean):
        return Points(self.size, self.x, mean, self.error)

    def scaled(self, critical, exponent):
        """Places in the collapsed curve; sizes count relative to their geometric mean."""
        return (self.size / self.reference) ** exponent * (self.x - critical)

    @property
    def reference(self):
        return np.exp(np.log(np.unique(self.size)).mean())

    @property
    def coefficients(self):
        return int(np.clip(len(self.x) // 4, DEGREE + 1, MOST_COEFFICIENTS))

    @property
    def degrees_of_freedom(self):
        return len(self.x) - self.coefficients - 2


@dataclass(frozen=True)
class Collapse:
    critical: float
    exponent: float  # 1/nu
    chi_squared: float


def common_curve(points, critical, exponent):
    """(places, values, standardised residuals) of the spline at the points."""
    u = points.scaled(critical, exponent)
    inner = np.quantile(u, np.linspace(0, 1, points.coefficients - DEGREE + 1))
    if np.any(np.diff(inner) <= 1e-12 * max(np.ptp(u), 1e-300)):
        return u, np.full_like(u, np.nan), np.full_like(u, np.inf)
    knots = np.concatenate([[inner[0]] * DEGREE, inner, [inner[-1]] * DEGREE])
    basis = BSpline.design_matrix(np.clip(u, inner[0], inner[-1]), knots, DEGREE).toarray()
    weighted = basis / points.error[:, None]
    solution = np.linalg.lstsq(weighted, points.mean / points.error, rcond=None)[0]
    values = basis @ solution
    return u, values, (points.mean - values) / points.error


def _chi_squared(points, critical, exponent):
    if not 0 <= exponent <= MOST_EXPONENT:
        return np.inf
    return float(np.sum(common_curve(points, critical, exponent)[2] ** 2))


def fit(points):
    """The collapse with the smallest chi-squared, searched from a grid over all places and exponents."""
    spread = np.ptp(points.x)
    places = np.quantile(points.x, np.linspace(0.05, 0.95, GRID))
    tried = [(_chi_squared(points, place, exponent), place, exponent)
             for place in places for exponent in np.linspace(0, MOST_EXPONENT / 2, GRID)]
    best = None
    for _, place, exponent in sorted(tried)[:3]:
        simplex = [(place, exponent), (place + 0.05 * spread, exponent), (place, exponent + 0.1)]
        found = minimize(lambda at: _chi_squared(points, *at), simplex[0], method="Nelder-Mead",
                         options={"initial_simplex": simplex, "xatol": 1e-6 * spread, "fatol": 1e-6, "maxfev": 400})
        if best is None or found.fun < best.chi_squared:
            best = Collapse(float(found.x[0]), float(found.x[1]), float(found.fun))
    return best


def refit(points, start):
    """The collapse of points that differ little from those of `start`."""
    spread = np.ptp(points.x)

    def residuals(at):
        place, exponent = start.critical + spread * at[0], float(np.clip(at[1], 0, MOST_EXPONENT))
        return common_curve(points, place, exponent)[2]

    found = least_squares(residuals, (0.0, start.exponent), diff_step=1e-5, xtol=1e-6, ftol=1e-8, max_nfev=30)
    exponent = float(np.clip(found.x[1], 0, MOST_EXPONENT))
    return Collapse(float(start.critical + spread * found.x[0]), exponent, float(2 * found.cost))


def against_neighbours(points, collapse):
    """Chi-squared per point against the straight line through the neighbours on the curves of the other sizes (Houdayer and
    Hartmann 2004); NaN where no two curves overlap."""
    u = points.scaled(collapse.critical, collapse.exponent)
    curves = {size: np.flatnonzero(points.size == size)[np.argsort(u[points.size == size])] for size in np.unique(points.size)}
    terms = []
    for k in range(len(u)):
        near = []
        for size, order in curves.items():
            after = int(np.searchsorted(u[order], u[k]))
            if size != points.size[k] and 0 < after < len(order):
                near += [order[after - 1], order[after]]
        if len(near) < 2:
            continue
        weights = points.error[near] ** -2.0
        design = np.column_stack([np.ones(len(near)), u[near] - u[k]])
        normal = design.T @ (weights[:, None] * design)
        if np.linalg.cond(normal) > 1e14:
            continue
        inverse = np.linalg.inv(normal)
        predicted = (inverse @ design.T @ (weights * points.mean[near]))[0]
        terms.append((points.mean[k] - predicted) ** 2 / (points.error[k] ** 2 + inverse[0, 0]))
    return float(np.mean(terms)) if terms else np.nan
