#!/usr/bin/env bash
# The checksum filter (fletcher32) of HDF5 guards the bytes of a chunk, not the index by which chunks are found: in the file
# format of HDF5 1.8 one flipped bit there makes a data set read as its fill value, without an error. Files that promise that
# a flipped bit is no wrong number need a checksum of their own.
#
# Seen with python3-h5py 3.7.0-8 and HDF5 1.10.8 (Debian 12). Needs root and apt.
# Output seen:
#   written: [1.0, 2.0, 3.0, 4.0]
#   read after one flipped bit: [0.0, 0.0, 0.0, 0.0]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/pinned_packages.bash"
pinned python3-h5py 3.7.0-8

/usr/bin/python3 - <<'PYTHON' | tee output
import h5py

with h5py.File("x.h5", "w", libver=("earliest", "v108")) as file:
    file.create_dataset("x", data=[1.0, 2.0, 3.0, 4.0], chunks=(4,), fletcher32=True)
    print("written:", file["x"][:].tolist())
content = bytearray(open("x.h5", "rb").read())
# A node of the index: signature, type 1; the place of its first chunk begins at byte 32.
content[content.index(b"TREE\x01") + 32] ^= 4
open("x.h5", "wb").write(content)
with h5py.File("x.h5") as file:
    print("read after one flipped bit:", file["x"][:].tolist())
PYTHON
if grep -q 'flipped bit: \[0.0, 0.0, 0.0, 0.0\]' output; then
  echo "FINDING: a bit flipped in HDF5's index of chunks makes a data set with checksums read as its fill value, without an error ($versions)"
else
  changed
fi
