"""The rubric is checked to the last value, and the course's own is valid."""

import pytest

from scalelab.errors import ScaleLabError
from scalelab.grade.rubric import LARGE_BATCH_RUBRIC, load_rubric
from scalelab.places import RUBRIC

GOOD = """[cpu]
workers = 2
model = "small-resnet"
train_images = 100
budget_epochs = 5.0
memory_gb = 4
[cpu.targets.cifar10]
train_accuracy = 0.7
test_accuracy = 0.6
floor_accuracy = 0.3
"""


@pytest.mark.parametrize(("path", "device"), [(RUBRIC, "cpu"), (RUBRIC, "gpu"), (LARGE_BATCH_RUBRIC, "cpu")])
def test_a_rubric_of_the_course_is_valid_and_its_targets_lie_above_its_floor(path, device):
    rubric = load_rubric(path, device)
    for targets in rubric.targets.values():
        assert targets.floor_accuracy < targets.test_accuracy < targets.train_accuracy


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("workers = 2", "workers = 0"), "workers"),
        (("workers = 2", "worker = 2"), "worker"),
        (("workers = 2", ""), "workers"),
        (("0.7", "70"), "train_accuracy"),
        (("0.7", '"0.7"'), "train_accuracy"),
        (("[cpu]", "[cpu"), "not valid"),
        (("[cpu", "[tpu"), "no part for 'cpu'"),
        (("cifar10", "mnist"), "mnist"),
        (("memory_gb = 4", "memory_gb = 4\neffective_batch_size = 0"), "effective_batch_size"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(tmp_path, change, sentence):
    path = tmp_path / "rubric.toml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(ScaleLabError, match=sentence) as error:
        load_rubric(path, "cpu")
    assert "\n" not in str(error.value)


def test_a_batch_is_asked_for_by_the_second_rubric_alone():
    first, second = (load_rubric(path, "cpu") for path in (RUBRIC, LARGE_BATCH_RUBRIC))
    assert (first.effective_batch_size, second.effective_batch_size) == (None, 1024)
    for name in ("workers", "model", "train_images", "budget_epochs"):
        assert getattr(first, name) == getattr(second, name)


def test_each_data_set_has_its_own_targets(tmp_path):
    path = tmp_path / "rubric.toml"
    path.write_text(GOOD)
    rubric = load_rubric(path, "cpu")
    assert rubric.targets_for("CIFAR-10 (official)").test_accuracy == 0.6
    with pytest.raises(ScaleLabError, match="no targets for stand-in images"):
        rubric.targets_for("stand-in images")


def test_a_missing_rubric_is_named(tmp_path):
    with pytest.raises(ScaleLabError, match="There is no rubric"):
        load_rubric(tmp_path / "rubric.toml", "cpu")
