"""What the image is made from, as far as it can be seen without building it (`make image-test` builds it)."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "docker" / "Dockerfile"
FOR_PODS = ROOT / "docker" / "kubernetes" / "Dockerfile"
DEBIANS_PYTHON = "3.11.2"
PUBLIC = {"download.pytorch.org"}
BASE, BUILD, FINAL = re.split(r"^FROM .*\n", DOCKERFILE.read_text(), flags=re.MULTILINE)[1:]


def copied(stage: str) -> list[tuple[list[str], str]]:
    """(sources, target) of every COPY from the repository."""
    lines = [line.split()[1:] for line in stage.splitlines() if re.match(r"COPY (?!--from)", line)]
    return [(words[:-1], words[-1]) for words in lines]


@pytest.mark.parametrize("file", [DOCKERFILE, FOR_PODS], ids=lambda file: str(file.relative_to(ROOT)))
def test_hadolint_has_nothing_to_say(file):
    hadolint = Path(sys.prefix) / "bin" / "hadolint"
    done = subprocess.run([hadolint, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_compilers_are_installed_only_where_the_final_image_does_not_come_from():
    compilers = re.compile(r"g\+\+|libopenmpi-dev|python3-dev")
    assert compilers.search(BUILD)
    assert not compilers.search(BASE + FINAL)


def test_who_runs_it_is_not_root():
    assert re.findall(r"^USER (.*)", FINAL, re.MULTILINE) == ["10001"]
    assert "sudo" not in DOCKERFILE.read_text()


def test_sshd_in_pods_takes_the_keys_that_the_mpi_operator_mounts():
    """Their folder is open to everyone, and sshd reads these files before its own."""
    (written,) = re.findall(r"echo '(.*)' > /etc/ssh/sshd_config\.d/\w+\.conf", FOR_PODS.read_text())
    assert written == "StrictModes no"


def test_mpirun_in_pods_has_what_it_is_to_hand_on():
    job = yaml.safe_load((FOR_PODS.parent / "mpijob.yaml").read_text())
    command = job["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]["command"]
    handed_on = [value for option, value in pairwise(command) if option == "-x"]
    assert handed_on == ["PATH", "LD_LIBRARY_PATH"]
    assert "ENV LD_LIBRARY_PATH=" in FOR_PODS.read_text()


def test_an_image_without_answers_is_made_before_anything_is_copied_into_the_image():
    assert BUILD.index("COPY labs") < BUILD.index("docker/without_answers.py")
    assert "/opt/scalelab" in re.search(r"^COPY --from=build (.*)", FINAL, re.MULTILINE)[1]
    assert not copied(FINAL)


def test_only_public_hosts_are_named():
    files = [DOCKERFILE, ROOT / "docker" / "compose.yaml", ROOT / ".dockerignore", *Path(__file__).parent.glob("*.py")]
    for file in files:
        hosts = set(re.findall(r"https?://([\w.-]+)", file.read_text()))
        assert hosts <= PUBLIC | {"127.0.0.1"}, file


def test_what_is_copied_is_let_into_the_build():
    """.dockerignore shuts everything out and then names what may in."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {Path(line[1:]) for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    for source in (Path(source) for sources, _ in copied(BUILD) for source in sources):
        assert any(name.is_relative_to(source) or source.is_relative_to(name) for name in let_in), source
    for name in let_in:
        assert (ROOT / name).exists()


def test_horovod_is_built_from_the_few_files_that_are_copied_before_it(tmp_path):
    before = BUILD.partition("-m scalelab.install.horovod")[0]
    for sources, target in copied(before):
        for source in sources:
            place = tmp_path / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
    bare = getattr(sys, "_base_executable", sys.executable)
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'lib')!r}); import scalelab.install.horovod"
    subprocess.run([bare, "-I", "-c", code], check=True)


@pytest.mark.parametrize("folder", ["work", "runs"])
def test_work_and_grades_outlive_the_container(folder):
    assert f'"/home/scalelab/{folder}"' in re.search(r"^VOLUME (.*)", FINAL, re.MULTILINE)[1]


def test_the_locked_versions_are_there_for_the_python_of_debian_12():
    """One that is not would send pip through every version of everything, for ever, instead of failing."""
    names = [line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    wanted = {name: metadata.metadata(name)["Requires-Python"] or "" for name in names}
    assert [name for name, range_ in wanted.items() if DEBIANS_PYTHON not in SpecifierSet(range_)] == []
