#!/usr/bin/env bash
# The task of a Slurm job array that starts last has the array's own number as its SLURM_JOB_ID. `scontrol requeue
# $SLURM_JOB_ID`, which puts back one job everywhere else, there puts back every task of the array, completed and
# cancelled ones too. <array>_<task> names one task.
#
# Seen with slurm-wlm 22.05.8 (Debian 12). Needs root and apt; starts a Slurm of its own on free ports.
# Output seen:
#   task 1 has SLURM_JOB_ID 2 of array 1, start 0
#   task 3 has SLURM_JOB_ID 1 of array 1, start 0
#   task 2 has SLURM_JOB_ID 3 of array 1, start 0
#   + scontrol requeue 1
#   1_3 PENDING
#   1_1 PENDING
#   1_2 PENDING
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/support/slurm_of_one_node.bash"

cat >job.sh <<'JOB'
#!/bin/bash
echo "task $SLURM_ARRAY_TASK_ID has SLURM_JOB_ID $SLURM_JOB_ID of array $SLURM_ARRAY_JOB_ID, start ${SLURM_RESTART_COUNT:-0}" >>starts
if [ "$SLURM_ARRAY_TASK_ID" = 1 ]; then exit 0; fi
sleep 600
JOB
touch starts
array=$(sbatch --parsable --array=1-3 -n 1 -t 5 --output=/dev/null job.sh)
wait_until 'three starts' '[ "$(wc -l <starts)" -ge 3 ]'
wait_until 'task 1 is complete' '[ "$(squeue -h -t R -r | wc -l)" = 2 ]'
scancel "${array}_2"
wait_until 'task 2 is cancelled' '[ "$(squeue -h -t R -r | wc -l)" = 1 ]'
cat starts
echo "+ scontrol requeue $array   (what the last task has as SLURM_JOB_ID)"
scontrol requeue "$array"
wait_until 'all tasks are in the queue' '[ "$(squeue -h -r | wc -l)" -ge 3 ]'
squeue -h -r -o '%i %T'
if [ "$(squeue -h -r -o %K | sort | tr '\n' ' ')" = '1 2 3 ' ]; then
  echo "FINDING: scontrol requeue with the SLURM_JOB_ID of the last array task puts back the completed and the cancelled task, too ($version)"
else
  echo "the behaviour has changed ($version)"
  exit 1
fi
