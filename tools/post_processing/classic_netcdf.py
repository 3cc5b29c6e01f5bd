"""A study as one classic netCDF-3 file without groups, for tools that know nothing else (GMT, ParaView, CDO, Ruby).

Axes of words become numbers 0, 1, ... with `flag_values` and `flag_meanings`; integers are of 32 bits, or doubles where they do not fit.
"""

import re

import numpy as np

from .errors import InputError
from .formula import is_name
from .study_file import TRIAL, attribute

PREFIX = "theory_"  # before a prediction that has the name of something else


def write(study, path, metrics, predictions, with_trials):
    import netCDF4

    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as out:
        for name in ("title", "experiment", "citation", "Conventions", "toml"):
            out.setncattr(name, attribute(study.file, name))
        for axis in study.axes:
            out.createDimension(axis.name, len(axis))
            for name, values in ((axis.name, axis.values), *axis.companions.items()):
                _add(out, study, name, (axis.name,), values)
        for name, value in study.scalars.items():
            if isinstance(value, str):
                out.setncattr(name, value)
            else:
                _add(out, study, name, (), np.asarray(value))
        points = tuple(study.axis_names)
        if with_trials and study.trials:
            out.createDimension(TRIAL, study.trials)
            _add(out, study, TRIAL, (TRIAL,), np.arange(study.trials))
            for name in ("status", "trial_seconds"):
                _add(out, study, name, (*points, TRIAL), study.file[name][()])
            for name in metrics:
                if not study.metric(name).of_means:
                    _add_metric(out, study, name, "", (*points, TRIAL), study.of_every_trial(name))
        counts = study.trial_counts()
        for part in ("ran", "failed", "not_converged"):
            _add(out, study, f"trials_{part}", points, getattr(counts, part))
        for name in metrics:
            summary = study.summary(name)
            for ending, values in (("mean", summary.mean), ("se", summary.standard_error), ("median", summary.median), ("count", summary.count.astype(np.int64))):
                if ending != "median" or not study.metric(name).of_means:
                    _add_metric(out, study, name, f"_{ending}", points, values)
        for name in predictions:
            variable = _variable_name(name)
            _add(out, study, PREFIX + variable if variable in out.variables else variable, points, study.at_points(name), describe=name)


def _variable_name(name):
    """Names of classic netCDF hold no slashes and blanks: an expression's own text is in the attribute `expression`."""
    return name if is_name(name) else re.sub(r"[\W_]+", "_", name.replace("/", " per ").replace("-", " minus ")).strip("_")


def _add_metric(out, study, name, ending, dimensions, values):
    """A metric, or what an expression gives, with its units."""
    metric, variable = study.metric(name), _variable_name(name) + ending
    _add(out, study, variable, dimensions, values)
    if not is_name(name):
        out[variable].setncattr("long_name", metric.meaning)
        out[variable].setncattr("expression", name)
    if ending != "_count":
        out[variable].setncattr("units", metric.units)


def _add(out, study, name, dimensions, values, describe=None):
    values, attributes = np.asarray(values), {"long_name": study.describe(describe or name)}
    if values.dtype.kind in "OUS":
        words = [str(word) for word in values.ravel()]
        attributes |= {"flag_values": np.arange(len(words), dtype=np.int32), "flag_meanings": " ".join(word.replace(" ", "_") for word in words)}
        values = np.arange(len(words), dtype=np.int32).reshape(values.shape)
    elif values.dtype.kind in "iu" and values.dtype.itemsize > 1:
        values = values.astype(np.int32 if not values.size or np.abs(values.astype(float)).max() < 2**31 else np.float64)
    elif values.dtype.kind == "b":
        values = values.astype(np.int8)
    if name in out.variables:
        raise InputError(f"{study.path}: {name} would be two variables in a file without groups")
    variable = out.createVariable(name, values.dtype, dimensions, fill_value=False)
    for key, value in attributes.items():
        if not isinstance(value, str) or value:
            variable.setncattr(key, value)
    if name == "status":
        variable.setncattr("flag_values", np.arange(5, dtype=np.int8))
        variable.setncattr("flag_meanings", "not_run ok failed not_converged invalid")
    variable[...] = values
