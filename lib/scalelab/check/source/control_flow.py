"""What surrounds a line that a rank stands at: the loops it is in, and conditions on the rank."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from scalelab.check.source.taint import Source, carries, tainted
from scalelab.check.source.worker_calls import asks

LEAVES = ast.Continue | ast.Return | ast.Break
COMPREHENSIONS = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
LOOPS = ast.For | ast.While | COMPREHENSIONS
WORDS = ("rank", "is_main", "main_process", "is_master", "is_root", "is_chief")


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int


class Loop(NamedTuple):
    """A loop, by its first and last line."""

    file: str
    start: int
    end: int

    @property
    def body(self) -> "Loop":
        """All but its first line."""
        return Loop(self.file, self.start + 1, self.end)


def loops(stack: list[Place]) -> list[Loop]:
    """The loops that a stack of places, outermost first, is within, outermost first."""
    found = [
        Loop(place.file, node.lineno, _last_line(node))
        for place in stack
        for node in [*_around(place), *_comprehensions(place)]
        if isinstance(node, LOOPS)
    ]
    return list(dict.fromkeys(found))


def common(one: list[Loop], other: list[Loop]) -> Loop | None:
    """The innermost loop that both are within."""
    shared = [loop for loop in one if loop in other]
    return shared[-1] if shared else None


def is_within(stack: list[Place], loop: Loop) -> bool:
    """Whether any place of the stack lies in the loop."""
    return any(place.file == loop.file and loop.start <= place.line <= loop.end for place in stack)


def counts_steps(loop: Loop) -> bool:
    """Whether something else than the end of an epoch may end the loop: a `break` in it, or a `while` around it."""
    around = _around(Place(loop.file, loop.start))
    own = [node for node in around if isinstance(node, ast.For) and node.lineno == loop.start]
    breaks = any(isinstance(node, ast.Break) for loop in own for node in ast.walk(loop))
    return breaks or any(isinstance(node, ast.While) for node in around)


def depends_on_rank(stack: list[Place]) -> bool:
    """Whether a condition on the rank decides that the stack's lines are reached."""
    return any(_decided_by_rank(place) for place in stack)


def _decided_by_rank(place: Place) -> bool:
    around = _around(place)
    for outer, inner in zip(around, [*around[1:], None], strict=True):
        if isinstance(outer, ast.If) and inner is not None and _asks_rank(place.file, outer.test):
            return True
        if inner is not None and any(_turns_away(place.file, earlier) for earlier in _before(outer, inner)):
            return True
    return False


def _before(outer: ast.AST, inner: ast.AST) -> Iterator[ast.AST]:
    """Statements that come before `inner` in the same block of `outer`."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(outer, field, [])
        if isinstance(block, list) and inner in block:
            yield from block[: block.index(inner)]


def _turns_away(file: str, statement: ast.AST) -> bool:
    """`if hvd.rank() > 0: continue` or the like: what follows is for some ranks only."""
    return isinstance(statement, ast.If) and isinstance(statement.body[-1], LEAVES) and _asks_rank(file, statement.test)


def _asks_rank(file: str, test: ast.expr) -> bool:
    source, found = _rank_names(file)
    words = [node.id if isinstance(node, ast.Name) else getattr(node, "attr", "") for node in ast.walk(test)]
    return carries(test, found, source) or any(mark in word.lower() for word in words for mark in WORDS)


@lru_cache
def _rank_names(file: str) -> tuple[Source, set[str]]:
    trees = [_parse(file)]
    source = asks(trees, "rank", "local_rank", "cross_rank")
    return source, tainted(trees, source)


def _around(place: Place) -> list[ast.AST]:
    """The function that holds the line (or the module), and the statements within it around the line, inwards."""
    chain: list[ast.AST] = [_parse(place.file)]
    while inner := [node for node in _statements(chain[-1]) if node.lineno <= place.line <= _last_line(node)]:
        chain = [inner[0]] if isinstance(inner[0], ast.FunctionDef | ast.AsyncFunctionDef) else [*chain, inner[0]]
    return chain


def _comprehensions(place: Place) -> list[ast.expr]:
    """Comprehensions in the innermost statement that the line lies within."""
    inside = [node for node in ast.walk(_around(place)[-1]) if isinstance(node, COMPREHENSIONS)]
    return [node for node in inside if node.lineno <= place.line <= _last_line(node)]


def _last_line(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno  # a parser tells the end of all


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body


@lru_cache
def _parse(file: str) -> ast.Module:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])
