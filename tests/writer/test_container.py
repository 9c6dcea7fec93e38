# SPDX-License-Identifier: Apache-2.0
"""The container: every form of header and partition table, read back by the format's definition."""

from __future__ import annotations

import struct

import pytest
from ge_ir import partitions

from ascendcl.om import Header, encode_container
from ascendcl.om.container import VERSION_NEW, VERSION_OLD

MODELS = [[(8, b"info"), (0, b"model"), (1, b""), (77, b"unknown")], [(0, b"second"), (2, b"t")]]


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(
    ("version", "count"), [(VERSION_NEW, 1), (VERSION_NEW, 2), (VERSION_OLD, 1)]
)
def test_partitions(version: int, count: int, wide: bool) -> None:
    header = Header("net", version=version, wide=wide)
    assert partitions(encode_container(MODELS[:count], header)) == MODELS[:count]


@pytest.mark.parametrize(("version", "platform_at"), [(VERSION_NEW, 160), (VERSION_OLD, 156)])
def test_header_fields(version: int, platform_at: int) -> None:
    header = Header("n" * 40, version=version, model_type=3, platform_version="1.2.z.0")
    file = encode_container(MODELS[:1], header)
    assert struct.unpack_from("<II", file, 4) == (256, version)
    assert file[82] == 3
    assert file[84:117] == b"n" * 32 + b"\0"
    assert file[platform_at : platform_at + 21] == b"1.2.z.0".ljust(20, b"\0") + b"\x01"
    assert file[193] == 0


def test_unknown_shape_is_marked() -> None:
    assert encode_container(MODELS[:1], Header(is_unknown_shape=True))[193] == 1


@pytest.mark.parametrize(
    ("count", "header", "message"),
    [
        (0, Header(), "at least one"),
        (2, Header(version=VERSION_OLD), "no room for 2"),
        (1, Header(version=VERSION_OLD, is_unknown_shape=True), "dynamic-shape"),
        (1, Header(platform_version="x" * 21), "longer than 20"),
    ],
)
def test_impossible_header(count: int, header: Header, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode_container(MODELS[:count], header)
