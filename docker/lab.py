"""What a container starts: your copies of the labs, and JupyterLab behind a token made for this start.

The token is said once, here. JupyterLab gets it through the environment, which the list of processes does not show, and
does not repeat it.
"""

import os
import secrets
import subprocess
import sys

from scalelab.places import JUPYTER

FIRST_PAGE = "/lab/tree/work/START.md"
PORT = 8888  # inside; the container's port decides where it is reached from outside


def main() -> None:
    """Become JupyterLab; exit code 1 where the copies cannot be laid."""
    if subprocess.run(["scalelab", "release", "--out", "work"], check=False).returncode:
        sys.exit("Your copies of the labs could not be laid into work/: see above, and who owns that volume.")
    token = secrets.token_urlsafe(32)
    print(f"JupyterLab: http://127.0.0.1:{PORT}{FIRST_PAGE}?token={token}", flush=True)
    command = ["jupyter", "lab", "--no-browser", "--ip=0.0.0.0", f"--port={PORT}", "--ServerApp.port_retries=0"]
    command += [f"--LabApp.default_url={FIRST_PAGE}", f"--LabApp.app_settings_dir={JUPYTER}"]
    os.execvpe(command[0], command, {**os.environ, "JUPYTER_TOKEN": token})


if __name__ == "__main__":
    main()
