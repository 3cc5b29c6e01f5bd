#!/usr/bin/env bash
# `squeue --states` takes a list of states, `scancel --state` does not: it refuses the list and cancels nothing.
#
# Seen with slurm-wlm 22.05.8 (Debian 12). Needs root and apt; starts a Slurm of its own on free ports.
# Output seen:
#   Invalid job state specified: RUNNING,PENDING
#   scancel --state=RUNNING,PENDING: code 1, 1 job left
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/slurm_of_one_node.bash"

sbatch -n 1 -t 1 --output=/dev/null --wrap 'sleep 60' >/dev/null
wait_until 'the job runs' '[ "$(squeue -h --states=RUNNING,PENDING | wc -l)" = 1 ]'
code=0
scancel --state=RUNNING,PENDING --user root || code=$?
sleep 2
left=$(squeue -h --states=RUNNING,PENDING | wc -l)
echo "scancel --state=RUNNING,PENDING: code $code, $left job left"
if [ "$code" -ne 0 ] && [ "$left" = 1 ]; then
  echo "FINDING: scancel --state refuses a list of states, which squeue --states takes ($version)"
else
  echo "the behaviour has changed ($version)"
  exit 1
fi
