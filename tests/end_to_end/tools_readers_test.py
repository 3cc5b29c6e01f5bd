"""A driver's result file in the hands of the readers that people have: `/usr/bin/python3 tools_readers_test.py <bin folder>`.

Each reads a metric, an axis of words, a summary, a theory, the status and the table of failures, and must see what h5py sees.
Readers that `tools/setup --tests` does not install are skipped where they are missing; those of `tools/setup --long`, and h5wasm, run
under `tools/test --long` only.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py
import numpy as np

BIN = None
SCRIPTS = pathlib.Path(__file__).resolve().parent / "readers"
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OPENBLAS_NUM_THREADS": "1"}
STUDY = ("--size", "10,20,40", "--law", "normal,uniform", "--power", "2", "--trials", "6", "--seed", "3", "--fault", "throw_on_all",
         "--fault_trial", "2", "--quiet")
H5WASM = "h5wasm@0.10.3"
NUMBERS = {"metric": "estimate", "summary": "summary/estimate_mean", "theory": "theory/expected", "status": "status",
           "failures": "failures/size_index"}


def has_r_package(name):
    return shutil.which("Rscript") is not None and subprocess.run(
        ["Rscript", "-e", f"quit(status = !requireNamespace('{name}', quietly = TRUE))"], capture_output=True).returncode == 0


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="thresher-readers-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.path = cls.folder / "study.h5"
        subprocess.run([str(BIN / "testbed"), *STUDY, "--output", str(cls.path)], env={**os.environ, **MPI}, check=False,
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        with h5py.File(cls.path, "r") as file:
            cls.numbers = {key: file[name][()] for key, name in NUMBERS.items()}

    def output_of(self, *command):
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True, timeout=120).stdout

    def assert_numbers(self, text, expected):
        numbers = [np.nan if number.lower() in ("nan", "na") else float(number) for number in re.split(r"[,\s]+", text.strip(" \n,"))]
        np.testing.assert_array_equal(np.array(numbers), expected.ravel())

    def assert_all(self, read, words, reason):
        """`read(name)` gives an array in the file's order."""
        for key, name in NUMBERS.items():
            np.testing.assert_array_equal(np.asarray(read(name)), self.numbers[key], name)
        self.assertEqual([str(word) for word in words], ["normal", "uniform"])
        self.assertEqual(reason, "asked to throw")

    def said_by(self, *command):
        """What a reader's script prints: lines that begin with what they give."""
        return dict(line.strip().split(" ", 1) for line in self.output_of(*command).splitlines() if " " in line.strip())

    def assert_said(self, lines, *keys):
        for key in keys or self.numbers:
            self.assert_numbers(lines[key], self.numbers[key])

    def assert_script(self, *command):
        lines = self.said_by(*command, self.path)
        self.assert_said(lines)
        self.assertEqual(lines["words"].split(), ["normal", "uniform"])
        self.assertEqual(lines["reason"].strip(), "asked to throw")

    def classic(self):
        """A copy for tools that know neither HDF5 nor groups nor texts."""
        path = self.folder / "classic.nc"
        if not path.exists():
            self.output_of("/usr/bin/python3", SCRIPTS.parents[2] / "tools" / "thresher", "export", self.path, "--output", path)
        return path

    def only_under_long(self, program):
        if os.environ.get("THRESHER_TESTS") != "long" or shutil.which(program) is None:
            self.skipTest(f"only under --long, where {program} is there")

    def same_in(self, path):
        """A copy has everything."""
        with h5py.File(path, "r") as file:
            self.assert_all(lambda name: file[name][()], file["law"].asstr()[()], file["failures/reason"].asstr()[0])


class Study(Readers):
    def test_is_what_was_asked_for(self):
        self.assertEqual(self.numbers["metric"].shape, (3, 2, 6))
        self.assertTrue((self.numbers["status"][:, :, 2] == 2).all())
        self.assertTrue(np.isfinite(np.delete(self.numbers["metric"], 2, axis=-1)).all())
        self.assertEqual(self.numbers["failures"].tolist(), [0, 0, 1, 1, 2, 2])

    def test_no_reader_needs_64_bits(self):
        wide = []
        with h5py.File(self.path, "r") as file:
            file.visititems(lambda name, item: wide.append(name) if isinstance(item, h5py.Dataset) and item.dtype == np.int64 else None)
        self.assertEqual(wide, [])


class Python(Readers):
    def test_xarray(self):
        import xarray

        for engine in ("netcdf4", "h5netcdf"):
            if engine == "h5netcdf" and not has_module("h5netcdf"):
                continue
            with self.subTest(engine=engine):
                with xarray.open_dataset(self.path, engine=engine) as data:
                    self.assertEqual(data["estimate"].dims, ("size", "law", "trial"))
                    np.testing.assert_array_equal(data["estimate"].sel(size=20, law="uniform").values, self.numbers["metric"][1, 1])
                    self.assertEqual(float(data["power"]), 2)
                    self.assertIn("power", data.coords)
                    self.assertEqual(data.attrs["experiment"], "testbed")

                def read(name):
                    group, _, own = name.rpartition("/")
                    with xarray.open_dataset(self.path, group=group or None, engine=engine) as data:
                        if group in ("summary", "theory"):
                            self.assertEqual(list(data["size"].values), [10, 20, 40])
                            self.assertEqual(data[own].dims, ("size", "law"))
                        return data[own].values

                self.assert_all(read, read("law"), str(read("failures/reason")[0]))
        np.testing.assert_allclose(self.numbers["summary"], np.nanmean(self.numbers["metric"], axis=-1), rtol=1e-15)

    def test_netcdf4(self):
        import netCDF4

        with netCDF4.Dataset(self.path) as data:
            self.assertEqual(data["estimate"].dimensions, ("size", "law", "trial"))
            self.assert_all(lambda name: np.ma.filled(data[name][:], np.nan) if data[name].dtype.kind == "f" else data[name][:],
                            data["law"][:], data["failures/reason"][0])

    def test_pytables(self):
        if not has_module("tables"):
            self.skipTest("PyTables is not installed")
        import tables

        with tables.open_file(str(self.path)) as file:
            self.assert_all(lambda name: file.get_node("/" + name).read(), ["normal", "uniform"], "asked to throw")


def has_module(name):
    import importlib.util

    return importlib.util.find_spec(name) is not None


class NetcdfTools(Readers):
    def test_ncdump(self):
        header = self.output_of("ncdump", "-h", self.path)
        self.assertIn("double estimate(size, law, trial)", header)
        self.assertIn("string law(law)", header)
        for key in ("metric", "status"):
            text = self.output_of("ncdump", "-v", NUMBERS[key], "-p", "9,17", self.path)
            values = re.search(rf"\n {NUMBERS[key]} =(.*?);", text, re.S).group(1)
            self.assert_numbers(values.replace("_", "nan").replace("b", ""), self.numbers[key])
        self.assertIn('"asked to throw"', self.output_of("ncdump", self.path))

    def test_nccopy(self):
        copy = self.folder / "copied.nc"
        self.output_of("nccopy", self.path, copy)
        self.same_in(copy)

    def test_nco(self):
        if shutil.which("ncks") is None:
            self.skipTest("NCO is not installed")
        text = self.output_of("ncks", "-H", "-C", "-s", "%.17g ", "-v", "estimate", self.path)
        self.assert_numbers(text.replace("_", "nan"), self.numbers["metric"])
        # What ran is averaged: a mask leaves out what has failed.
        means = self.folder / "means.nc"
        self.output_of("ncwa", "-O", "-a", "trial", "-v", "estimate,status", "-B", "status == 1", self.path, means)
        with h5py.File(means, "r") as file:
            np.testing.assert_allclose(file["estimate"][()], self.numbers["summary"], rtol=1e-14)


class ClassicNetcdf(Readers):
    """`thresher export --output x.nc`: for tools that know neither HDF5 nor groups nor texts."""

    def test_export(self):
        from scipy.io import netcdf_file

        classic = self.classic()
        self.assertEqual(self.output_of("ncdump", "-k", classic).strip(), "64-bit offset")
        with netcdf_file(classic, mmap=False) as file:  # a reader of its own
            for key in ("metric", "summary", "theory", "status"):
                np.testing.assert_array_equal(file.variables[NUMBERS[key].rpartition("/")[2]][:], self.numbers[key])
            law = file.variables["law"]
            self.assertEqual(law[:].tolist(), [0, 1])
            self.assertEqual(law.flag_meanings, b"normal uniform")
            self.assertEqual(file.variables["estimate"].dimensions, ("size", "law", "trial"))
        if shutil.which("ncks") is not None:
            text = self.output_of("ncks", "-H", "-C", "-s", "%.17g ", "-v", "estimate_mean", classic)
            self.assert_numbers(text, self.numbers["summary"])


class Hdf5Tools(Readers):
    def test_h5dump(self):
        for key, name in NUMBERS.items():
            text = self.output_of("h5dump", "-d", f"/{name}", "-y", "-w", "0", "-m", "%.17g", self.path)
            self.assert_numbers(re.search(r"DATA \{(.*?)\}", text, re.S).group(1), self.numbers[key])
        self.assertIn('"normal", "uniform"', self.output_of("h5dump", "-d", "/law", "-y", self.path))

    def test_h5repack(self):
        for number, options in enumerate(([], ["-f", "GZIP=1"], ["-l", "CONTI"])):
            packed = self.folder / f"packed{number}.h5"
            self.output_of("h5repack", *options, self.path, packed)
            self.same_in(packed)

    def test_h5copy(self):
        copy = self.folder / "copy.h5"
        for name in ("estimate", "law", "status", "summary", "theory", "failures"):
            self.output_of("h5copy", "-i", self.path, "-o", copy, "-s", name, "-d", name)
        self.same_in(copy)


class R(Readers):
    def test_packages(self):
        for package in ("ncdf4", "hdf5r", "rhdf5"):
            with self.subTest(package=package):
                if not has_r_package(package):
                    self.skipTest(f"the R package {package} is not installed")
                self.assert_script("Rscript", SCRIPTS / f"{package}.R")


class JavaScript(Readers):
    def test_h5wasm(self):
        self.only_under_long("npm")
        self.output_of("npm", "install", "--no-audit", "--no-fund", "--prefix", self.folder, H5WASM)
        self.assert_script("node", SCRIPTS / "h5wasm.mjs", self.folder)


class Languages(Readers):
    def test_octave(self):
        self.only_under_long("octave-cli")
        self.assert_said(self.said_by("octave-cli", "-q", SCRIPTS / "octave.m", self.path))

    def test_scilab(self):
        self.only_under_long("scilab-cli")
        self.assert_script("scilab-cli", "-nb", "-f", SCRIPTS / "scilab.sce", "-args")

    def test_gdl(self):
        self.only_under_long("gdl")
        with unittest.mock.patch.dict(os.environ, GDL_PATH=f"+{SCRIPTS}", DISPLAY=""):
            lines = self.said_by("gdl", "-q", "-e", f"gdl_study, '{self.path}', '{self.classic()}'")
        self.assert_said(lines, "metric", "status", "summary", "theory")


class Maps(Readers):
    """Tools for fields on a map: of the classic file."""

    def test_cdo(self):
        self.only_under_long("cdo")
        for key in ("metric", "status"):
            text = self.output_of("cdo", "-s", "outputf,%.17g ,100", f"-selname,{NUMBERS[key]}", self.classic())
            self.assert_numbers(text, self.numbers[key])

    def test_gmt(self):
        self.only_under_long("gmt")
        for layer, values in enumerate(self.numbers["metric"]):
            text = self.output_of("gmt", "grd2xyz", f"{self.classic()}?estimate[{layer}]", "--FORMAT_FLOAT_OUT=%.9g")
            rows = np.array([[float(number) for number in line.split()] for line in text.splitlines()])
            for trial, law, value in rows:  # kept in single precision
                np.testing.assert_allclose(value, values[int(law), int(trial)], rtol=1e-7)
            self.assertEqual(len(rows), values.size)

    def test_paraview(self):
        self.only_under_long("pvbatch")
        self.assert_said(self.said_by("pvbatch", "--force-offscreen-rendering", SCRIPTS / "in_paraview.py", self.classic()), "metric", "status")


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve()
    del Readers  # has no tests of its own
    unittest.main()
