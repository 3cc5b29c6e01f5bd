"""A study as one classic netCDF-3 file without groups, for tools that know nothing else (GMT, ParaView, CDO, Ruby).

Axes of words become numbers 0, 1, ... with `flag_values` and `flag_meanings`; integers are of 32 bits, or doubles where they do not fit.
"""

import numpy as np

from .errors import InputError
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
            for name in ("status", "trial_seconds", *metrics):
                _add(out, study, name, (*points, TRIAL), study.file[name][()])
        counts = study.trial_counts()
        for part in ("ran", "failed", "not_converged"):
            _add(out, study, f"trials_{part}", points, getattr(counts, part))
        for name in metrics:
            summary = study.summary(name)
            for ending, values in (("mean", summary.mean), ("se", summary.standard_error), ("median", summary.median), ("count", summary.count.astype(np.int64))):
                _add(out, study, f"{name}_{ending}", points, values)
        for name in predictions:
            _add(out, study, PREFIX + name if name in out.variables else name, points, study.at_points(name), describe=name)


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
