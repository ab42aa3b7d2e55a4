"""Lines are kept by the rank that said them, and no number that is written before a line makes a rank."""

from scalelab.launch.output import LINES_KEPT, Output, parse_line


def test_ranks_that_there_are_not_are_the_launchers_own_words_and_take_no_room():
    output = Output(workers=2)
    for rank in range(10_000):
        output.add(parse_line(f"[{rank}]<stdout>:from {rank}\n"))
    assert set(output.kept) == {(0, "stdout"), (1, "stdout"), (None, "stderr")}
    assert output.of(1, "stdout") == ["from 1"]
    assert len(output.launcher()) == LINES_KEPT


def test_without_a_number_of_workers_every_rank_is_one():
    output = Output()
    output.add(parse_line("[7]<stderr>:here\n"))
    assert output.of(7, "stderr") == ["here"]
