"""What tests start hears Ctrl-C, wherever the tests themselves were started."""

import subprocess
import sys

HEARS = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


def test_a_program_that_a_test_starts_hears_ctrl_c():
    done = subprocess.run([sys.executable, "-c", HEARS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
