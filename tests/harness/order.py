"""Which tests go together to one worker, and which begin: the long ones, so that no core is idle at the end.

Last come those that run alone: else each would keep a worker waiting.

Tests of a file stay together, for they share what is made for them; ranks and slow tests are dealt out one by one.
`@pytest.mark.together("name")` says otherwise. (xdist's own `xdist_group` has no effect under pytest 9.2.)
"""

import functools
import json
import os

import pytest

from harness.cores import PLACES, places_of
from harness.run_folder import run_folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many as can be at work (harness/cores.py); those that wait to be alone come last, and wait for the others."""
    return PLACES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (places_of(item) > 1, not is_long(item)))
    part = run_folder() / f"groups.{os.getpid()}"  # xdist's controller knows the names of tests, and not their marks
    part.write_text(json.dumps({item.nodeid: group_of(item) for item in items}))
    part.replace(run_folder() / "groups")


def group_of(item: pytest.Item) -> str:
    if marker := item.get_closest_marker("together"):
        return marker.args[0]
    return item.nodeid if is_long(item) else item.location[0]


def is_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("ranks", "alone", "slow"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return groups()[nodeid]

    config.option.loadscopereorder = False
    return ByGroup(config, log)


@functools.cache
def groups() -> dict[str, str]:
    """{test: group}; all workers have collected by then, and have found the same."""
    return json.loads((run_folder() / "groups").read_text())
