"""A Slurm cluster on two hosts: its real daemons, and settings for two nodes that say they have a GPU each."""

import os
import re
import subprocess
import time
from pathlib import Path

from harness import patience

NEEDED = ("slurmctld", "slurmd", "sbatch", "munged")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
# config_overrides: a node has as many cores as stands here. TmpFS: the hosts share /tmp, but not /run.
SETTINGS = """
ClusterName=two
SlurmctldHost=node1
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
TmpFS=/run
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
KillWait=5
GresTypes=gpu
NodeName=node1 NodeAddr=10.77.0.1 CPUs=2 Gres=gpu:1
NodeName=node2 NodeAddr=10.77.0.2 CPUs=2 Gres=gpu:1
PartitionName=all Nodes=node1,node2 Default=YES State=UP
"""
DAEMONS = """
set -e
mkdir -m 755 /run/munge
munged --force --key-file "$0/munge.key" --socket /run/munge/munge.socket.2 --pid-file /run/munge/munged.pid \
    --log-file "$0/munged-$1.log" --seed-file /run/munge/seed
if [ "$1" = node1 ]; then slurmctld -f "$0/slurm.conf"; fi
slurmd -f "$0/slurm.conf" -N "$1"
"""


class Slurm:
    """Its commands, as they are given on the first of the hosts; the daemons end with their hosts."""

    def __init__(self, hosts, folder: Path, environment: dict[str, str]):
        self.first, self.folder = hosts[0], folder
        self.environment = {"PATH": PATH, "SLURM_CONF": str(folder / "slurm.conf")} | environment
        (folder / "slurm.conf").write_text(SETTINGS.format(folder=folder))
        (folder / "gres.conf").write_text("NodeName=node1,node2 Name=gpu File=/dev/null\n")
        (folder / "state").mkdir()
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o400)
        for host in hosts:
            command = host.enter(["sh", "-c", DAEMONS, str(folder), host.name], folder)
            subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self._wait(lambda: self.ask("sinfo", "--noheader", "--format=%T %D").strip() == "idle 2", 30)

    def ask(self, *words) -> str:
        """What the command prints."""
        command = self.first.enter([str(word) for word in words], self.folder)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def batch(self, *words, within: float) -> tuple[str, str]:
        """Submit this script, wait until its job has ended, and give the job's state in Slurm's word and its log."""
        number = self.ask("sbatch", "--parsable", "--output=job.log", *words).strip()
        self._wait(lambda: self._state(number) not in {"PENDING", "RUNNING", "COMPLETING"}, within)
        log = self.folder / "job.log"
        return self._state(number), log.read_text() if log.exists() else number

    def _state(self, number: str) -> str | None:
        match = re.search("JobState=([A-Z_]+)", self.ask("scontrol", "show", "job", number))
        return match and match[1]

    def _wait(self, condition, seconds: float) -> None:
        end = time.monotonic() + patience.seconds(seconds)
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"Slurm takes over {seconds} s: {self.ask('sinfo')}Its logs are in {self.folder}.")
            time.sleep(0.2)
