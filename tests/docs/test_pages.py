"""The pages: what is generated is what the generator gives now, links lead somewhere, and nothing is too long."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHANGELOG, CONTRIBUTING = ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PAGES = [*(ROOT / place / "README.md" for place in ("", "labs", "docker")), CHANGELOG, CONTRIBUTING]
PAGES += sorted(DOCS.rglob("*.md"))
READ_IN_FIVE_MINUTES, READ_IN_A_MINUTE = 1200, 300  # words


def name(path):
    return str(path.relative_to(ROOT))


def anchors(page):
    """What a link can name after a #, as GitHub makes it of the headings."""
    headings = re.findall(r"^#+ (.*)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def broken(page):
    """Links of the page that lead nowhere in this repository."""
    for link in LINK.findall(CODE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    assert list(broken(page)) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One head: it's `so`\n[a](page.md#one-head-its-so) [b](#two) [c](gone.md) [d](https://x.org/y)\n")
    assert list(broken(page)) == ["#two", "gone.md"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_it_names_exist(page):
    named = re.findall(r"`((?:assessment|bench|docs|lib|tests)/[\w./-]*)`", page.read_text())
    real = [path for path in named if not re.search(r"/[A-Z]+([/.]|$)", path)]  # and no LAB/NOTEBOOK
    assert [path for path in real if not (ROOT / path).exists()] == []


def test_the_pages_of_the_commands_are_what_the_command_line_gives_now():
    spec = importlib.util.spec_from_file_location("make_commands", DOCS / "make_commands.py")
    make_commands = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_commands)
    there = {path.name: path.read_text() for path in (DOCS / "commands").iterdir()}
    assert there == make_commands.pages(), "renew them: python docs/make_commands.py"


@pytest.mark.parametrize("person", ["learner", "instructor"])
def test_a_persons_page_is_read_in_five_minutes(person):
    assert len((DOCS / f"{person}.md").read_text().split()) < READ_IN_FIVE_MINUTES


def test_how_to_add_a_thing_is_read_in_a_minute():
    sections = re.split(r"^## ", CODE.sub("", CONTRIBUTING.read_text()), flags=re.MULTILINE)
    assert [text.split("\n")[0] for text in sections if len(text.split()) >= READ_IN_A_MINUTE] == []


def test_every_finding_of_the_check_has_its_row():
    findings = (ROOT / "lib/scalelab/check/findings").glob("*.py")
    ids = {found for path in findings for found in re.findall(r'\b(?:id=|ID = )"([a-z-]+)"', path.read_text())}
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", (DOCS / "conversion_check.md").read_text(), re.MULTILINE))
    assert ids == rows


def test_the_changelog_knows_this_version_and_stays_short():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = CHANGELOG.read_text()
    assert f"## [{version}]" in text
    assert text.count("\n") < 60
