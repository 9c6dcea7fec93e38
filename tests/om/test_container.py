# SPDX-License-Identifier: Apache-2.0
"""Header, partition tables and several models in a file; what is wrong gets its name."""

from __future__ import annotations

import gc
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from ge_ir import partitions
from om_files import (
    INOUT,
    MODEL_DEF,
    NEW,
    OLD,
    TASKS,
    WEIGHTS,
    file_of,
    real_model,
    simple_inout,
    simple_model,
    static_file,
    table,
    tasks,
)

from ascendcl import om

MODEL = simple_model().SerializeToString()
PARTITIONS = [(INOUT, simple_inout()), (77, b"unknown"), (MODEL_DEF, MODEL), (WEIGHTS, b"w" * 9)]
PARTITIONS.append((TASKS, tasks(4096)))


def contents(model: om.Model) -> list[tuple[int, bytes]]:
    return [(p.type, bytes(p.bytes)) for p in model.partitions]


def code_of(data: bytes) -> str:
    with pytest.raises(om.FormatError) as caught:
        om.File.from_bytes(data)
    return caught.value.code


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("wide", [True, False])
def test_both_versions_and_tables(version: int, wide: bool) -> None:
    data = file_of(table(PARTITIONS, wide), version=version, wide=wide)
    file = om.File.from_bytes(data)
    assert (file.version, file.model_type, file.size) == (version, 0, len(data))
    assert (file.name, file.platform_version) == ("net", "1.11.z.0")
    assert not file.is_dynamic
    assert [contents(model) for model in file.models] == [PARTITIONS]
    assert (file.work_size, file.weight_size, file.zero_copy_size) == (4096, 9, 64)


@pytest.mark.parametrize("wide", [True, False])
def test_several_models(wide: bool) -> None:
    models = [
        [(MODEL_DEF, MODEL)],
        [(MODEL_DEF, MODEL), (WEIGHTS, b"w" * 5), (TASKS, tasks(1))],
        [(MODEL_DEF, MODEL), (WEIGHTS, b"w" * 7)],
    ]
    payload = b"".join(table(model, wide) for model in models)
    file = om.File.from_bytes(file_of(payload, wide=wide, model_count=3))
    assert [contents(model) for model in file.models] == models
    assert file.is_dynamic
    assert (file.work_size, file.weight_size) == (0, 12)


def test_unknown_shape_is_dynamic() -> None:
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, MODEL)], True), is_unknown=True))
    assert file.is_dynamic
    assert file.work_size == 0


def test_old_version_has_no_model_count() -> None:
    """Its platform version stands where new files count models."""
    data = file_of(table(PARTITIONS, False), version=OLD, wide=False)
    assert struct.unpack_from("<I", data, 156)[0] > 1_000_000
    assert len(om.File.from_bytes(data).models) == 1


def test_aligned_partitions() -> None:
    """An offset ahead of the sizes' sum is where the partition begins."""
    payload = table(PARTITIONS, True, align=512)
    assert contents(om.File.from_bytes(file_of(payload)).models[0]) == PARTITIONS


def test_of_partitions_of_one_type_the_first_counts_and_unknown_types_are_skipped() -> None:
    parts = [(99, b"?" * 7), *PARTITIONS, (WEIGHTS, b"second" * 9), (TASKS, tasks(77))]
    file = om.File.from_bytes(file_of(table(parts, True)))
    plain = om.File.from_bytes(file_of(table(PARTITIONS, True)))
    assert (file.work_size, file.weight_size) == (plain.work_size, plain.weight_size)
    assert file.models[0].definition.name == plain.models[0].definition.name


def test_a_zero_model_count_means_one() -> None:
    assert len(om.File.from_bytes(file_of(table(PARTITIONS, True), model_count=0)).models) == 1


@pytest.mark.parametrize("name", ["lane.om", "nanotrack_backbone127.om"])
def test_real_files(name: str) -> None:
    path = real_model(name)
    file = om.File.open(path)
    assert [contents(model) for model in file.models] == partitions(path.read_bytes())


def test_sizes_of_lane() -> None:
    file = om.File.open(real_model("lane.om"))
    assert (file.work_size, file.weight_size, file.zero_copy_size) == (11275776, 2203648, 4720128)
    assert (file.name, file.platform_version) == ("my_122_anenet", "1.11.z.0")


GOOD = static_file(simple_model())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "too short"),
        (GOOD[:255], "too short"),
        (b"PK\3\4" + GOOD[4:], "bad magic"),
        (file_of(table(PARTITIONS, True), is_encrypted=True), "encrypted"),
        (GOOD[:-1], "length mismatch"),
        (GOOD + b"\0", "length mismatch"),
        (file_of(table([], True)), "bad partitions"),
        (file_of(table([(MODEL_DEF, MODEL)] * 9, True)), "bad partitions"),
        (file_of(b"\1\0\0\0"), "truncated"),
        (file_of(table(PARTITIONS, True)[:20]), "truncated"),
        (file_of(table(PARTITIONS, True)[:-1]), "truncated"),
        (file_of(table(PARTITIONS, True) + b"\0"), "trailing bytes"),
        (file_of(table(PARTITIONS, True), model_count=2), "truncated"),
        (file_of(table([(TASKS, b"")], True)), "missing model definition"),
        (file_of(table([(MODEL_DEF, MODEL)], True)), "missing tasks"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_damage_has_a_name(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_sizes_that_wrap_around() -> None:
    payload = bytearray(table([(MODEL_DEF, MODEL), (TASKS, b"")], True))
    struct.pack_into("<QQ", payload, 8 + 8, 2**64 - 8, 16)
    assert code_of(file_of(bytes(payload))) == "truncated"


def test_a_model_count_that_the_file_cannot_hold() -> None:
    payload = table([(MODEL_DEF, b"")], True) * 1000
    assert code_of(file_of(payload, model_count=2**32 - 1)) in {"truncated", "too complex"}


def test_tasks_that_do_not_decode() -> None:
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, MODEL), (TASKS, b"\xff")], True)))
    with pytest.raises(om.FormatError, match="varint") as caught:
        _ = file.work_size
    assert caught.value.code == "bad tasks"


def test_empty_tasks_need_no_work_memory() -> None:
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, MODEL), (TASKS, b"")], True)))
    assert file.work_size == 0


@pytest.mark.parametrize("convert", [str, Path, os.fsencode], ids=["str", "Path", "bytes"])
def test_open_takes_paths(tmp_path: Path, convert: Any) -> None:
    path = tmp_path / "模型.om"
    path.write_bytes(GOOD)
    assert om.File.open(convert(path)).work_size == 4096


def test_open_says_what_the_system_says(tmp_path: Path) -> None:
    missing = tmp_path / "missing.om"
    with pytest.raises(FileNotFoundError) as caught:
        om.File.open(missing)
    assert caught.value.filename == str(missing)
    with pytest.raises(IsADirectoryError):
        om.File.open(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="Invalid argument"):
        om.File.open(tmp_path / "fifo")
    (tmp_path / "empty.om").touch()
    with pytest.raises(om.FormatError) as damage:
        om.File.open(tmp_path / "empty.om")
    assert damage.value.code == "too short"


@pytest.mark.parametrize("convert", [bytes, bytearray, memoryview])
def test_from_bytes_takes_buffers(convert: Any) -> None:
    assert om.File.from_bytes(convert(GOOD)).size == len(GOOD)


def test_from_bytes_copies_nothing() -> None:
    data = bytearray(file_of(table(PARTITIONS, True)))
    weights = om.File.from_bytes(data).models[0].partitions[3].bytes
    assert bytes(weights) == b"w" * 9
    data[data.index(b"w" * 9)] = ord("W")
    assert bytes(weights) == b"W" + b"w" * 8
    with pytest.raises(BufferError):
        data.clear()  # the file holds it


def test_parts_keep_the_file_alive(tmp_path: Path) -> None:
    path = tmp_path / "net.om"
    path.write_bytes(GOOD)
    model = om.File.open(path).models[0]
    path.unlink()
    view = model.partitions[0].bytes
    node = model.definition.graphs[0].nodes[0]
    del model
    gc.collect()
    assert bytes(view) == simple_model().SerializeToString()
    assert view.readonly
    assert (node.name, node.attrs["index"]) == ("x", 0)


def test_a_format_error_is_a_value_error() -> None:
    assert issubclass(om.FormatError, ValueError)
