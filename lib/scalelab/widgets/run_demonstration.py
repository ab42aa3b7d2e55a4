"""Runs a demonstration of notebook 2.1 on real ranks, and reads what they noted."""

import json
from pathlib import Path
from typing import Any

from scalelab.errors import ScaleLabError
from scalelab.widgets.run_ranks import run_ranks

SCRIPT, FOLDER = "demonstrations.py", Path("runs/demonstrations")


def demonstrate(name: str, workers: int = 2) -> Any:
    """Run `demonstrations.py NAME` as ranks, and give what rank 0 has written; None where it only prints.

    Raises ScaleLabError where the ranks did not come to their end.
    """
    path = FOLDER / f"{name}.json"
    path.unlink(missing_ok=True)
    print(f"Running the demonstration {name!r} as {workers} ranks ...", flush=True)
    outcome = run_ranks(SCRIPT, [name], workers)
    if outcome.ended != "finished":
        raise ScaleLabError(f"The demonstration {name!r} did not come to its end: {outcome.reason}")
    return json.loads(path.read_text()) if path.exists() else None
