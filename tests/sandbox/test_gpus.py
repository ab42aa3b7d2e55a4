"""Which device files of GPUs a run gets: its own GPUs' alone, where it is certain which those are."""

import pytest

from scalelab.sandbox import bubblewrap, gpus

UUIDS = [f"GPU-0000000{number}-1111-2222-3333-444444444444" for number in range(4)]
MINORS = [2, 0, 3, 1]  # the number in a device file's name need not be the GPU's place
SHARED = {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"}


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """Four GPUs of one model, by plain files."""
    dev, driver = tmp_path / "dev", tmp_path / "driver"
    (dev / "nvidia-caps").mkdir(parents=True)
    for name in [*SHARED, *(f"nvidia{minor}" for minor in MINORS)]:
        (dev / name).touch()
    for place, (uuid, minor) in enumerate(zip(UUIDS, MINORS, strict=True)):
        folder = driver / "gpus" / f"0000:{place + 9:02x}:00.0"
        folder.mkdir(parents=True)
        (folder / "information").write_text(
            f"Model: \t\t NVIDIA H100\nGPU UUID: \t {uuid}\nBus Location: \t {folder.name}\nDevice Minor: \t {minor}\n"
        )
    monkeypatch.setattr(gpus, "DEVICES", dev)
    monkeypatch.setattr(gpus, "DRIVER", driver)
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    return tmp_path


@pytest.fixture
def spec(machine, monkeypatch):
    """For a value of CUDA_VISIBLE_DEVICES, the names of the device files in bubblewrap's arguments, and its value."""

    def look(visible: str | None) -> tuple[set[str], str | None]:
        if visible is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        words = bubblewrap.arguments([], 5, gpu=True)
        bound = {words[place + 1] for place, word in enumerate(words) if word == "--dev-bind"}
        assert all(path.startswith(str(machine / "dev")) for path in bound)
        within = words[words.index("CUDA_VISIBLE_DEVICES") + 1] if "CUDA_VISIBLE_DEVICES" in words else None
        return {path.rpartition("/")[2] for path in bound}, within

    return look


def alter(machine, place: int, old: str, new: str) -> None:
    path = sorted(machine.glob("driver/gpus/*/information"))[place]
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("visible", ["3,0", f"{UUIDS[3]},{UUIDS[0]}"])
def test_a_run_gets_its_own_gpus_in_the_order_in_which_they_are_named(spec, visible):
    assert spec(visible) == (SHARED | {"nvidia1", "nvidia2"}, f"{UUIDS[3]},{UUIDS[0]}")


def test_who_may_see_none_gets_none(spec):
    assert spec("") == (SHARED, "")


def test_gpus_that_a_cluster_keeps_from_us_are_not_counted(machine, spec):
    """A job that may open the second and the fourth alone calls them 0 and 1."""
    for minor in (MINORS[0], MINORS[2]):
        (machine / "dev" / f"nvidia{minor}").unlink()
    assert spec("1") == (SHARED | {f"nvidia{MINORS[3]}"}, UUIDS[3])


@pytest.mark.parametrize("visible", [None, "7", "-1", "MIG-00000000-1111-2222-3333-444444444444"])
def test_all_are_shown_where_none_is_named_or_the_name_is_not_known(spec, visible):
    bound, within = spec(visible)
    assert bound == SHARED | {"nvidia-caps", *(f"nvidia{minor}" for minor in MINORS)}
    assert within is None


def test_all_are_shown_where_the_driver_does_not_tell_which_is_which(machine, spec):
    alter(machine, 1, UUIDS[1], "GPU-????????-????-????-????-????????????")  # until a GPU is first used
    assert len(spec("0")[0]) == len(SHARED) + 5


def test_numbers_mean_places_only_among_gpus_of_one_model_or_where_cuda_was_told_so(machine, spec, monkeypatch):
    alter(machine, 1, "H100", "A30")
    assert spec("0")[1] is None
    assert spec(UUIDS[0]) == (SHARED | {"nvidia2"}, UUIDS[0])
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    assert spec("0") == (SHARED | {"nvidia2"}, UUIDS[0])


def test_all_are_shown_where_a_gpu_is_divided_into_instances(machine, spec):
    (machine / "driver/capabilities/gpu0/mig/gi1").mkdir(parents=True)
    assert spec("0")[1] is None
