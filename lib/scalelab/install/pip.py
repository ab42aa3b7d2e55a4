"""Calling pip: its own settings (index, proxy, certificates) are honoured, its patience is shortened."""

from __future__ import annotations

import os
from pathlib import Path


def command(python: Path | str, verb: str, *options: Path | str) -> list[Path | str]:
    """A pip command that asks nothing and gives up on a dead network in seconds, not minutes."""
    words: list[Path | str] = [python, "-m", "pip", verb, "--disable-pip-version-check", "--no-input"]
    if "PIP_RETRIES" not in os.environ:
        words += ["--retries", "2"]
    if not {"PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"} & set(os.environ):
        words += ["--timeout", "20"]
    return [*words, *options]
