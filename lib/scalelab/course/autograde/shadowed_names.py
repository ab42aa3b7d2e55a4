"""Runs in the learner's kernel: tests mean Python's own `print`, `sum`, `abs`, whatever the notebook calls so."""

import builtins
import linecache
from collections.abc import Sequence

from IPython import get_ipython


def shadowed(names: Sequence[str]) -> list[str]:
    """Those of `names` that are Python's own but have another meaning in this notebook."""
    return [name for name in names if _is_shadowed(name)]


def overwritten(names: Sequence[str]) -> list[list[str]]:
    """[name, what it is now] for those of `names` that are defined here but cannot be called."""
    own = get_ipython().user_ns
    found = ((name, own[name]) for name in names if name in own)
    return [[name, type(value).__name__] for name, value in found if not callable(value)]


def run_aside(source: str) -> None:
    """Run tests with this notebook's names but Python's own builtins.

    The learner's functions keep what they see: they may well mean their own `sum`.
    """
    own = get_ipython().user_ns
    names = {name: value for name, value in own.items() if not _is_shadowed(name)}
    names["__builtins__"] = builtins
    linecache.cache["<tests>"] = (len(source), None, source.splitlines(keepends=True), "<tests>")
    exec(compile(source, "<tests>", "exec"), names)


def _is_shadowed(name: str) -> bool:
    """IPython itself puts an `open`, `exit` and `quit` of its own there: those are as good as Python's."""
    shell = get_ipython()
    here = shell.user_ns.get(name, _NONE)
    return hasattr(builtins, name) and here is not _NONE and here is not shell.user_ns_hidden.get(name)


_NONE = object()
