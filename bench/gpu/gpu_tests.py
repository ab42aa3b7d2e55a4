"""The tests marked gpu, as pytest runs them."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter

from task import ROOT, Task, run


def measure(task: Task) -> None:
    report = task.work / "gpu_tests.xml"
    files = sorted(map(str, ROOT.glob(task.sizes.tests)))
    options = ["-m", "gpu", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--junitxml={report}"]
    code = subprocess.run([sys.executable, "-m", "pytest", *options, *files], cwd=ROOT).returncode
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
