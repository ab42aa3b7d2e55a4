"""What makes a record stale: other code, and no other words about it."""

from recorded import code

ADD = '"""Adds."""\n\n\ndef add(a, b):\n    """Sum."""\n    return a + b  # of both\n'


def test_a_reworded_comment_or_docstring_means_the_same():
    other = '"""Sums up."""\n# so it goes\ndef add(a, b):\n    """The sum,\n    for once."""\n    return (a + b)\n'
    assert code.meaning(other) == code.meaning(ADD)


def test_any_other_change_means_something_else():
    for old, new in (("a + b", "a - b"), ("def add(a, b)", "def add(a, c)"), ("return a + b", '"""Sum."""; return 1')):
        assert code.meaning(ADD.replace(old, new)) != code.meaning(ADD)


def test_where_a_file_lies_and_from_where_it_is_imported_means_nothing(tmp_path):
    for folder, module in (("a", "scalelab.old"), ("b", "scalelab.new.place")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.py").write_text(f"from {module} import thing\nthing()\n")
    first, second = (code.digest_of_code([tmp_path / name / f"{name}.py"]) for name in "ab")
    assert first == second
    assert code.meaning("from torch import nn") != code.meaning("from torch import optim")


def test_values_of_different_kinds_are_told_apart():
    assert len({code.meaning(f"x = {value}") for value in ("1", "1.0", "'1'", "b'1'", "True", "None", "[]", "()")}) == 8


def names(files):
    return {path.relative_to(code.LIBRARY).as_posix() for path in files}


def test_a_file_depends_on_what_it_imports_and_on_what_that_imports():
    found = names(code.closure([code.LIBRARY / "check" / "deadlock.py"]))
    assert {"check/deadlock.py", "check/events.py", "launch/launch.py", "launch/output.py"} <= found
    assert not any(name.startswith("course/") for name in found)


def test_a_package_that_passes_a_name_on_is_passed_through():
    assert names(code.imported("from scalelab.train import RunRecord")) == {"train/record.py"}


def test_what_judges_is_nothing_that_a_rank_depends_on():
    ranks = code.closure([code.LIBRARY / "check/observe/__main__.py"])
    assert not any("findings" in path.parts or path.name in ("judging.py", "report.py", "rate.py") for path in ranks)
