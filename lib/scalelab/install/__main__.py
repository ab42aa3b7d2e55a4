"""`python3 -m scalelab.install [FOLDER]`: do what is missing of the set-up, say it, end in one sentence if it fails."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.install import afterwards, preflight, python, steps, venv
from scalelab.install.beside import beside
from scalelab.install.one_at_a_time import held
from scalelab.install.show import Screen


def set_up(root: Path) -> int:
    """Bring `root/.venv` up to date; returns how many steps were run."""
    if not steps.pending(root, steps.plan(root, "")):  # the usual start: no lock, no process, nothing said
        return 0
    screen = Screen(root / ".venv" / "setup.log")
    chosen = python.find()
    with held(root, screen, "another set-up is at work in this folder"):
        return _do(root, chosen, screen)


def _do(root: Path, chosen: str | None, screen: Screen) -> int:
    began = time.monotonic()
    plan = steps.plan(root, chosen or "")
    todo = steps.pending(root, plan)
    if not todo:  # done by the set-up we waited for
        return 0
    preflight.check(root, chosen, todo)  # refuses where no Python was found
    for name in venv.forget_broken(root):
        screen.say(f"      {name} was left half installed: it will be installed again.")
    for step, following in zip(todo, [*todo[1:], None]):  # noqa: B905 - no `strict` before Python 3.10
        title = f"[{plan.index(step) + 1}/{len(plan)}] {step.title}"
        with screen.step(title), beside(screen, "Horovod", following.early if following else None):
            step.run(screen)
        steps.mark(root, step, plan)
    afterwards.measure_precision(root, screen)
    screen.say(f"Set-up done in {time.monotonic() - began:.0f} s (log: {screen.log}).")
    if why := afterwards.no_sandbox(root):
        screen.note(why)
    screen.say_notes()
    return len(todo)


def main() -> int:
    """Exit code 0, or 1 with one sentence on stderr; 130 when interrupted."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[3]).resolve()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # a closed terminal is as good as Ctrl-C
    try:
        set_up(root)
    except ScaleLabError as error:
        print(f"\nSet-up stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted: run the same command again and it goes on where it stopped.", file=sys.stderr)
        return 130
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"\nSet-up stopped: {os.strerror(error.errno or 0)}{where}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
