"""What surrounds a line of a script."""

import pytest

from scalelab.check.source.control_flow import (
    Loop,
    Place,
    common,
    counts_steps,
    depends_on_rank,
    is_within,
    loops,
)

SCRIPT = """\
import horovod.torch as hvd

chief = hvd.rank() == 0

def train(loader):
    for batch in loader:
        for part in batch:
            part.backward()
        optimizer.step()
    return evaluate()

def evaluate():
    if hvd.rank() > 0:
        return None
    return hvd.allreduce(loss)

for epoch in range(9):
    train(loader)
    if chief:
        save()
    else:
        wait()
    hvd.allreduce(mean)
    if "quick" in options:
        break
"""


@pytest.fixture
def at(tmp_path):
    """at(text): the place of the first line that holds the text."""
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)

    def find(text):
        lines = SCRIPT.splitlines()
        return Place(str(file), 1 + next(i for i, line in enumerate(lines) if text in line))

    return find


def test_the_loop_over_batches_is_the_innermost_that_holds_backward_and_step(at):
    called = Place(at("import").file, 18)
    backward, step = [called, at("part.backward")], [called, at("optimizer.step")]
    loop = common(loops(backward), loops(step))
    assert loop == Loop(called.file, 6, 9)
    assert is_within([called, at("part.backward")], loop)
    assert not is_within([called, at("return evaluate()")], loop)


def test_lines_that_only_some_ranks_reach(at):
    assert depends_on_rank([at("save()")])
    assert depends_on_rank([at("wait()")])
    assert depends_on_rank([at("return hvd.allreduce(loss)")])  # behind a return for the others
    assert depends_on_rank([at("save()"), at("optimizer.step")])


def test_lines_that_all_ranks_reach(at):
    for text in ("optimizer.step", "hvd.allreduce(mean)", "if chief", "if hvd.rank() > 0"):
        assert not depends_on_rank([at(text)]), text


def test_loops_that_end_by_count_are_told_from_those_that_end_with_their_data(at, tmp_path):
    file = at("import").file
    assert not counts_steps(Loop(file, 6, 9))
    assert counts_steps(Loop(file, 17, 25))  # it holds a break
    other = tmp_path / "other.py"
    other.write_text("while step < 100:\n    for batch in loader:\n        step += 1\n")
    assert counts_steps(Loop(str(other), 2, 3))


def test_a_file_that_cannot_be_read_shows_nothing(tmp_path):
    nowhere = Place(str(tmp_path / "nothing.py"), 3)
    assert loops([nowhere]) == []
    assert not depends_on_rank([nowhere])
