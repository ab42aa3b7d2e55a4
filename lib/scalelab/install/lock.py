"""`python -m scalelab.install.lock`: write requirements.lock from what is installed in this environment.

Walks the requirements from ScaleLab's own, so that strays in the environment are not locked. The versions
hold for every platform, so what only one platform's torch brings (CUDA libraries) is left to torch's own pins.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scalelab.install.wheel import BUILD_NEEDS

ROOTS = ("scalelab[distributed,test]", *BUILD_NEEDS)
LEFT_TO_TORCH = ("nvidia-", "triton", "cuda-")
HEAD = """\
# The exact versions that ScaleLab was tested with, used as pip constraints; `make lock` writes this file.
# Horovod is built from source with a few edits: see lib/scalelab/install/edits.py.
"""


def closure(roots: Iterable[str] = ROOTS) -> dict[str, str]:
    """{name: version} of everything that the roots need in this environment; raises PackageNotFoundError."""
    todo, seen, found = [Requirement(root) for root in roots], set(), {}
    while todo:
        wish = todo.pop()
        name = canonicalize_name(wish.name)
        if (name, frozenset(wish.extras)) in seen or name.startswith(LEFT_TO_TORCH):
            continue
        seen.add((name, frozenset(wish.extras)))
        package = metadata.distribution(name)
        found[name] = Version(package.version).public
        todo += [need for need in map(Requirement, package.requires or []) if _applies(need, wish.extras)]
    return {name: version for name, version in sorted(found.items()) if name != "scalelab"}


def _applies(need: Requirement, extras: set[str]) -> bool:
    return not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def write(path: Path) -> int:
    """Replace the file; returns how many packages it locks."""
    pins = closure()
    path.write_text(HEAD + "".join(f"{name}=={version}\n" for name, version in pins.items()), encoding="utf-8")
    return len(pins)


def main() -> int:
    """Write the file, and say how many packages it has; exit code 1 where one is missing here."""
    try:
        count = write(Path("requirements.lock"))
    except metadata.PackageNotFoundError as missing:
        print(f"{missing.name} is not installed here: run `make setup` first.", file=sys.stderr)
        return 1
    print(f"requirements.lock: {count} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
