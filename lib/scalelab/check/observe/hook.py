"""Puts observers in the place of functions that scripts call."""

from collections.abc import Callable
from typing import Any


def hook(owner: object, name: str, observer: Callable[..., Any]) -> None:
    """From now on `owner.name` is the observer, for whoever looks it up.

    By name, since no type says that a method or a module's function may be exchanged.
    """
    setattr(owner, name, observer)


def around(owner: object, name: str, observer: Callable[..., Any]) -> None:
    """From now on `owner.name(...)` is `observer(original, ...)`."""
    original = getattr(owner, name)
    hook(owner, name, lambda *arguments, **options: observer(original, *arguments, **options))
