#!/usr/bin/env bash
# Slurm preempts a job in a partition with GraceTime: the SIGTERM that opens the grace goes to the job's steps, not to its
# batch script. A script that traps it to save its work learns nothing; a step that ends on it ends the script's srun, and
# a script that then exits is FAILED and never put back, though PreemptMode is REQUEUE.
#
# Seen with slurm-wlm 22.05.8 (Debian 12). Needs root and apt; starts a Slurm of its own on free ports.
# Output seen:
#   step: SIGTERM
#   JobState=FAILED  Restarts=0  ExitCode=9:0  PreemptTime=(a time)
set -euo pipefail
slurm_lines='PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=low Nodes=node0 PriorityTier=1 GraceTime=30 State=UP
PartitionName=high Nodes=node0 PriorityTier=10 PreemptMode=OFF State=UP'
. "$(dirname "${BASH_SOURCE[0]}")/support/slurm_of_one_node.bash"

cat >job.sh <<'JOB'
#!/bin/bash
trap 'echo "batch script: SIGTERM" >>signals' TERM
srun -n 1 bash -c 'trap "echo step: SIGTERM >>signals; exit 9" TERM; touch begun; while :; do sleep 0.2; done' &
wait $!
exit $?
JOB
job=$(sbatch --parsable -p low -n 8 -t 5 --requeue --output=log job.sh)
wait_until 'the step has begun' '[ -e begun ]'
sbatch -p high -n 8 -t 1 --output=/dev/null --wrap 'sleep 2' >/dev/null
wait_until 'the job is over' 'scontrol show job "$job" | grep -qE "JobState=(FAILED|COMPLETED|PENDING|CANCELLED)"'
sleep 5
cat signals
scontrol show job "$job" | grep -E -o 'JobState=[A-Z]+|Restarts=[0-9]+|ExitCode=[0-9:]+|PreemptTime=[^ ]+'
if ! grep -q batch signals && grep -q step signals && scontrol show job "$job" | grep -q JobState=FAILED; then
  echo "FINDING: the SIGTERM of a preemption's grace reaches the steps but not the batch script, and the job ends FAILED instead of being put back ($version)"
else
  echo "the behaviour has changed ($version)"
  exit 1
fi
