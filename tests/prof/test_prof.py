# SPDX-License-Identifier: Apache-2.0
"""acl.prof: sessions with their file, subscriptions with their records, marks, ranges, steps."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import acl
import ascendcl
from ascendcl.data import DIGITS_MODEL

INVALID_PARAM = 100000
INVALID_FILE = 100003
ALREADY_RUN = 100042
NOT_RUN = 100043
NO_SUCH_MODEL = 145003
REPEAT_SUBSCRIBE = 148046
API_CONFLICT = 148047

TASK_TIME, TRAINING_TRACE, MSPROFTX = 0x2, 0x40, 0x80
NO_METRICS = 255

Row = dict[str, str]


@pytest.fixture(autouse=True)
def device() -> Iterator[ascendcl.Device]:
    with ascendcl.Device(0) as device:
        device.set_current()
        yield device


@pytest.fixture
def model() -> Iterator[ascendcl.Model]:
    with ascendcl.Model.from_file(DIGITS_MODEL) as model:
        yield model


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Path]:
    """A session whose results go to the folder; open until the end of the test at least."""
    assert acl.prof.init(str(tmp_path)) == 0
    yield tmp_path
    acl.prof.finalize()


def input_of(model: Any) -> Any:
    rng = np.random.default_rng(3)
    return rng.random(model.inputs[0].shape, np.float32).astype(model.inputs[0].dtype)


def started(what: int, devices: list[int] | None = None) -> int:
    config = int(acl.prof.create_config(devices or [0], NO_METRICS, 0, what))
    assert config != 0
    assert acl.prof.start(config) == 0
    return config


def stop(config: int) -> None:
    assert acl.prof.stop(config) == 0
    assert acl.prof.destroy_config(config) == 0


def rows(folder: Path) -> list[Row]:
    [path] = folder.iterdir()
    assert path.name.startswith(f"op_summary_{os.getpid()}_")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_session_writes_executions_and_ops(session: Path, model: Any) -> None:
    x = input_of(model)
    before = np.asarray(model(x))
    config = started(TASK_TIME)
    during = [np.asarray(model(x)) for _ in range(3)]
    stop(config)
    after = np.asarray(model(x))
    for result in [*during, after]:
        np.testing.assert_array_equal(result, before)

    written = rows(session)
    executions = [row for row in written if row["kind"] == "execution"]
    ops = [row for row in written if row["kind"] == "op"]
    assert len(executions) == 3
    assert {(row["name"], row["device"]) for row in executions} == {("digits", "0")}
    assert len({row["model_id"] for row in written}) == 1
    assert [row["type"] for row in ops].count("Convolution") == 2 * 3
    for execution in executions:
        begin = int(execution["start_ns"])
        end = begin + int(execution["duration_ns"])
        own = [row for row in ops if begin <= int(row["start_ns"]) < end]
        assert 0 < sum(int(row["duration_ns"]) for row in own) <= end - begin
        assert all(int(row["start_ns"]) + int(row["duration_ns"]) <= end for row in own)


def test_states_of_a_session(tmp_path: Path) -> None:
    config = acl.prof.create_config([0], NO_METRICS, 0, TASK_TIME)
    assert acl.prof.start(config) == NOT_RUN
    assert acl.prof.stop(config) == NOT_RUN
    assert acl.prof.finalize() == NOT_RUN
    assert acl.prof.init(str(tmp_path)) == 0
    assert acl.prof.init(str(tmp_path)) == ALREADY_RUN
    assert acl.prof.stop(config) == NOT_RUN
    assert acl.prof.start(config) == 0
    assert acl.prof.start(config) == ALREADY_RUN
    assert acl.prof.stop(config) == 0
    assert acl.prof.start(config) == 0
    assert acl.prof.finalize() == 0  # stops it
    assert acl.prof.finalize() == NOT_RUN
    assert acl.prof.init(str(tmp_path)) == 0
    assert acl.prof.start(config) == 0
    assert acl.prof.finalize() == 0
    assert acl.prof.destroy_config(config) == 0
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("kind", ["file", "link to a file", "dangling link", "pipe", "folder"])
def test_what_is_there_is_left_alone(kind: str, tmp_path: Path) -> None:
    """The name can be foretold: nobody can make a session write over, or through, what is there."""
    folder, kept = tmp_path / "results", tmp_path / "kept"
    folder.mkdir()
    there = folder / f"op_summary_{os.getpid()}_1.csv"
    if kind == "file":
        there.write_text("an earlier result")
    elif kind == "link to a file":
        kept.write_text("somebody's")
        there.symlink_to(kept)
    elif kind == "dangling link":
        there.symlink_to(kept)
    elif kind == "pipe":
        os.mkfifo(there)
    else:
        there.mkdir()
    before = there.lstat()
    assert acl.prof.init(str(folder)) == 0
    assert acl.prof.finalize() == 0
    assert there.lstat() == before
    if kind == "file":
        assert there.read_text() == "an earlier result"
    assert kept.read_text() == "somebody's" if kind == "link to a file" else not kept.exists()
    (written,) = set(folder.iterdir()) - {there}
    assert written.name == f"op_summary_{os.getpid()}_2.csv"
    assert written.read_text().startswith("kind,device,")


LIMITED = """
import resource, signal, sys
import numpy as np, acl
sys.dont_write_bytecode = True
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # as in a C program
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
assert acl.prof.init(sys.argv[1]) == 0
config = acl.prof.create_config([0], 0, 0, 0x2)
assert acl.prof.start(config) == 0
from acl.data import DIGITS_MODEL
with acl.Model.from_file(DIGITS_MODEL) as model:
    for _ in range(20):
        model(np.ones((1, 1, 8, 8), np.float32))
print(acl.prof.finalize())
"""


@pytest.mark.parametrize("limit", [1000, 1001, 1024, 3000])
def test_a_limit_cuts_no_line(limit: int, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), str(limit)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) != 0  # it says that results are missing
    (written,) = tmp_path.iterdir()
    text = written.read_text()
    assert text.endswith("\n")
    assert {line.count(",") for line in text.splitlines()} == {6}
    assert 0 < len(text) <= limit


def test_arguments_of_a_session(tmp_path: Path) -> None:
    assert acl.prof.init("") == INVALID_PARAM
    assert acl.prof.init(str(tmp_path / "nowhere")) == INVALID_FILE
    assert "nowhere" in str(acl.get_recent_err_msg())
    assert acl.prof.start(0) == INVALID_PARAM
    assert acl.prof.destroy_config(0) == INVALID_PARAM
    assert acl.prof.create_config([], NO_METRICS, 0, TASK_TIME) == 0
    assert acl.prof.create_config([64], NO_METRICS, 0, TASK_TIME) == 0
    assert acl.prof.create_config([0, 0], NO_METRICS, 0, TASK_TIME) == 0
    assert acl.prof.create_config([0], 77, 0, TASK_TIME) == 0
    assert acl.prof.set_config(1, "200MB") == 0
    assert acl.prof.set_config(0, "x") == INVALID_PARAM
    assert acl.prof.set_config(17, "x") == INVALID_PARAM
    assert acl.prof.set_config(1, "") == INVALID_PARAM


def test_what_was_not_asked_for_is_not_written(session: Path, model: Any) -> None:
    config = started(MSPROFTX)
    model(input_of(model))
    stop(config)
    assert rows(session) == []


def test_marks_ranges_and_steps(session: Path) -> None:
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    config = started(MSPROFTX | TRAINING_TRACE)
    stamp = acl.prof.create_stamp()
    message = 'load, "fast"'
    assert acl.prof.set_stamp_trace_message(stamp, message, len(message)) == 0
    assert acl.prof.push(stamp) == 0
    assert acl.prof.mark(stamp) == 0
    range_id, ret = acl.prof.range_start(stamp)
    assert ret == 0
    assert acl.prof.pop() == 0
    assert acl.prof.range_stop(range_id) == 0
    assert acl.prof.mark_ex("in the stream", stream) == 0
    step = acl.prof.create_step_info()
    assert acl.prof.get_step_timestamp(step, 0, stream) == 0
    assert acl.prof.get_step_timestamp(step, 1, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    stop(config)
    assert acl.prof.mark(stamp) == 0  # nobody records it
    acl.prof.destroy_stamp(stamp)
    acl.prof.destroy_step_info(step)
    assert acl.rt.destroy_stream(stream) == 0

    written = rows(session)
    assert [(row["kind"], row["device"], row["name"]) for row in written] == [
        ("mark", "", message),
        ("range", "", message),
        ("range", "", message),
        ("mark", "0", "in the stream"),
        ("step", "0", ""),
    ]
    mark, pushed, by_id, *_ = written
    assert mark["duration_ns"] == "0"
    assert int(pushed["start_ns"]) <= int(mark["start_ns"]) <= int(by_id["start_ns"])


def test_misused_stamps() -> None:
    assert acl.prof.push(0) == INVALID_PARAM
    assert acl.prof.pop() == INVALID_PARAM
    assert acl.prof.mark(0) == INVALID_PARAM
    assert acl.prof.range_start(0) == (0, INVALID_PARAM)
    assert acl.prof.range_stop(4711) == INVALID_PARAM
    assert acl.prof.get_step_timestamp(0, 0, 0) == INVALID_PARAM
    step = acl.prof.create_step_info()
    assert acl.prof.get_step_timestamp(step, 2, 0) == INVALID_PARAM
    acl.prof.destroy_step_info(step)


class Subscription:
    """A subscription to a model loaded by a flat call, with a file for a pipe."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "records"
        self.fd = os.open(self.path, os.O_CREAT | os.O_WRONLY)
        self.config = acl.prof.create_subscribe_config(1, NO_METRICS, self.fd)
        self.model_id, ret = acl.mdl.load_from_file(str(DIGITS_MODEL))
        assert ret == 0
        self.desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(self.desc, self.model_id) == 0
        self.data_sets = [
            self._data_set(acl.mdl.get_input_size_by_index(self.desc, 0)),
            self._data_set(acl.mdl.get_output_size_by_index(self.desc, 0)),
        ]

    def _data_set(self, size: int) -> int:
        address, ret = acl.rt.malloc(size, 0)
        assert ret == 0
        dataset = acl.mdl.create_dataset()
        assert acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(address, size))[1] == 0
        return int(dataset)

    def execute(self) -> None:
        assert acl.mdl.execute(self.model_id, *self.data_sets) == 0

    def records(self) -> bytes:
        return self.path.read_bytes()

    def release(self) -> None:
        for dataset in self.data_sets:
            buffer = acl.mdl.get_dataset_buffer(dataset, 0)
            assert acl.rt.free(acl.get_data_buffer_addr(buffer)) == 0
            assert acl.destroy_data_buffer(buffer) == 0
            assert acl.mdl.destroy_dataset(dataset) == 0
        assert acl.mdl.destroy_desc(self.desc) == 0
        assert acl.mdl.unload(self.model_id) == 0
        assert acl.prof.destroy_subscribe_config(self.config) == 0
        os.close(self.fd)


@pytest.fixture
def subscription(tmp_path: Path) -> Iterator[Subscription]:
    made = Subscription(tmp_path)
    yield made
    made.release()


def test_states_of_a_subscription(subscription: Subscription, tmp_path: Path) -> None:
    model_id, config = subscription.model_id, subscription.config
    assert acl.prof.model_unsubscribe(model_id) == INVALID_PARAM
    assert acl.prof.model_subscribe(model_id, 0) == INVALID_PARAM
    assert acl.prof.model_subscribe(4711, config) == NO_SUCH_MODEL
    assert acl.prof.model_subscribe(model_id, config) == 0
    assert acl.prof.model_subscribe(model_id, config) == REPEAT_SUBSCRIBE
    assert acl.prof.init(str(tmp_path)) == API_CONFLICT
    assert acl.prof.model_un_subscribe(model_id) == 0
    assert acl.prof.init(str(tmp_path)) == 0
    assert acl.prof.model_subscribe(model_id, config) == API_CONFLICT
    assert acl.prof.finalize() == 0
    assert acl.prof.create_subscribe_config(1, NO_METRICS, -1) == 0


def test_records(subscription: Subscription) -> None:
    size, ret = acl.prof.get_op_desc_size()
    assert ret == 0
    assert acl.prof.model_subscribe(subscription.model_id, subscription.config) == 0
    subscription.execute()
    data = subscription.records()
    assert acl.prof.model_unsubscribe(subscription.model_id) == 0
    subscription.execute()
    assert subscription.records() == data

    at, length = acl.util.bytes_to_ptr(data), len(data)
    count, ret = acl.prof.get_op_num(at, length)
    assert (count, ret) == (length // size, 0)
    types = [acl.prof.get_op_type_v2(at, length, i)[0] for i in range(count)]
    assert types.count("Convolution") == 2
    last_end = 0
    for i in range(count):
        name, ret = acl.prof.get_op_name_v2(at, length, i)
        assert (bool(name), ret) == (True, 0)
        assert acl.prof.get_op_name_len(at, length, i) == (len(name) + 1, 0)
        assert acl.prof.get_op_name(at, length, i, 257) == (name, 0)
        assert acl.prof.get_op_type_len(at, length, i) == (len(types[i]) + 1, 0)
        assert acl.prof.get_op_type(at, length, i, 1)[1] == INVALID_PARAM
        start, end = (f(at, length, i) for f in (acl.prof.get_op_start, acl.prof.get_op_end))
        assert last_end <= start <= end
        assert acl.prof.get_op_duration(at, length, i) == end - start
        assert acl.prof.get_model_id(at, length, i) == subscription.model_id
        last_end = end

    assert acl.prof.get_op_type_v2(at, length, count) == (None, INVALID_PARAM)
    assert acl.prof.get_op_start(at, length, count) == 0
    assert acl.prof.get_op_num(at, size - 1)[1] == INVALID_PARAM
    assert acl.prof.get_op_num(0, size)[1] == INVALID_PARAM
    garbage = bytes(size)
    assert acl.prof.get_op_name_v2(acl.util.bytes_to_ptr(garbage), size, 0)[1] == INVALID_PARAM


def test_without_times_nothing_is_written(subscription: Subscription) -> None:
    config = acl.prof.create_subscribe_config(0, NO_METRICS, subscription.fd)
    assert acl.prof.model_subscribe(subscription.model_id, config) == 0
    assert acl.prof.destroy_subscribe_config(config) == 0
    subscription.execute()
    assert acl.prof.model_unsubscribe(subscription.model_id) == 0
    assert subscription.records() == b""


READER_IS_GONE = f"""
import os, signal
import numpy as np
import acl, ascendcl

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
with ascendcl.Device(0) as device, ascendcl.Model.from_file({str(DIGITS_MODEL)!r}) as model:
    device.set_current()
    read, write = os.pipe()
    os.close(read)
    config = acl.prof.create_subscribe_config(1, 255, write)
    model_id = next(i for i in range(1, 10) if acl.prof.model_subscribe(i, config) == 0)
    for _ in range(2):
        model(np.zeros(model.inputs[0].shape, model.inputs[0].dtype))
    assert acl.prof.model_unsubscribe(model_id) == 0
"""


def test_a_reader_that_is_gone_does_no_harm() -> None:
    run = subprocess.run(
        [sys.executable, "-c", READER_IS_GONE], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("the subscription to model 1 ends: Broken pipe") == 1
