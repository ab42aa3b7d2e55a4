"""Finds what was handed in for a lab where nbgrader does not look for it, and says in a sentence what to do."""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz")
MOST_SAID = 3  # names
DEEPEST = 4  # folders below that of a student


def misplaced(submitted: Path, lab: str, labs: Collection[str], notebooks: Collection[str]) -> dict[str, str]:
    """{student, as far as the place tells: sentence} of all that lies in `submitted` and is no STUDENT/LAB.

    `labs` are the course's, `notebooks` the names of this lab's, without ".ipynb". A student's folder that is empty, or
    holds other labs alone, is no mistake.
    """
    found = {}
    for entry in sorted(submitted.iterdir()) if submitted.is_dir() else []:
        if entry.name.startswith((".", "__MACOSX")) or (entry / lab).is_dir():
            continue
        try:
            sentence = _what_to_do(entry, lab, labs, notebooks)
        except OSError as error:  # of this student alone
            sentence = f"submitted/{entry.name} cannot be looked into ({error.strerror}); open it to yourself."
        if sentence:
            found[_readable(_student(entry))] = _readable(sentence)
    return found


def left_inside(folder: Path, notebook: str) -> str:
    """Where a notebook that is missing in a lab's folder may be instead, in words; empty where nothing is like it."""
    deeper = [path for path in _below(folder) if path.name == notebook and path.parent != folder]
    if deeper:
        return f"{deeper[0].relative_to(folder)} was, which lies too deep: move it up"
    archives = [path.name for path in _below(folder) if path.suffix.lower() in ARCHIVES]
    return f"{archives[0]} was: unpack it" if archives else ""


def misnamed(missing: Sequence[str], others: Sequence[str]) -> dict[str, list[str]]:
    """For each notebook that is missing, which of the others it may be under a wrong name: each is named once."""
    meant: dict[str, list[str]] = {name: [] for name in missing}
    for other in others if missing else []:
        nearest = max(missing, key=lambda name: SequenceMatcher(None, name.lower(), other.lower()).ratio())
        meant[nearest].append(other)
    return {name: names[:MOST_SAID] for name, names in meant.items()}


def _what_to_do(entry: Path, lab: str, labs: Collection[str], notebooks: Collection[str]) -> str:
    place = f"submitted/{_student(entry)}/{lab}"
    if not entry.is_dir():
        meant = entry.suffix.lower() in (*ARCHIVES, ".ipynb")
        do = "unpack it into" if entry.suffix.lower() in ARCHIVES else "move it into"
        return f"{entry.name} is a file where a student's folder belongs; {do} {place}/." if meant else ""
    if _alike(entry.name, lab):
        return f"submitted/{entry.name} is named after the lab; students come first: submitted/STUDENT/{lab}/."
    names = {path.name for path in entry.iterdir()}
    if near := sorted(name for name in names if _alike(name, lab)):
        archive = near[0].lower().endswith(ARCHIVES)
        return f"{entry.name}/{near[0]}: {'unpack it into' if archive else 'rename it to'} {place}/."
    strays = [path for path in _below(entry) if path.stem in notebooks or path.suffix.lower() in ARCHIVES]
    own = [path for path in strays if path.relative_to(entry).parts[0] not in labs]
    if not own:
        return ""
    said = ", ".join(str(path.relative_to(entry.parent)) for path in own[:MOST_SAID])
    return f"There is no {place}/, but {said}; move the notebooks there."


def _student(entry: Path) -> str:
    name = entry.name
    while not entry.is_dir() and name.lower().endswith((*ARCHIVES, ".ipynb")):
        name = name.rpartition(".")[0]
    return name


def _readable(text: str) -> str:
    """Without what steers a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _alike(name: str, lab: str) -> bool:
    """Whether a name means the lab: in another case, with other signs between its words, or packed."""
    return _letters(name.lower().split(".")[0]) == _letters(lab)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _below(folder: Path, depth: int = DEEPEST) -> Iterator[Path]:
    """Files below, links and what cannot be looked into left out."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for path in entries:
        if path.is_symlink() or path.name.startswith((".", "__MACOSX")):
            continue
        if path.is_dir():
            yield from _below(path, depth - 1) if depth else ()
        else:
            yield path
