"""`@pytest.mark.one_in(4)`: a variation of what other tests show as well is run with one commit in four.

Which, is settled by its name, so that each commit has some of them; `SCALELAB_ROTATION=all` runs all, and so does a
command that names a test.
"""

import zlib

import pytest

from harness.rotation import Part, part


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    now = Part(0, 1) if any("::" in argument for argument in config.args) else part()
    others = [item for item in items if not has_its_turn(item, now)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if has_its_turn(item, now)]


def has_its_turn(item: pytest.Item, now: Part) -> bool:
    marker = item.get_closest_marker("one_in")
    return not marker or is_due(item.nodeid, marker.args[0], now)


def is_due(name: str, parts: int, now: Part) -> bool:
    """Once in so many parts, if that divides the number of parts that there are."""
    turn = now.fold(parts)
    return turn.of < parts or zlib.crc32(name.encode()) % parts == turn.number
