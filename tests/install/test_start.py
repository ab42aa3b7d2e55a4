"""What hundreds of processes load at their start is loaded in no time."""

import subprocess
import sys


def test_no_process_of_jupyters_builds_a_grammar():
    """jsonschema 4.25 brings one for the addresses of the web, and builds it for each process: more than a second."""
    loads = "import nbformat, jupyter_events, sys; print(*{'lark', 'rfc3987_syntax'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
