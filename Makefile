# ScaleLab's commands. Each sets up what it needs by itself; a second start takes well under a second.
#   make setup PYTHON=python3.13      another Python
#   make setup TORCH_INDEX=<url>      also look there for PyTorch (a CPU build is 200 MB instead of 3 GB)

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# Dealt out to a few more processes than there are cores; tests/harness/ says which may run at the same time.
TESTS := $(PYTEST) -n auto
export TORCH_INDEX

# JupyterLab refuses to start as root unless told that it is meant.
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help setup demo lab test test-all record bare-test image-test grade check-corpus bench screenshots \
  moving-picture docs dev hooks lint lock shape clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## virtual environment, PyTorch, Horovod (compiled), this package: only what is missing
	@command -v $(PYTHON) >/dev/null || { compiler=$$(command -v c++ g++ clang++ >/dev/null || echo " g++"); \
	  echo "No $(PYTHON) here: apt install python3 python3-venv python3-dev$$compiler" >&2; exit 1; }
	@PYTHONPATH=lib $(PYTHON) -m scalelab.install

demo: setup ## grade the reference solution, on screen
	@$(BIN)/scalelab grade assessment/solution/assessment.py

lab: setup ## JupyterLab on your copies of the labs, in work/ (what you changed there stays)
	@$(BIN)/scalelab release
	@$(BIN)/jupyter lab --notebook-dir=work --LabApp.default_url=/lab/tree/START.md \
	  --LabApp.app_settings_dir="$(CURDIR)/lib/scalelab/jupyter" $(ROOT_FLAG)

check-corpus: setup ## the conversion check on a folder of scripts: make check-corpus DIR=folder
	@[ -n "$(DIR)" ] || { echo "Which folder? make check-corpus DIR=scripts" >&2; exit 2; }
	@$(BIN)/python tests/check/corpus.py "$(DIR)"

grade: setup ## grade your script: make grade FILE=my.py
	@[ -n "$(FILE)" ] || { echo "Which file? make grade FILE=assessment/assessment.py" >&2; exit 2; }
	@$(BIN)/scalelab grade "$(FILE)"

test: setup ## the quick tests
	@$(TESTS) -m "not slow"

test-all: setup ## the tests, those of minutes included, and which took longest
	@$(TESTS) --durations=10 --durations-min=1

record: setup ## what real ranks tell, kept for the tests that judge it: only what is stale
	@$(BIN)/python tests/record.py

bare-test: setup ## `make demo` on a bare Debian, as an ordinary user (root, with debootstrap and git)
	@$(BIN)/python tests/install/bare_root.py

image-test: setup ## build docker/Dockerfile and use the image (root, with buildah, debootstrap, podman and runc)
	@$(BIN)/python tests/docker/try_image.py

bench: setup ## how two ranks scale, measured beside torch's DDP
	@$(BIN)/python bench/scaling.py

screenshots: setup ## pictures of JupyterLab and of the grader's pages, for the docs
	@SCALELAB_SCREENSHOTS=docs/pictures $(PYTEST) tests/browser -k "not notebooks or 01_gradient"

moving-picture: setup ## docs/pictures/grading.svg: a grading recorded as it ran (two minutes of a quiet machine)
	@$(BIN)/python -c "import pyte" 2>/dev/null || $(BIN)/python -m pip install -q pyte
	@$(BIN)/python docs/make_grading_picture.py

docs: setup ## the pages of the commands, from the command line itself
	@$(BIN)/python docs/make_commands.py

dev: setup
	@$(BIN)/python -c "import pre_commit" 2>/dev/null || \
	  $(BIN)/python -m pip install -q --no-build-isolation -c requirements.lock -e '.[dev]'

hooks: dev ## have git ask before each commit what `make lint` asks
	@$(BIN)/pre-commit install

lint: setup ## what CI asks of all files: ruff, types, spelling, the shape of the house (tests/test_style.py)
	@$(PYTEST) tests/test_style.py

lock: setup ## requirements.lock from what is installed now
	@$(BIN)/python -m scalelab.install.lock

shape: setup ## the library in figures: sizes, circles, upward imports, type errors
	@$(BIN)/python tests/shape.py

clean: ## what set-up and runs left here (your work/ stays, and the compiled Horovod in ~/.cache/scalelab)
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist runs lib/*.egg-info
