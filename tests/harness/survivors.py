"""A look for processes that a test has left behind."""

import psutil
import pytest


@pytest.fixture
def survivors(tmp_path):
    """Gives the processes that mention this test's own folder; none may be there when the test ends."""

    def look() -> list[str]:
        return [
            " ".join(process.info["cmdline"])
            for process in psutil.process_iter(["cmdline"])
            if any(str(tmp_path) in word for word in process.info["cmdline"] or [])
        ]

    yield look
    assert look() == []
