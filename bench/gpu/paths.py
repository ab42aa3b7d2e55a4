"""Importing this makes bench/ and the library importable: on a bare machine nothing of ours is installed."""

import sys
from pathlib import Path

BENCH = Path(__file__).parents[1]
ROOT = BENCH.parent
for place in (ROOT / "lib", BENCH):
    if str(place) not in sys.path:
        sys.path.append(str(place))
