"""A test that cannot run here says what is missing, and the run says it once."""

import pytest

from harness.needs import PACKAGES, need, reason, summary


def test_what_is_missing_is_said_with_its_package(monkeypatch):
    monkeypatch.setitem(PACKAGES, "no-such-program", "a-package")
    with pytest.raises(pytest.skip.Exception, match="needs no-such-program: apt install a-package"):
        need("sh", "no-such-program")


def test_what_is_there_is_not_missed():
    need("sh")


def test_the_last_line_counts_by_what_is_missing_and_says_what_to_install():
    reasons = [reason("chromium", "apt install chromium")] * 3 + [reason("sshd", "apt install openssh-server")]
    reasons += [reason("a GPU", "a machine that has one"), "Skipped: some other words"]
    assert summary(reasons) == (
        "6 skipped: chromium (3), sshd (1), a GPU (1), for another reason (1); "
        "`apt install chromium openssh-server` runs them"
    )
    assert summary([]) == ""
