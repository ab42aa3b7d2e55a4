"""How often and how far a learner's predictions were right: for the learner alone, never graded."""

import json
import math
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scalelab.files.atomic import write_file

SCORED_FILE = Path(".predictions_scored.json")


def score(name: str, said: Any, right: Any) -> None:
    """Keep the outcome of a prediction beside the notebook: of a choice true or false, of a number a factor from 1 on.

    A folder that takes no files costs the memory of it, nothing else.
    """
    outcomes = read_scores(SCORED_FILE) | {name: _outcome(said, right)}
    try:
        write_file(SCORED_FILE, json.dumps(outcomes, indent=1).encode())
    except OSError:
        return


def read_scores(path: Path) -> dict[str, bool | float]:
    """{name: outcome}; empty where there is no such file, or another."""
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {str(name): value for name, value in stored.items() if isinstance(value, bool | float)}


def in_words(outcomes: Mapping[str, bool | float], names: Iterable[str] | None = None) -> str:
    """One sentence about those of these names, or about all."""
    wanted = None if names is None else set(names)
    found = [value for name, value in outcomes.items() if wanted is None or name in wanted]
    choices = [value for value in found if isinstance(value, bool)]
    factors = [value for value in found if not isinstance(value, bool)]
    parts = []
    if choices:
        parts.append(f"{sum(choices)} of {len(choices)} choices were right")
    if factors:
        parts.append(
            f"your numbers were off by a factor of {statistics.median(factors):.1f} (median of {len(factors)})"
        )
    return f"Of your predictions {'; '.join(parts)}." if parts else "You kept no predictions."


def _outcome(said: Any, right: Any) -> bool | float:
    if isinstance(right, str):
        return said == right
    if said == right:
        return 1.0
    if said <= 0 or right <= 0:
        return math.inf
    return float(max(said / right, right / said))
