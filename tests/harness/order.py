"""Which tests go together to one worker, and which begin: the long ones, so that no core is idle at the end.

Tests of a file stay together, for they share what is made for them; ranks and slow tests are dealt out one by one.
`@pytest.mark.xdist_group("name")` says otherwise.
"""

import os

import pytest


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, for some tests wait; harness/cores.py has no more compute than there are cores."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None and not is_long(item):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=lambda item: not is_long(item))


def is_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("ranks", "cores", "slow"))
