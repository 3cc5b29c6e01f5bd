"""A driver's result file in the hands of the standard readers: `/usr/bin/python3 tools_readers_test.py <bin folder>`.

Every reader must see the same numbers, and the axes by name: xarray, netCDF4-python, ncdump, h5dump, R's hdf5r.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py
import numpy as np

BIN = None
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OPENBLAS_NUM_THREADS": "1"}
STUDY = ("--size", "10,20,40", "--law", "normal,uniform", "--power", "2", "--trials", "6", "--seed", "3", "--quiet")

R_SCRIPT = """
library(hdf5r)
file <- H5File$new(commandArgs(TRUE)[1], mode = "r")
values <- file[["estimate"]]$read()
cat("dimensions", dim(values), "\\n")
cat("values", sprintf("%.17g", as.vector(values)), "\\n")
cat("size", file[["size"]][], "\\n")
cat("law", file[["law"]][], "\\n")
cat("theory", sprintf("%.17g", as.vector(file[["theory/expected"]]$read())), "\\n")
cat("experiment", h5attr(file, "experiment"), "\\n")
"""


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="thresher-readers-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.path = cls.folder / "study.h5"
        subprocess.run([str(BIN / "testbed"), *STUDY, "--output", str(cls.path)], env={**os.environ, **MPI}, check=True,
                       stdin=subprocess.DEVNULL, timeout=120)
        with h5py.File(cls.path, "r") as file:
            cls.values = file["estimate"][()]
            cls.theory = file["theory/expected"][()]

    def output_of(self, *command):
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True, timeout=120).stdout

    def assert_numbers(self, text, expected):
        numbers = [np.nan if number.lower() == "nan" else float(number) for number in re.split(r"[,\s]+", text.strip())]
        np.testing.assert_array_equal(np.array(numbers), expected.ravel())

    def test_the_study_is_what_was_asked_for(self):
        self.assertEqual(self.values.shape, (3, 2, 6))
        self.assertTrue(np.isfinite(self.values).all())

    def test_xarray(self):
        import xarray

        with xarray.open_dataset(self.path) as data:
            self.assertEqual(data["estimate"].dims, ("size", "law", "trial"))
            np.testing.assert_array_equal(data["estimate"].values, self.values)
            np.testing.assert_array_equal(data["estimate"].sel(size=20, law="uniform").values, self.values[1, 1])
            self.assertEqual(float(data["power"]), 2)
            self.assertIn("power", data.coords)
            self.assertEqual(data.attrs["experiment"], "testbed")
        for group in ("theory", "summary"):
            with xarray.open_dataset(self.path, group=group) as data:
                self.assertEqual(list(data["size"].values), [10, 20, 40])
                self.assertEqual([str(word) for word in data["law"].values], ["normal", "uniform"])
                name = "expected" if group == "theory" else "estimate_mean"
                self.assertEqual(data[name].dims, ("size", "law"))
        with xarray.open_dataset(self.path, group="summary") as data:
            np.testing.assert_allclose(data["estimate_mean"].values, self.values.mean(axis=-1), rtol=1e-15)

    def test_netcdf4_python(self):
        import netCDF4

        with netCDF4.Dataset(self.path) as data:
            self.assertEqual(data["estimate"].dimensions, ("size", "law", "trial"))
            np.testing.assert_array_equal(np.ma.filled(data["estimate"][:], np.nan), self.values)
            np.testing.assert_array_equal(np.ma.filled(data["theory/expected"][:], np.nan), self.theory)
            self.assertEqual(list(data["law"][:]), ["normal", "uniform"])

    def test_ncdump(self):
        header = self.output_of("ncdump", "-h", self.path)
        self.assertIn("double estimate(size, law, trial)", header)
        self.assertIn("string law(law)", header)
        text = self.output_of("ncdump", "-v", "estimate", "-p", "9,17", self.path)
        self.assert_numbers(re.search(r"\n estimate =(.*?);", text, re.S).group(1).replace("_", "nan"), self.values)

    def test_h5dump(self):
        text = self.output_of("h5dump", "-d", "/estimate", "-y", "-w", "0", "-m", "%.17g", self.path)
        data = re.search(r"DATA \{(.*?)\}", text, re.S).group(1)
        self.assert_numbers(data.replace(",", " "), self.values)

    def test_r(self):
        if shutil.which("Rscript") is None:
            self.skipTest("R is not installed")
        script = self.folder / "read.R"
        script.write_text(R_SCRIPT)
        lines = self.output_of("Rscript", script, self.path).splitlines()
        seen = {line.split(" ", 1)[0]: line.split(" ", 1)[1].strip() for line in lines if " " in line}
        self.assertEqual(seen["dimensions"], "6 2 3")  # R counts the fastest dimension first
        self.assert_numbers(seen["values"], self.values)
        self.assert_numbers(seen["theory"], self.theory)
        self.assertEqual((seen["size"], seen["law"], seen["experiment"]), ("10 20 40", "normal uniform", "testbed"))


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
