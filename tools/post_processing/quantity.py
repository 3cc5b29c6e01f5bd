"""What a figure shows of a quantity: values over the view's grid, and what is known where there is no value."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Quantity:
    """A metric's means with their intervals; what a search found; or (mean None) a quantity of which only theory is drawn."""

    label: str
    is_probability: bool = False
    mean: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    lossy: np.ndarray | None = None  # where more than a few percent of the trials do not count
    censored: list = field(default_factory=list)  # of a search: (marker, place, label, mask)
