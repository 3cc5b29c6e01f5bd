#!/usr/bin/env bash
# Where a job's folder does not exist on its node, Slurm runs the job in /tmp and it ends COMPLETED: relative outputs are
# then in /tmp of that node. All that tells is a line on the job's stderr: "couldn't chdir to ...: going to /tmp instead".
#
# Seen with slurm-wlm 22.05.8 (Debian 12). Needs root and apt; starts a Slurm of its own on free ports.
# Output seen:
#   JobState=COMPLETED
#   slurmstepd-node0: error: couldn't chdir to `.../gone': No such file or directory: going to /tmp instead
#   /tmp
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/slurm_of_one_node.bash"

mkdir gone
job=$(cd gone && sbatch --parsable --hold -n 1 -t 1 --output="$folder/log" --wrap 'pwd')
rmdir gone
scontrol release "$job"
wait_until 'the job is over' 'scontrol show job "$job" | grep -qE "JobState=(FAILED|COMPLETED)"'
scontrol show job "$job" | grep -E -o 'JobState=[A-Z]+|ExitCode=[0-9:]+|WorkDir=.*'
cat log
if [ "$(tail -n 1 log)" = /tmp ] && scontrol show job "$job" | grep -q JobState=COMPLETED; then
  echo "FINDING: a job whose folder is missing on the node runs in /tmp and ends COMPLETED ($version)"
else
  echo "the behaviour has changed ($version)"
  exit 1
fi
