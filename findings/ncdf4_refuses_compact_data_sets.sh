#!/usr/bin/env bash
# One data set of HDF5's compact layout, which netCDF's own library reads, makes R's ncdf4 refuse the whole file, the other
# variables with it.
#
# Seen with r-cran-ncdf4 1.21-1, netCDF 4.9.0, python3-h5py 3.7.0-8 (Debian 12). Needs root and apt.
# Output seen:
#   ncdump reads it: x = 1, 2, 3 ;
#   Error in R_nc4_inq_var_chunking: obtained value of storage is neither NC_CONTIGUOUS nor NC_CHUNKED!  Value=2
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/pinned_packages.bash"
pinned r-cran-ncdf4 1.21-1 python3-h5py 3.7.0-8 netcdf-bin 1:4.9.0-3+b1

/usr/bin/python3 - <<'PYTHON'
import h5py
import numpy

with h5py.File("x.h5", "w") as file:
    file["good"] = numpy.arange(3.0)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3,))
    h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_DOUBLE, space, compact).write(space, space, numpy.arange(1.0, 4.0))
PYTHON
echo "ncdump reads it:$(ncdump -v x x.h5 | grep ' x = ')"
code=0
Rscript -e 'library(ncdf4); ncvar_get(nc_open("x.h5"), "good")' 2>&1 | tee output || code=$?
if [ "$code" -ne 0 ] && grep -q 'neither NC_CONTIGUOUS nor NC_CHUNKED' output; then
  echo "FINDING: R's ncdf4 refuses a file for one data set of compact layout, which ncdump reads ($versions)"
else
  changed
fi
