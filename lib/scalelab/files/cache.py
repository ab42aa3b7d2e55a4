"""Where downloads are kept."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """~/.cache/scalelab, or below $XDG_CACHE_HOME where that is set. It need not exist."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "scalelab"
