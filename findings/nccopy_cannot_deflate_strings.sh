#!/usr/bin/env bash
# `nccopy -d` compresses every variable, and fails at the first one of type string that has a dimension; a part of the copy
# is left behind. `nccopy` without -d copies the same file.
#
# Seen with netcdf-bin 1:4.9.0-3+b1 (Debian 12). Needs root and apt.
# Output seen:
#   nccopy: code 0
#   NetCDF: Filter error: bad id or parameters or duplicate filter
#   nccopy -d 1: code 1
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/pinned_packages.bash"
pinned netcdf-bin 1:4.9.0-3+b1

cat >x.cdl <<'CDL'
netcdf x {
dimensions: word = 2 ;
variables: string word(word) ; double y(word) ;
data: word = "a", "b" ; y = 1, 2 ;
}
CDL
ncgen -4 -o x.nc x.cdl
nccopy x.nc plain.nc
echo "nccopy: code 0"
code=0
nccopy -d 1 x.nc deflated.nc 2>&1 | tee output || code=$?
echo "nccopy -d 1: code $code"
if [ "$code" -ne 0 ]; then
  echo "FINDING: nccopy -d fails on a file with an axis of strings, which nccopy alone copies ($versions)"
else
  changed
fi
