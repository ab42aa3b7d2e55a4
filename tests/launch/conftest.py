"""What the tests of the launch share: the scripts that the ranks run."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def scripts() -> Path:
    return Path(__file__).parent / "scripts"
