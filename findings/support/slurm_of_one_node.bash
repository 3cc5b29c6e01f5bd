# Sourced: a Slurm of one node (pinned Debian packages) on free ports in a temporary folder, which becomes the current
# one; ends with the script. Sets `version`; lines for slurm.conf come from the variable slurm_lines.
packages=(slurm-wlm=22.05.8-4+deb12u3 munge=0.5.15-2+deb12u1)
if [ "$(dpkg-query -W -f '${Version}' slurm-wlm 2>/dev/null)" != 22.05.8-4+deb12u3 ]; then
  apt-get install -y -q "${packages[@]}" >/dev/null
fi
version="slurm-wlm $(dpkg-query -W -f '${Version}' slurm-wlm)"
folder=$(mktemp -d /tmp/slurm-finding-XXXXXX)
cd "$folder"
chmod 755 .
mkdir -m 711 munge
mkdir controller node
read -r controller_port node_port < <(/usr/bin/python3 -c '
import socket
a, b = socket.socket(), socket.socket()
a.bind(("127.0.0.1", 0)), b.bind(("127.0.0.1", 0))
print(a.getsockname()[1], b.getsockname()[1])')
head -c 1024 /dev/urandom >munge/key
chmod 600 munge/key
cat >slurm.conf <<CONFIGURATION
ClusterName=finding
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$controller_port
SlurmdPort=$node_port
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/controller
SlurmdSpoolDir=$folder/node
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
KillWait=5
${slurm_lines:-}
NodeName=node0 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=node0 Default=YES MaxTime=INFINITE State=UP
CONFIGURATION
export SLURM_CONF=$folder/slurm.conf
daemons=()
finish() {
  scancel --full --user root >/dev/null 2>&1 || true
  sleep 2
  kill "${daemons[@]}" 2>/dev/null || true
  wait "${daemons[@]}" 2>/dev/null || true
  cd /
  rm -rf "$folder"
}
trap finish EXIT
wait_until() { # what, condition
  for ((k = 0; k < 240; ++k)); do
    if eval "$2"; then return; fi
    sleep 0.5
  done
  echo "waited in vain: $1"
  exit 2
}
munged --foreground --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" --pid-file="$folder/munge/pid" \
  --seed-file="$folder/munge/seed" --log-file="$folder/munge/log" >munged.output 2>&1 &
daemons+=($!)
wait_until 'munged listens' '[ -S munge/socket ]'
PATH=$PATH:/usr/sbin
slurmctld -D -i >slurmctld.output 2>&1 &
daemons+=($!)
wait_until 'slurmctld answers' 'scontrol ping | grep -q UP'
slurmd -D -N node0 >slurmd.output 2>&1 &
daemons+=($!)
wait_until 'the node is idle' 'sinfo -h -o %t | grep -q idle'
