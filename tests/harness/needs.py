"""What a test needs of the machine, and one line at the end about all that was skipped for want of it.

`@pytest.mark.needs("chromium")`, or within a fixture `need("mpirun")`, skips with a reason that says how to get it.
"""

import os
import re
import shutil
from collections import Counter

import pytest

PACKAGES = {
    "bwrap": "bubblewrap",
    "chromium": "chromium",
    "ip": "iproute2",
    "mpirun": "openmpi-bin libopenmpi-dev",
    "munged": "munge",
    "sbatch": "slurm-client",
    "setpriv": "util-linux",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "unshare": "util-linux",
}
REASON = re.compile(r"needs (?P<what>[^:]+): (?P<how>.+)")
INSTALL = "apt install "


def need(*programs: str) -> None:
    """Skip the test that runs where one of these programs is missing."""
    for program in programs:
        if shutil.which(program, path=_path()) is None:
            pytest.skip(reason(program, f"{INSTALL}{PACKAGES[program]}"))


def reason(what: str, how: str) -> str:
    """Of a skip: what is missing, and how to get it."""
    return f"needs {what}: {how}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        need(*marker.args)


@pytest.fixture(scope="session", name="need")
def need_fixture():
    return need


def pytest_terminal_summary(terminalreporter) -> None:
    line = summary([str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())])
    if line:
        terminalreporter.write_line(line)


def summary(reasons: list[str]) -> str:
    """As in "3 skipped: chromium (2), a GPU (1); `apt install chromium` runs them"."""
    found = [REASON.search(one) for one in reasons]
    counts = Counter(one["what"] if one else "for another reason" for one in found)
    packages = sorted({word for one in found if one and one["how"].startswith(INSTALL)
                       for word in one["how"].removeprefix(INSTALL).split()})  # fmt: skip
    if not counts:
        return ""
    what = ", ".join(f"{name} ({count})" for name, count in counts.most_common())
    how = f"; `{INSTALL}{' '.join(packages)}` runs them" if packages else ""
    return f"{counts.total()} skipped: {what}{how}"


def _path() -> str:
    """Where a daemon may lie too, which is not on an ordinary user's PATH."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
