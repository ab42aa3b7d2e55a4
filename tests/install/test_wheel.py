"""Horovod's wheel: the edits reach the source they were written for, and a wheel serves only where it fits."""

from dataclasses import replace

import pytest

from scalelab.errors import ScaleLabError
from scalelab.install import edits, features, wheel
from scalelab.install.features import Features
from scalelab.install.python import Interpreter

TARGET = Interpreter("python3", "cp311", "linux_x86_64", "/site", "/bin", True, "2.13.0+cpu", None)
STANDARD, RESERVE = "set(CMAKE_CXX_STANDARD 14)", "global_ranks_.reserve(size_)"  # in places of their own, below


def source(folder, standard="14", call="reserve"):
    """The lines around the edits of the build, and the very lines of the others, as in the published source."""
    texts = {
        "CMakeLists.txt": f"project(horovod CXX)\n\nset(CMAKE_CXX_STANDARD {standard})\n"
        f'    string(PREPEND GLOO_CMAKE "set(CMAKE_CXX_STANDARD {standard})\\n")\n',
        "horovod/torch/CMakeLists.txt": f"if(NOT X)\n    set(CMAKE_CXX_STANDARD {standard})\nendif()\n",
        "horovod/common/gloo/gloo_controller.cc": f"  }}\n\n  global_ranks_.{call}(size_);\n  {{\n",
    }
    for edit in edits.EDITS:
        texts[edit.path] = texts.get(edit.path, "") + ("" if edit.old in (STANDARD, RESERVE) else edit.old)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_the_edits_apply_in_every_place(tmp_path):
    edits.apply_all(source(tmp_path))
    assert (tmp_path / "CMakeLists.txt").read_text().count("STANDARD 17") == 2
    assert "STANDARD 17" in (tmp_path / "horovod/torch/CMakeLists.txt").read_text()
    assert "global_ranks_.resize(size_)" in (tmp_path / "horovod/common/gloo/gloo_controller.cc").read_text()


def test_without_cuda_it_is_not_asked_for_where_torch_is_asked_either(tmp_path):
    edits.apply_all(source(tmp_path))
    asked = tmp_path / edits.WITHOUT_CUDA.path
    asked.write_text(asked.read_text() + edits.WITHOUT_CUDA.old)
    edits.apply_all(tmp_path, (edits.WITHOUT_CUDA,))
    assert "torch.version.cuda" not in asked.read_text()


@pytest.mark.parametrize("other", [{"standard": "20"}, {"call": "resize"}])
def test_another_source_is_refused(tmp_path, other):
    with pytest.raises(ScaleLabError, match="not the one that the edits were written for"):
        edits.apply_all(source(tmp_path, **other))


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ScaleLabError, match="CMakeLists.txt has no"):
        edits.apply_all(tmp_path)


def test_the_key_tells_apart_what_a_wheel_depends_on(monkeypatch):
    plain = Features(mpi=False, nccl=False)
    keys = {
        wheel.key(TARGET, plain),
        wheel.key(replace(TARGET, torch="2.13.0+cu130"), plain),
        wheel.key(replace(TARGET, torch="2.12.0+cpu"), plain),
        wheel.key(replace(TARGET, tag="cp312"), plain),
        wheel.key(replace(TARGET, platform="linux_aarch64"), plain),
        wheel.key(TARGET, Features(mpi=True, nccl=False)),
        wheel.key(TARGET, Features(mpi=True, nccl=True)),
        wheel.key(TARGET, Features(mpi=True, nccl=False, hide_cuda=True)),
    }
    monkeypatch.setattr(edits, "digest", lambda: "00000000")
    assert len(keys | {wheel.key(TARGET, plain)}) == 9


def test_a_wheel_half_built_is_not_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wanted = Features(mpi=False, nccl=False)
    (tmp_path / "scalelab/wheels/building-1").mkdir(parents=True)
    (tmp_path / "scalelab/wheels/building-1/horovod-0.28.1-x.whl").touch()
    assert wheel.cached(TARGET, wanted) is None
    assert not wheel.any_cached("cp311")


def test_a_finished_wheel_is_found_by_those_it_fits(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wanted = Features(mpi=False, nccl=False)
    wheel.folder(TARGET, wanted).mkdir(parents=True)
    (wheel.folder(TARGET, wanted) / "horovod-0.28.1-x.whl").touch()
    assert wheel.cached(TARGET, wanted)
    assert wheel.any_cached("cp311")
    assert not wheel.any_cached("cp312")
    assert wheel.cached(TARGET, Features(mpi=True, nccl=False)) is None


def test_a_source_with_another_checksum_is_never_taken_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept = tmp_path / "scalelab/sdists" / wheel.SDIST
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half an archive")

    class Refuses:
        def run(self, _):
            raise ScaleLabError("asked the index")

    with pytest.raises(ScaleLabError, match="asked the index"):
        wheel.fetch(TARGET, Refuses())


@pytest.mark.parametrize("programs", [["mpirun"], ["mpirun", "mpicxx"]], ids=["no compiler", "no header"])
def test_mpirun_without_what_compiles_is_said(tmp_path, monkeypatch, programs):
    for program in programs:
        (tmp_path / program).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = features.detect(TARGET)
    assert found.names == "gloo"
    assert any("no mpi.h for mpicxx" in why and "libopenmpi-dev" in why for why in found.why)


def test_a_cuda_torch_without_a_driver_is_built_for_the_cpu(monkeypatch):
    monkeypatch.setattr(features, "driver", lambda: False)
    found = features.detect(replace(TARGET, torch="2.13.0+cu130", cuda="13.0"))
    assert found.hide_cuda
    assert not found.nccl
    assert not features.detect(TARGET).hide_cuda


def test_the_build_is_told_mpi_or_not(tmp_path):
    with_mpi = wheel.environment(TARGET, Features(mpi=True, nccl=False), tmp_path)
    without = wheel.environment(TARGET, Features(mpi=False, nccl=False), tmp_path)
    assert with_mpi["HOROVOD_WITH_MPI"] == "1"
    assert "HOROVOD_WITHOUT_MPI" not in with_mpi
    assert without["HOROVOD_WITHOUT_MPI"] == "1"
    assert "HOROVOD_GPU_OPERATIONS" not in without


@pytest.mark.parametrize(("asked", "jobs"), [("-j3", "-j3"), (" -j5 --jobserver-auth=3,4", "-j5"), ("w", ""), ("", "")])
def test_as_many_compilers_run_as_there_are_cores_or_as_are_asked_for(tmp_path, monkeypatch, asked, jobs):
    monkeypatch.setenv("MAKEFLAGS", asked)
    monkeypatch.setattr(wheel.os, "sched_getaffinity", lambda _: {0})
    assert wheel.environment(TARGET, Features(mpi=False, nccl=False), tmp_path)["MAKEFLAGS"] == (jobs or "-j1")


def test_nccl_of_torchs_own_package_is_linked_by_name(tmp_path, monkeypatch):
    site, room, cuda = tmp_path / "site", tmp_path / "room", tmp_path / "cuda"
    for path in (site / "nvidia/nccl/include/nccl.h", site / "nvidia/nccl/lib/libnccl.so.2", cuda / "bin/nvcc"):
        path.parent.mkdir(parents=True)
        path.touch()
    room.mkdir()
    monkeypatch.setenv("HOROVOD_CUDA_HOME", str(cuda))
    monkeypatch.setattr(features, "nccl_header", lambda _: site / "nvidia/nccl/include/nccl.h")
    target = replace(TARGET, site=str(site), torch="2.13.0+cu130", cuda="13.0")
    env = wheel.environment(target, Features(mpi=False, nccl=True), room)
    assert env["HOROVOD_GPU_OPERATIONS"] == "NCCL"
    assert (room / "nccl/libnccl.so").resolve() == site / "nvidia/nccl/lib/libnccl.so.2"


def test_an_nvcc_that_only_leads_to_the_toolkit_is_not_taken_for_it(tmp_path, monkeypatch):
    toolkit, others = tmp_path / "cuda-13", tmp_path / "local"
    for path in (toolkit / "bin/nvcc", toolkit / "include/cuda_runtime.h", others / "bin/nvcc"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (others / "bin/nvcc").unlink()
    (others / "bin/nvcc").symlink_to(toolkit / "bin/nvcc")
    monkeypatch.setenv("CUDA_HOME", str(others))
    assert features.cuda_home() == toolkit
