"""Two hosts on one machine: a network, a name, processes and an sshd of their own each, and one cable between them.

A host is a process tree in Linux namespaces of its own. Its first process ends when the pipe to this process does, and
the kernel then ends all others of that host and takes its network away: nothing is left, even if the tests are killed.
"""

import os
import shutil
import subprocess
from pathlib import Path

import psutil

NEEDED = ("ip", "unshare", "ssh", "sshd")
NAMESPACES = ("--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")

# As process 1 of the host: bash, for it also collects what ended and has no parent. It waits for the pipe's end.
# /run is fresh, since an sshd of the machine may use it.
BOOT = """
set -e
hostname "$1"
mount -t tmpfs run /run
mkdir -m 755 /run/sshd
mount --bind "$2/hosts" /etc/hosts
mount --bind "$2/ssh_config" /etc/ssh/ssh_config
ip link set lo up
"$3" -f "$2/sshd_config" -E "$2/sshd.log"
echo up
read -r _
"""
SSHD = """
HostKey {folder}/key
AuthorizedKeysFile {folder}/key.pub
StrictModes no
PermitRootLogin prohibit-password
UsePAM no
PidFile none
"""
# The last two lines are what docker/README.md asks for, with shorter times: ssh then notices a host that fell silent.
SSH = """
IdentityFile {folder}/key
GlobalKnownHostsFile {folder}/known_hosts
UserKnownHostsFile /dev/null
ServerAliveInterval 2
ServerAliveCountMax 2
"""


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


class Host:
    """One of them, up as soon as it is made."""

    def __init__(self, name: str, address: str, folder: Path):
        self.name, self.address = name, address
        self.first = subprocess.Popen(
            ["unshare", *NAMESPACES, "bash", "-c", BOOT, "bash", name, folder, _find("sshd")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self.first.stdout.readline() != "up\n":
            self.power_off()
            raise RuntimeError(f"{name} did not come up; {folder}/sshd.log may say why.")
        self.pid = psutil.Process(self.first.pid).children()[0].pid

    def enter(self, words: list[str], folder: Path) -> list[str]:
        """The command line, from outside, that runs `words` in that folder on this host."""
        inside = ["nsenter", "--target", str(self.pid), "--net", "--mount", "--uts", "--pid"]
        return [*inside, "sh", "-c", 'cd "$0" && exec "$@"', str(folder), *words]

    def network(self, *words: str) -> str:
        """Run `ip` with these words in the host's network and give what it printed."""
        command = ["nsenter", "--target", str(self.pid), "--net", _find("ip"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def sent(self) -> int:
        """Bytes that it has sent to the other host."""
        command = ["nsenter", "--target", str(self.pid), "--net", "cat", "/proc/self/net/dev"]
        counted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return next(int(line.split()[9]) for line in counted.splitlines() if line.split()[0] == "eth0:")

    def unplug(self) -> None:
        """Pull the cable: the other host hears nothing any more, not even a goodbye."""
        self.network("link", "set", "eth0", "down")

    def power_off(self) -> None:
        """End every process of the host at once."""
        self.first.stdin.close()
        self.first.wait(10)
        self.first.stdout.close()


def boot_two(folder: Path) -> tuple[Host, Host]:
    """node1 and node2, with a cable between them; `folder` is for their keys and settings."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    (folder / "known_hosts").write_text(f"node1,node2 {(folder / 'key.pub').read_text()}")
    (folder / "hosts").write_text("127.0.0.1 localhost\n10.77.0.1 node1\n10.77.0.2 node2\n")
    (folder / "sshd_config").write_text(SSHD.format(folder=folder))
    (folder / "ssh_config").write_text(SSH.format(folder=folder))
    a = Host("node1", "10.77.0.1", folder)
    try:
        b = Host("node2", "10.77.0.2", folder)
    except BaseException:
        a.power_off()
        raise
    # A bridge, so that node1 keeps its eth0 when node2 goes, which takes its end of the cable along and thereby ours.
    a.network("link", "add", "eth0", "type", "bridge")
    a.network("link", "add", "cable", "type", "veth", "peer", "name", "eth0", "netns", str(b.pid))
    a.network("link", "set", "cable", "master", "eth0", "up")
    for host in (a, b):
        host.network("address", "add", f"{host.address}/24", "dev", "eth0")
        host.network("link", "set", "eth0", "up")
    return a, b
