"""The run record tells what happened, also while it is being written, and whoever wrote it."""

import pytest

from scalelab.train import Row, RunRecord, read_record
from scalelab.train.record import RecordReader

VALUES = {"epoch": 1, "loss": 2.5, "train_accuracy": 0.25, "lr": 0.1, "effective_batch_size": 64}


def test_what_is_written_is_read(tmp_path):
    record = RunRecord(tmp_path)
    rows = [record.write(images=100, **VALUES), record.write(images=300, **VALUES | {"epoch": 2})]
    assert read_record(tmp_path) == rows
    assert [row.images for row in rows] == [100, 300]
    assert 0 < rows[0].seconds < rows[1].seconds


def test_throughput_is_of_the_images_since_the_last_row(tmp_path):
    record = RunRecord(tmp_path)
    first = record.write(images=1000, **VALUES)
    second = record.write(images=1500, **VALUES)
    assert first.images_per_second == pytest.approx(1000 / first.seconds)
    assert second.images_per_second == pytest.approx(500 / (second.seconds - first.seconds))


def test_only_rank_0_writes(tmp_path):
    RunRecord(tmp_path / "one", rank=1).write(images=1, **VALUES)
    assert not (tmp_path / "one").exists()


def test_a_new_record_replaces_the_old_one(tmp_path):
    RunRecord(tmp_path).write(images=1, **VALUES)
    RunRecord(tmp_path)
    assert read_record(tmp_path) == []


def test_a_reader_gives_each_row_once_and_waits_for_the_end_of_a_line(tmp_path):
    reader, record = RecordReader(tmp_path), RunRecord(tmp_path)
    assert reader.new_rows() == []
    record.write(images=1, **VALUES)
    whole = record.path.read_bytes()
    record.path.write_bytes(whole + whole[:20])
    assert len(reader.new_rows()) == 1
    assert reader.new_rows() == []
    record.path.write_bytes(whole + whole)
    assert len(reader.new_rows()) == 1


def test_who_follows_a_new_run_sees_nothing_of_the_one_before_it(tmp_path):
    old = RunRecord(tmp_path)
    for images in (1, 2, 3):
        old.write(images=images, **VALUES)
    reader = RecordReader(tmp_path, after=True)
    assert reader.new_rows() == []
    new = RunRecord(tmp_path)
    assert reader.new_rows() == []
    new.write(images=7, **VALUES)
    assert [row.images for row in reader.new_rows()] == [7]


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"epoch": "one"}', b"\xff\xfe", b"x" * 3_000_000])
def test_a_line_that_is_no_row_is_passed_over(tmp_path, line):
    record = RunRecord(tmp_path)
    row = record.write(images=1, **VALUES)
    record.path.write_bytes(line + b"\n" + record.path.read_bytes())
    assert read_record(tmp_path) == [row]


def test_no_record_is_no_rows(tmp_path):
    assert read_record(tmp_path / "nowhere") == []


def test_a_report_is_a_line_on_the_screen():
    row = Row(seconds=3, training_seconds=2.04, epoch=2, images=200, images_per_second=100, loss=1.25,
              train_accuracy=0.5, validation_accuracy=0.4567)  # fmt: skip
    assert row.in_words() == (
        "epoch  2  loss 1.250  training accuracy 0.500  validation accuracy 0.457  after 2.0 s of training"
    )
