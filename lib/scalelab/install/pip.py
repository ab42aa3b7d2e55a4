"""Calling pip: its own settings (index, proxy, certificates) are honoured, its patience is shortened."""

from __future__ import annotations

import os


def command(python: str, verb: str, *options) -> list:
    """A pip command that asks nothing and gives up on a dead network in seconds, not minutes."""
    words = [python, "-m", "pip", verb, "--disable-pip-version-check", "--no-input"]
    if "PIP_RETRIES" not in os.environ:
        words += ["--retries", "2"]
    if not {"PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"} & set(os.environ):
        words += ["--timeout", "20"]
    return [*words, *options]
