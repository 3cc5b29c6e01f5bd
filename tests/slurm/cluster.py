"""A Slurm: real munged, slurmctld and slurmds on free ports, with their state in a folder of their own.

A second node on this machine has a host name of its own (a UTS namespace, which root may make): for Slurm, mpirun and the
driver it is another host.

The daemons run in the foreground as children of the test, so that they are ended by their own process ids and by nothing
else. No file outside the folder is touched.
"""

import getpass
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "scancel", "scontrol", "squeue", "sinfo", "srun")
NODE = "thresher0"
PARTITION = "test"

CONFIGURATION = """\
ClusterName=thresher
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation={folder}/controller
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
SlurmctldDebug=verbose
SlurmdDebug=verbose
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core{memory}
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0
MpiDefault=none
MpiParams=ports={first_port}-{last_port}
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=10
InactiveLimit=0
KillWait=20
MinJobAge=300
FirstJobId={first_job}
WaitTime=0
PropagateResourceLimitsExcept=MEMLOCK
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={node_port} CPUs={cores} RealMemory=4000 State=UNKNOWN
PartitionName={partition} Nodes={node} Default=YES MaxTime=INFINITE State=UP
"""
FURTHER_NODE = "NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cores} RealMemory=4000 State=UNKNOWN\n"


def missing_programs():
    """Programs that this machine lacks; Slurm's daemons are outside an ordinary user's PATH."""
    return [name for name in (*DAEMONS, *COMMANDS) if program(name) is None]


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")


def free_ports(amount):
    """Ports that nothing listens on; held together until all are found, so that they differ."""
    sockets = [socket.socket() for _ in range(amount)]
    try:
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]
    finally:
        for item in sockets:
            item.close()


class Cluster:
    """Starts on construction; `stop` ends every job and daemon."""

    def __init__(self, folder, cores, further_nodes=(), lines=(), memory=False):
        """`cores` is what Slurm believes a node to have: jobs that mostly wait may share the real ones.

        `further_nodes` are (name, host name) of nodes with a host name of their own, `lines` go to slurm.conf.
        With `memory` Slurm hands out memory, too.
        """
        self.folder = pathlib.Path(folder)
        self.cores = cores
        self.further_nodes = dict(further_nodes)
        self.daemons = {}
        host = socket.gethostname().split(".")[0]
        controller_port, node_port, first_port, *further_ports = free_ports(3 + len(self.further_nodes))
        for name in ("munge", "controller", NODE, *self.further_nodes):
            (self.folder / name).mkdir(mode=0o755)
        self.folder.chmod(0o755)
        configuration = self.folder / "slurm.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=self.folder, host=host, user=getpass.getuser(), node=NODE, partition=PARTITION,
                                 cores=self.cores, controller_port=controller_port, node_port=node_port,
                                 first_job=first_port,  # Open MPI names shared memory after the job: clusters side by side need unlike numbers
                                 first_port=first_port, last_port=first_port + 40, memory="_Memory" if memory else "")
            + "".join(FURTHER_NODE.format(node=name, host=host_name, port=port, cores=self.cores)
                      for (name, host_name), port in zip(self.further_nodes.items(), further_ports))
            + "".join(f"{line}\n" for line in lines)
        )  # fmt: skip
        (self.folder / "pmix").mkdir()
        (self.folder / "mpi.conf").write_text(f"PMIxCliTmpDirBase={self.folder}/pmix\n")
        self.environment = {**os.environ, "SLURM_CONF": str(configuration)}
        for name in [name for name in self.environment if name.startswith(("SLURM_", "SBATCH_", "PMI")) and name != "SLURM_CONF"]:
            del self.environment[name]
        try:
            self._start_munge()
            self.start_daemon("slurmctld", "-D", "-i")
            self.wait_for(lambda: self._answers("scontrol", "ping"), "slurmctld answers")
            self.start_node()
            for name, host_name in self.further_nodes.items():
                self.start_daemon(f"slurmd {name}", "-D", "-N", name, host_name=host_name)
            nodes = 1 + len(self.further_nodes)
            self.wait_for(lambda: self.command("sinfo", "-h", "-N", "-o", "%n %t").stdout.split().count("idle") >= nodes, "the nodes are idle")
        except BaseException:
            self.stop()
            raise

    # ---- daemons -----------------------------------------------------------------------------------------------------

    def _start_munge(self):
        folder = self.folder / "munge"
        folder.chmod(0o711)
        key = folder / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        self.start_daemon("munged", "--foreground", "--force", f"--socket={folder}/socket", f"--key-file={key}",
                          f"--pid-file={folder}/pid", f"--seed-file={folder}/seed", f"--log-file={folder}/log", "--num-threads=2")
        self.wait_for(lambda: (folder / "socket").exists(), "munged listens")

    def start_node(self):
        self.start_daemon("slurmd", "-D", "-N", NODE)

    def lose_node(self, *jobs):
        """What a crash of the node looks like to Slurm: its daemon and those that mind the jobs are gone, and it comes back.

        The jobs' own processes live on as orphans, which is harder on them than a real crash.
        """
        lost = [process for job in jobs for process in self.step_daemons(job)]
        slurmd = self.daemons.pop("slurmd")
        slurmd.kill()
        slurmd.wait()
        for process in lost:
            os.kill(process, signal.SIGKILL)
        self.start_node()
        return len(lost)

    def start_daemon(self, name, *arguments, host_name=None):
        """Starts a daemon; `name` begins with that of its program. `host_name` gives it another one."""
        command = [program(name.split()[0]), *arguments]
        if host_name is not None:
            command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host_name, *command]
        with open(self.folder / f"{name}.output", "ab") as output:
            self.daemons[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                                  stdout=output, stderr=output, start_new_session=True)

    def stop(self):
        """Cancels the jobs, ends the daemons, and what the jobs may have left behind."""
        if "slurmd" in self.daemons:
            for state in ("PENDING", "SUSPENDED", "RUNNING"):  # one at a time: 22.05 refuses a list, and cancels nothing
                self.command("scancel", "--full", f"--state={state}", "--user", getpass.getuser())
            try:
                self.wait_for(lambda: not self.command("squeue", "-h").stdout.strip(), "the queue is empty", seconds=30)
            except TimeoutError:
                pass
        for name in reversed(list(self.daemons)):
            end(self.daemons.pop(name))
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def processes(self):
        """Ids of the processes that this cluster started: its slurm.conf is in their environment."""
        mark = f"SLURM_CONF={self.environment['SLURM_CONF']}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append(int(path.name))
            except OSError:
                continue
        return found

    # ---- jobs --------------------------------------------------------------------------------------------------------

    def command(self, *arguments, **settings):
        return subprocess.run([program(arguments[0]), *map(str, arguments[1:])], env={**self.environment, **settings.pop("environment", {})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **settings)

    def submit(self, *arguments, folder, environment=None):
        """Number of the job that `sbatch` made."""
        done = self.command("sbatch", "--parsable", *arguments, cwd=folder, environment=environment or {})
        if done.returncode:
            raise AssertionError(f"sbatch failed: {done.stderr}")
        return done.stdout.strip().split(";")[0]

    def job(self, number):
        """What Slurm says of a job, as a dictionary."""
        text = self.command("scontrol", "show", "job", "-o", number).stdout
        return dict(re.findall(r"(\w+)=(\S*)", text.splitlines()[0])) if text.strip() else {}

    def state(self, number):
        return self.job(number).get("JobState", "")

    def wait_for_state(self, number, *states, seconds=300):
        self.wait_for(lambda: self.state(number) in states, f"job {number} is {' or '.join(states)}", seconds=seconds,
                      failed=lambda: f"it is {self.state(number)}")

    def wait_until_over(self, number, seconds=600):
        """Waits until a job will not run again; returns its last state and exit code."""
        over = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL")
        self.wait_for_state(number, *over, seconds=seconds)
        job = self.job(number)
        return job["JobState"], int(job["ExitCode"].split(":")[0])

    def _answers(self, *arguments):
        done = self.command(*arguments)
        return done.returncode == 0 and "UP" in done.stdout

    def wait_for(self, condition, what, seconds=60, failed=None):
        end_of_wait = time.monotonic() + seconds
        while not condition():
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise RuntimeError(f"{name} ended with {daemon.returncode}: {self.log(name)}")
            if time.monotonic() > end_of_wait:
                raise TimeoutError(f"after {seconds} s not yet: {what}" + (f"; {failed()}" if failed else ""))
            time.sleep(0.25)

    def log(self, name):
        parts = []
        for path in (self.folder / f"{NODE if name == 'slurmd' else name.split()[-1]}.log", self.folder / f"{name}.output"):
            if path.exists():
                parts.append(path.read_text(errors="replace")[-2000:])
        return "\n".join(parts)

    def step_daemons(self, number):
        """Process ids of the slurmstepd that minds a job's batch script."""
        return [process for process in self.processes() if self._title(process).startswith(f"slurmstepd: [{number}.batch]")]

    @staticmethod
    def _title(process):
        try:
            return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""


def end(process):
    """Ends a daemon by its own process id, gently first."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
