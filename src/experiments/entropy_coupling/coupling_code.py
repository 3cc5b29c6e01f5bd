#!/usr/bin/python3
"""Encodes symbols and decodes observations with a coupling from a result file of entropy_coupling.

    coupling_code.py result.h5 encode 3 0 2 ...      # draws y for each x, in proportion to the atoms' masses
    coupling_code.py result.h5 decode 0,1,1 1,0,0 .. # the most likely x of each y

As a module: Coupling(symbols, masses, codes).encode(x), .decode(y).
"""

import argparse

import h5py
import numpy as np


class Coupling:
    def __init__(self, symbols, masses, codes):
        kept = np.isfinite(masses) & (masses > 0)  # arrays are padded with NaN
        self.symbols = symbols[kept].astype(np.int64)
        self.masses = masses[kept]
        self.codes = codes[kept].astype(np.int64)
        order = np.argsort(self.symbols, kind="stable")
        self._order = order
        self._sorted = self.symbols[order]
        self._guess = {}
        content = {}
        for symbol, mass, code in zip(self.symbols, self.masses, map(tuple, self.codes)):
            cell = content.setdefault(code, {})
            cell[symbol] = cell.get(symbol, 0.0) + mass
        for code, cell in content.items():
            self._guess[code] = min(cell, key=lambda x: (-cell[x], x))

    @classmethod
    def from_file(cls, path, point=(), trial=0):
        """The coupling of one trial; `point` holds an index for each axis of the grid."""
        with h5py.File(path) as file:
            names = ("atom_x", "atom_mass", "atom_code") if "atom_x" in file["artifacts"] else ("owner", "mass", "code")
            at = tuple(point) + (trial,)
            return cls(*(file["artifacts"][name][at] for name in names))

    def encode(self, symbol, rng=None):
        """A draw of (y_1, .., y_m) given x."""
        rng = np.random.default_rng() if rng is None else rng
        atoms = self._order[np.searchsorted(self._sorted, symbol) : np.searchsorted(self._sorted, symbol, "right")]
        if len(atoms) == 0:
            raise KeyError(f"symbol {symbol} has no mass")
        weights = self.masses[atoms]
        return tuple(self.codes[rng.choice(atoms, p=weights / weights.sum())])

    def decode(self, code):
        """The most likely x given y (ties: the lowest)."""
        return self._guess[tuple(int(y) for y in code)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("direction", choices=["encode", "decode"])
    parser.add_argument("words", nargs="+")
    parser.add_argument("--point", default="", help="index on each axis of the grid: 0,2,1")
    parser.add_argument("--trial", type=int, default=0)
    arguments = parser.parse_args()
    point = [int(i) for i in arguments.point.split(",") if i]
    coupling = Coupling.from_file(arguments.file, point, arguments.trial)
    for word in arguments.words:
        if arguments.direction == "encode":
            print(",".join(map(str, coupling.encode(int(word)))))
        else:
            print(coupling.decode(word.split(",")))


if __name__ == "__main__":
    main()
