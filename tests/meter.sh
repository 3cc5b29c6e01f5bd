#!/usr/bin/env bash
# Runs a command and leaves the processor seconds (user, system) that it and its children took: meter.sh FILE COMMAND...
# The command's output, errors and exit code are its own.
set -u
seconds=$1
shift
mkdir -p "${seconds%/*}"
TIMEFORMAT='%U %S'
{ time "$@" 2>&7 7>&-; } 7>&2 2>"$seconds"
