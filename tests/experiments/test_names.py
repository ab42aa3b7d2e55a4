"""A stored experiment has one name: of its bench, of its file beside the notebook, and of its reader."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORED = sorted((ROOT / "labs" / "source").glob("*/measured_*.json"))
READERS = {path.stem for path in (ROOT / "lib" / "scalelab" / "experiments").glob("*.py")}


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.stem)
def test_a_stored_file_is_named_as_its_reader_or_as_its_sweep(stored):
    name = stored.stem.removeprefix("measured_")
    named_so = [reader for reader in READERS if name == reader or name.startswith(f"{reader}_")]
    assert named_so or (stored.parent / f"{name}.toml").exists()


def test_a_reader_that_asks_for_its_bench_has_one():
    every = (ROOT / "lib" / "scalelab" / "experiments").glob("*.py")
    readers = [path for path in every if "its_bench(__name__)" in path.read_text()]
    assert readers
    assert [path.name for path in readers if not (ROOT / "bench" / path.name).exists()] == []
