# Sourced by tools/setup, tools/quickstart and tools/test: where the project is, and what MPI needs to run here.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# nproc would take the number of threads from the environment.
cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)

# One BLAS thread per rank; Open MPI refuses to start as root, and more ranks than cores, unless told otherwise.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1

# ccache where it is there; it takes precompiled headers only when told to look less closely. A build folder keeps the
# compiler launcher that it was first configured with.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER-ccache} CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS-pch_defines,time_macros}
fi

say() { printf '%s\n' "$*"; }

# Prints a heading, so that long output can be followed.
step() { printf '\n== %s\n' "$*"; }

# Ends the script: one clear line on stderr.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a command and shows what it printed only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

# Configures a preset.
configure() {
  step "configuring (preset $1)"
  (cd "$root" && quietly cmake --preset "$1") || fail "cmake --preset $1 failed"
}

# Builds targets of a configured preset (none named: everything).
build() {
  local preset=$1
  shift
  step "building (preset $preset)"
  (cd "$root" && cmake --build --preset "$preset" --parallel "$cores" ${1:+--target "$@"}) || fail "the build failed"
}
