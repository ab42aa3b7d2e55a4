"""Runs a launcher, shows what it prints, and says in one sentence why the job ended.

    python docker/why.py horovodrun --gloo -np 8 -H node1:4,node2:4 python train.py

Ends with the launcher's exit code; stopped by Ctrl-C or a signal, it ends all that it started on this machine.
"""

import os
import signal
import sys
from itertools import pairwise
from pathlib import Path

from scalelab.launch.diagnose import explain
from scalelab.launch.guarded_command import GuardedCommand
from scalelab.launch.output import Output


def run(command: list[str]) -> tuple[int, Output]:
    """Give the exit code and what was printed, which is shown as it comes."""
    output = Output()
    with GuardedCommand(command, os.environ, Path()) as job:
        running = True
        while running:
            running = job.running(wait=0.1)
            for line in job.new_lines():
                output.add(line)
                print(line.text if line.rank is None else f"[{line.rank}] {line.text}", flush=True)
    return job.exit_code, output


def ranks_and_script(command: list[str], output: Output) -> tuple[int, str]:
    """How many ranks there were, by the command or by what they printed, and the name of their script."""
    asked = [int(value) for option, value in pairwise(command) if option in {"-np", "-n"} and value.isdigit()]
    heard = [rank + 1 for rank, _ in output.kept if rank is not None]
    return max([1, *asked[:1], *heard]), next((Path(word).name for word in command if word.endswith(".py")), "")


def hosts(command: list[str]) -> list[str]:
    """The host of each rank, from horovodrun's `-H node1:4,node2:4`."""
    asked = next((value for option, value in pairwise(command) if option == "-H"), "")
    parts = [one.partition(":") for one in asked.split(",") if one]
    return [host for host, _, slots in parts for _ in range(int(slots) if slots.isdigit() else 1)]


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    code, output = run(sys.argv[1:])
    ended = (output, *ranks_and_script(sys.argv[1:], output), hosts(sys.argv[1:]))
    print("All ranks finished." if code == 0 else explain(*ended))
    sys.exit(code)


if __name__ == "__main__":
    main()
