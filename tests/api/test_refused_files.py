# SPDX-License-Identifier: Apache-2.0
"""Files that are sound and cannot be used here: named as what they are, with what to do."""

from __future__ import annotations

import gc
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import om
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    yield
    gc.collect()  # exceptions and frames hold each other


SPEC = TensorSpec((2, 3), "float32", "ND")


def chain(*types: str, name: str = "") -> bytes:
    graph = GraphBuilder("g")
    value = graph.data("x", SPEC)
    for i, type in enumerate(types):
        value = graph.op(type, [value], SPEC, name=f"{name or 'node'}{i}")
    graph.output([value], ["y"])
    return ModelBuilder(graph).to_bytes()


def changed(at: int, format: str, *values: object) -> bytes:
    data = bytearray(chain("Relu"))
    struct.pack_into(format, data, at, *values)
    return bytes(data)


def hiai_by_type(model_type: int) -> bytes:
    """What the HiAI DDK writes, as far as the header goes: version 1, its own model types."""
    data = bytearray(256) + b"\x0a\x03net" * 100
    struct.pack_into("<4sII", data, 0, b"IMOD", 256, 0x10000000)
    struct.pack_into("<I", data, 76, len(data) - 256)
    data[82] = model_type
    return bytes(data)


def hiai_by_platform() -> bytes:
    data = bytearray(hiai_by_type(0))
    struct.pack_into("<20s", data, 156, b"3.51.z.0")
    return bytes(data)


def without_table() -> bytes:
    """A ModelDef right behind the header, as a DDK 1.x may write it."""
    definition = next(
        bytes(part.bytes)
        for part in om.File.from_bytes(chain("Relu")).models[0].partitions
        if part.type == 0
    )
    data = bytearray(chain("Relu")[:256]) + definition
    struct.pack_into("<Q", data, 184, 0)
    struct.pack_into("<I", data, 76, len(definition))
    return bytes(data)


def several_parts() -> bytes:
    """One model, said to be dynamic and followed by itself."""
    data = bytearray(chain("Relu"))
    data += data[256:]
    struct.pack_into("<I", data, 156, 2)
    struct.pack_into("<Q", data, 184, len(data) - 256)
    return bytes(data)


def of_type_with_other_partitions(model_type: int, partition: int) -> bytes:
    data = bytearray(changed(82, "<B", model_type))
    count = struct.unpack_from("<I", data, 256)[0]
    for i in range(count):
        if struct.unpack_from("<I", data, 264 + 24 * i)[0] == 0:
            struct.pack_into("<I", data, 264 + 24 * i, partition)
    return bytes(data)


def newer_version() -> bytes:
    data = bytearray(changed(8, "<I", 0x30000000))
    struct.pack_into("<I", data, 256, 99)  # partitions
    return bytes(data)


FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "Kirin, type 3": (lambda: hiai_by_type(3), "Kirin.*HiAI", "compile the model for an Ascend"),
    "Kirin, type 4": (lambda: hiai_by_type(4), "Kirin.*HiAI", "compile the model for an Ascend"),
    "Kirin, platform": (hiai_by_platform, "Kirin.*HiAI", "compile the model for an Ascend"),
    "flow": (lambda: changed(82, "<B", 3), "flow model", "file of its own"),
    "flow, partitions": (lambda: of_type_with_other_partitions(3, 7), "flow model", "of its own"),
    "bundle": (lambda: changed(82, "<B", 5), "bundle", "file of its own"),
    "bundle, partitions": (lambda: of_type_with_other_partitions(5, 24), "bundle", "of its own"),
    "newer type": (lambda: changed(82, "<B", 9), "type 9", "newer compiler"),
    "newer version": (newer_version, "version 805306368", "newer"),
    "DDK, no table": (without_table, r"DDK 1\.x of 2018/19", "newer atc"),
    "DDK, ops": (lambda: chain("Relu", "Convolution"), r"DDK 1\.x of 2018/19", "newer atc"),
    "parts": (several_parts, "several parts", "fixed shapes"),
    "unknown op": (lambda: chain("FancyNewOp"), "FancyNewOp is not supported", "on the device"),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_it_is_and_what_to_do(kind: str, tmp_path: Path) -> None:
    make, what, remedy = FILES[kind]
    path = tmp_path / "model.om"
    path.write_bytes(make())
    for load in (lambda: acl.Model.from_file(path), lambda: acl.Model.from_bytes(make())):
        with pytest.raises(acl.NotSupportedError, match=f"(?s){what}.*{remedy}") as caught:
            load()
        text = str(caught.value)
        for wrong in ("damaged", "another chip", "mismatch"):
            assert wrong not in text
        assert caught.value.code == 200006
        assert caught.value.symbol == "ACL_ERROR_FEATURE_UNSUPPORTED"
        assert "[200006] aclmdl" in caught.value.detail
        assert caught.value.hint
        assert isinstance(caught.value, NotImplementedError)
    with acl.Device(0) as device:
        device.set_current()
        assert acl.mdl.load_from_file(str(path)) == (0, 200006)


@pytest.mark.parametrize(
    "kind", ["Kirin, type 3", "flow, partitions", "bundle, partitions", "DDK, no table"]
)
def test_the_reader_names_it_too(kind: str) -> None:
    names = {"Kirin": "HiAI model", "flow": "flow model", "bundle": "bundle", "DDK": "DDK 1.x"}
    with pytest.raises(om.FormatError) as caught:
        om.File.from_bytes(FILES[kind][0]())
    assert caught.value.code == names[kind.partition(",")[0]]


def test_an_encrypted_file_is_named() -> None:
    with pytest.raises(acl.AclValueError, match="encrypted: compile the model without") as caught:
        acl.Model.from_bytes(changed(80, "<B", 1))
    assert caught.value.code == 145000


def test_all_unsupported_nodes_are_told_at_once() -> None:
    data = chain("FancyNewOp", "Relu", "OtherNewOp", "FancyNewOp", "Sigmoid", "FancyNewOp")
    with pytest.raises(acl.NotSupportedError) as caught:
        acl.Model.from_bytes(data)
    text = str(caught.value)
    assert "4 nodes cannot be run" in text
    assert "FancyNewOp is not supported: node 'node0' (FancyNewOp) and 2 more" in text
    assert "OtherNewOp is not supported: node 'node2' (OtherNewOp)" in text
    assert text.count("FancyNewOp is not supported") == 1
    assert "Relu" not in text


def test_a_constant_that_cannot_be_read_hides_what_it_feeds_only() -> None:
    """Nothing is said of nodes that would be well if their constant were."""
    graph = GraphBuilder("g")
    x = graph.data("x", SPEC)
    constant = graph.constant("odd", np.ones((2, 3)), dtype="complex64")
    y = graph.op("FancyNewOp", [graph.op("Add", [x, constant], SPEC, name="add")], SPEC, name="n")
    graph.output([y], ["y"])
    data = ModelBuilder(graph).to_bytes()
    with pytest.raises(acl.NotSupportedError) as caught:
        acl.Model.from_bytes(data)
    text = str(caught.value)
    assert "node 'odd' (Const)" in text
    assert "FancyNewOp is not supported: node 'n'" in text
    assert "'add'" not in text


def test_many_reasons_are_told_up_to_a_limit() -> None:
    with pytest.raises(acl.NotSupportedError) as caught:
        acl.Model.from_bytes(chain(*(f"NewOp{i}" for i in range(40))))
    text = str(caught.value)
    assert "40 nodes cannot be run" in text
    assert "and 28 nodes for other reasons" in text


def test_the_reason_stands_before_a_long_name_and_once() -> None:
    name = "PartitionedCall_" + "Functional/layer/" * 20
    with pytest.raises(acl.NotSupportedError) as caught:
        acl.Model.from_bytes(chain("FancyNewOp", name=name))
    text = str(caught.value)
    assert text.index("is not supported") < text.index(name)
    assert text.count("is not supported") == 1
    assert text.count(name) == 1


def test_a_graph_that_contradicts_itself_is_no_limit_of_ours() -> None:
    data = chain("Relu", "Relu")
    with pytest.raises(acl.AclError, match=r"the model is damaged.*does not exist") as caught:
        acl.Model.from_bytes(data.replace(b"node0:0", b"nodeX:0"))
    assert not isinstance(caught.value, acl.NotSupportedError)
    assert caught.value.code == 500002
    assert "chip" not in str(caught.value)
