"""The tests marked gpu, as pytest runs them."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter

from task import ROOT, Task, run


def measure(task: Task) -> None:
    report = task.work / "gpu_tests.xml"
    report.unlink(missing_ok=True)
    files = sorted(map(str, ROOT.glob(task.sizes.tests)))
    # Without what the other tests share, notebooks among it, and what else the machine has for pytest.
    options = ["--noconftest", "-p", "harness.gpu", "-p", "no:cacheprovider", "-q", "-m", "gpu"]
    options.append(f"--junitxml={report}")
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "PYTHONPATH": str(ROOT / "tests"),
    }
    command = [sys.executable, "-m", "pytest", *options, *files]
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    if not report.exists():
        raise SystemExit(f"pytest did not start: exit code {code}")
    cases = list(ElementTree.parse(report).iter("testcase"))
    outcomes = {case.get("name", ""): next((child.tag for child in case), "passed") for case in cases}
    task.keep(**Counter(outcomes.values()))
    failed = [f"{case.get('name')}: {child.get('message', '')[:200]}" for case in cases for child in case
              if child.tag in ("failure", "error")]  # fmt: skip
    task.keep(failed=failed)
    if code:
        raise SystemExit(f"{len(failed)} of {len(cases)} tests failed. {' / '.join(failed)[:1000]}")


if __name__ == "__main__":
    run(measure)
