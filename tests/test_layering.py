# SPDX-License-Identifier: Apache-2.0
"""Who may know whom (docs/architecture.md), read off the #include lines."""

import re
from pathlib import Path

import pytest

CSRC = Path(__file__).parents[1] / "csrc"

# folder -> what its files may include, by prefix of the include path
OWN = {
    "om": ("om/",),
    "core": ("core/", "acl/"),
    # constants.inc is generated from the headers by the build; of ascendcl/codec.h types are used
    "bindings": (
        "bindings/",
        "core/",
        "om/",
        "acl/",
        "ascendcl/codec.h",
        "pybind11/",
        "Python.h",
        "constants.inc",
    ),
    # What programs may include besides the C ABI (csrc/host/include).
    "host/include": ("acl/", "ascendcl/"),
    # How a failure becomes a code and a message: the ground floor of the host runtime.
    "host/report": ("host/report/", "acl/"),
    "host/checks": ("host/checks/", "host/report/", "acl/", "ascendcl/"),
    "host/runtime": ("host/runtime/", "host/checks/", "host/report/", "acl/"),
    "host/model": (
        "host/model/",
        "host/runtime/",
        "host/checks/",
        "host/report/",
        "host/engine/engine.h",
        "om/",
        "acl/",
    ),
    "host/ops": (
        "host/ops/",
        "host/model/",
        "host/runtime/",
        "host/checks/",
        "host/report/",
        "host/engine/engine.h",
        "om/",
        "acl/",
    ),
    # Pictures: what the media units would do; all work on pixels is a library of its own.
    "host/dvpp": (
        "host/dvpp/",
        "host/media/media.h",
        "host/runtime/",
        "host/checks/",
        "host/report/",
        "acl/",
        "ascendcl/",
    ),
    "host/media": ("host/media/",),
    "host/c_api": (
        "host/c_api/",
        "host/dvpp/",
        "host/runtime/",
        "host/model/",
        "host/ops/",
        "host/checks/",
        "host/report/",
        "acl/",
        "ascendcl/",
    ),
    "host/engine": ("host/engine/", "om/", "openvino/"),
}
FOREIGN = ("acl/", "pybind11/", "openvino/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SYSTEM = re.compile(r"^([a-z_0-9]+|(sys/)?[a-z]+\.h)$")


def folder_of(source: Path) -> str:
    relative = source.relative_to(CSRC).as_posix()
    return max((f for f in OWN if relative.startswith(f + "/")), key=len, default="")


def sources() -> list[Path]:
    return sorted([*CSRC.rglob("*.h"), *CSRC.rglob("*.cpp")])


@pytest.mark.parametrize("source", sources(), ids=lambda p: p.relative_to(CSRC).as_posix())
def test_includes_only_what_its_layer_may_know(source: Path) -> None:
    folder = folder_of(source)
    assert folder, f"{source} stands in no layer"
    for bracket, path in INCLUDE.findall(source.read_text()):
        if path.startswith(OWN[folder]):
            continue
        is_project = (CSRC / path).exists() or path.startswith(FOREIGN)
        is_system = bracket == "<" and bool(SYSTEM.search(path)) and not is_project
        assert is_system, f"{folder} may not know <{path}>"


def test_every_layer_has_sources() -> None:
    assert {folder_of(s) for s in sources()} >= set(OWN) - {"host/include"}
