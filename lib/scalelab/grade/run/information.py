"""How much a script can know beforehand: the bits that its file can carry, and literals that are data and no code.

Trained weights can be squeezed to a bit each and less, and written into a script as text. So what counts is not the
length of the file but what is left of it when it is compressed: an honest script has 2 KiB, the longest script of this
course 5 KiB.
"""

import ast
import lzma
import math
from collections import Counter
from collections.abc import Iterator

MOST_INFORMATION = 8 * 1024  # bytes, compressed: 65,536 bits for a network of 292,954 weights
LONG = 200  # characters: a shorter text carries too little to be looked at
DENSE = 5.2  # bits a character by their frequencies (Shannon 1948): prose and code have 4 to 5, base64 and base85 6
WORDS = 0.5  # the least share of letters and spaces in prose; hexadecimal digits have 0.4, lists of numbers less
LONGEST_WORD = 150  # characters without a space
MOST_NUMBERS = 400  # in one list, tuple, set or dictionary
LATIN = 0x24F  # the last of the Latin letters in Unicode
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]


def information(content: bytes) -> int:
    """Bytes that are left of it when it is compressed, without a header."""
    return len(lzma.compress(content, format=lzma.FORMAT_RAW, filters=_FILTERS))


def data_literal(tree: ast.AST) -> ast.expr | None:
    """The first literal that holds data: a text that is no prose, a huge number, or many numbers; None: there is none.

    What lies in one list is looked at together, for data can be cut into short pieces.
    """
    return next((node for node in _literals(tree) if _is_data(node)), None)


def _literals(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict):
            yield node


def _is_data(node: ast.expr) -> bool:
    values = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    numbers = [value for value in values if isinstance(value, int | float | complex)]
    if len(numbers) > MOST_NUMBERS or any(isinstance(one, int) and one.bit_length() > 8 * LONG for one in numbers):
        return True
    texts = [value for value in values if isinstance(value, str)]
    if any(len(word) > LONGEST_WORD and word.isascii() for text in texts for word in text.split()):
        return True
    raw = [value.decode("latin-1") for value in values if isinstance(value, bytes)]
    return any(len(text) >= LONG and _is_dense(text) for text in ("".join(texts), "".join(raw)))


def _is_dense(text: str) -> bool:
    """Whether it is data in letters. Prose in a script of many signs, as Chinese has, is not told from data: it passes.

    What it can carry is bounded by `information`, as everything else in the file.
    """
    if sum(sign.isalpha() and not sign.isascii() and ord(sign) > LATIN for sign in text) > len(text) / 2:
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    entropy = -sum(share * math.log2(share) for share in shares)
    return entropy > DENSE or sum(sign.isalpha() or sign.isspace() for sign in text) < WORDS * len(text)
