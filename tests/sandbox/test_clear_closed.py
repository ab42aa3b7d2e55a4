"""What a submission leaves is cleared or kept, however it was left; by root and by an ordinary user who grade."""

import json

KEEP = """
import json, os, sys
from pathlib import Path
from types import SimpleNamespace
from scalelab.files.untrusted import clear_closed
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.sandbox import Caps
home = Path(sys.argv[1]) / "run"
run = SandboxedRun(home, SimpleNamespace(rubric=SimpleNamespace(caps=Caps())))
for folder in (run.out, home / "check"):
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "closed" / "inner" / "file").touch()
    (folder / "link").symlink_to(sys.argv[1])
    for name in ("kept", "cut", "cleared"):
        (folder / name).write_bytes(bytes(10))
        os.chmod(folder / name, 0o6755)
    os.chmod(folder / "cut", 0)
    for place in ("closed/inner", "closed", "."):
        os.chmod(folder / place, 0)
run.collect_outputs({"kept": 10, "cut": 4, "closed": 10, "link": 10})
clear_closed(home / "check")
left = {str(path.relative_to(home)): [oct(path.stat().st_mode), path.stat().st_size] for path in run.out.iterdir()}
left |= {"home": [path.name for path in home.iterdir()], "outside": os.stat(sys.argv[1]).st_mode}
print(json.dumps(left))
"""


def test_a_closed_folder_is_opened_and_nothing_that_is_kept_can_be_run_or_read_by_others(python_by, open_folder):
    before = open_folder.stat().st_mode
    done = python_by(KEEP, open_folder)
    assert done.returncode == 0, done.stderr
    left = json.loads(done.stdout)
    kept = {"out/kept": ["0o100600", 10], "out/cut": ["0o100600", 4]}
    assert left == kept | {"home": ["out"], "outside": before}
