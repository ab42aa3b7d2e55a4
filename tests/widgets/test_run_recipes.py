"""Recipes of a sweep from a notebook: run once, kept, and told in a sentence when they fail."""

import os
import time

import pytest
from bs4 import BeautifulSoup

from scalelab.errors import ScaleLabError
from scalelab.widgets.run_recipes import Recipes

SCRIPT = """
import argparse
from pathlib import Path

from scalelab.train import RunRecord

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--seed", type=int)
parser.add_argument("--own", action="store_true")
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--out", type=Path)
arguments = parser.parse_args()
assert arguments.lr < 1, "too high"
print("ran with", arguments.seed, flush=True)
record = RunRecord(arguments.out)
for epoch in range(1, arguments.epochs + 1):
    record.write(images=epoch, epoch=epoch, loss=arguments.lr, validation_accuracy=0.5)
"""
pytestmark = pytest.mark.ranks


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SCRIPT)
    file = tmp_path / "recipes.toml"
    file.write_text('script = "train.py"\nseeds = [0]\n\n[runs]\n"low, own" = "--lr 0.1"\nhigh = "--lr 2"\n')
    return file


def test_a_recipe_runs_once_and_is_there_when_the_notebook_is_opened_again(sweep, capsys):
    recipes = Recipes(sweep, workers=1, seed=77, more="--own")
    assert recipes.finished == {}
    assert recipes.run("low, own")[-1].loss == 0.1
    assert "[0] ran with 77" in capsys.readouterr().out
    again = Recipes(sweep, workers=1, seed=77, more="--own")
    assert list(again.finished) == ["low, own"]
    assert again.run("low, own")[-1].loss == 0.1
    assert "finished before; delete runs/tricks" in capsys.readouterr().out
    os.utime(sweep.parent / "train.py", (time.time() + 60,) * 2)
    again.run("low, own")
    assert "finished before its scripts were changed; delete runs/tricks" in capsys.readouterr().out


def test_a_recipe_that_fails_says_why_and_is_not_kept(sweep):
    recipes = Recipes(sweep, workers=1)
    with pytest.raises(ScaleLabError, match="high: .*too high"):
        recipes.run("high")
    assert recipes.finished == {}


def test_an_unknown_recipe_is_told_with_those_there_are(sweep):
    with pytest.raises(ScaleLabError, match="no recipe 'medium'; the recipes are 'low, own', 'high'"):
        Recipes(sweep).run("medium")


def test_in_a_notebook_its_bar_and_chart_follow(sweep, cell_shows):
    run = f"Recipes({str(sweep)!r}, 1, more='--epochs 3').run('low, own')"
    html, printed = cell_shows(f"from scalelab.widgets.run_recipes import Recipes\n{run}")
    assert printed == "low, own:\n[0] ran with 77\n"
    shown = BeautifulSoup(html, "html.parser")
    assert (shown.progress["max"], shown.progress["value"]) == ("3", "3")
    assert shown.img["alt"].startswith("Reported so far: epoch 3  loss 0.100")
