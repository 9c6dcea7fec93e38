# SPDX-License-Identifier: Apache-2.0
"""X.host.om runs where a program names X.om, and nothing else may."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from onnx_models import F32, floats, node, onnx_file, run
from openvino import opset13 as opset

import ascendcl as acl
from ascendcl._acl import constants
from ascendcl.om import CompileOptions, GraphBuilder, ModelBuilder, TensorSpec, compile
from ascendcl.om.host_model import Ports, write_host_model


def doubling(path: Path, content: bytes, factor: float = 2.0) -> Path:
    """A host file that stands for a file with this content, whatever that is: x times factor."""
    x = opset.parameter([1, 4], np.float32, name="x")
    model = ov.Model([opset.multiply(x, opset.constant(np.float32(factor)))], [x], "double")
    folder = path.parent / f".{path.name}"
    folder.mkdir()
    digest = hashlib.sha256(content).hexdigest()
    ports = Ports(["x"], ["y:0:y"], {})
    write_host_model(path, model, ports, folder, name="double", attrs={"like_sha256": digest})
    shutil.rmtree(folder)
    return path


def negating(path: Path) -> Path:
    """A file of another compiler."""
    graph = GraphBuilder("main")
    spec = TensorSpec((1, 4), "float32", "ND")
    graph.output([graph.op("Neg", [graph.data("x", spec)], spec, name="n")], ["n:0:y"])
    path.write_bytes(ModelBuilder(graph, framework_type="Onnx").to_bytes())
    return path


X = floats(1, 4)


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """X.om, which negates, and beside it X.host.om, which doubles."""
    path = negating(tmp_path / "X.om")
    doubling(tmp_path / "X.host.om", path.read_bytes())
    return path


def loads(path: Path) -> list[Callable[[], int]]:
    """Every way to load a file by its name."""
    mdl = acl.mdl

    def with_config() -> int:
        handle = mdl.create_config_handle()
        assert mdl.set_config_opt(handle, constants.ACL_MDL_LOAD_TYPE_SIZET, 1) == 0
        assert mdl.set_config_opt(handle, constants.ACL_MDL_PATH_PTR, str(path)) == 0
        model_id, ret = mdl.load_with_config(handle)
        mdl.destroy_config_handle(handle)
        assert ret == 0, acl.get_recent_err_msg()
        return int(model_id)

    def from_file() -> int:
        model_id, ret = mdl.load_from_file(str(path))
        assert ret == 0, acl.get_recent_err_msg()
        return int(model_id)

    def with_mem() -> int:
        work, weight, ret = mdl.query_size(str(path))
        assert ret == 0
        work_ptr, _ = acl.rt.malloc(max(work, 64), 0)
        weight_ptr, _ = acl.rt.malloc(max(weight, 64), 0)
        model_id, ret = mdl.load_from_file_with_mem(str(path), work_ptr, work, weight_ptr, weight)
        assert ret == 0, acl.get_recent_err_msg()
        return int(model_id)

    return [from_file, with_mem, with_config]


@pytest.mark.parametrize("way", range(3))
@pytest.mark.filterwarnings("ignore::ascendcl.HostSubstitution")
def test_every_way_to_load_by_name(named: Path, way: int) -> None:
    with acl.Device(0) as device:
        device.set_current()
        model_id = loads(named)[way]()
        desc = acl.mdl.create_desc()
        acl.mdl.get_desc(desc, model_id)
        assert acl.mdl.get_output_name_by_index(desc, 0) == "y:0:y"
        acl.mdl.destroy_desc(desc)
        assert acl.mdl.unload(model_id) == 0


def test_a_warning_tells_once(named: Path) -> None:
    with pytest.warns(acl.HostSubstitution) as told:
        (found,) = run(named, X)
    np.testing.assert_array_equal(found, X * 2)
    assert len(told) == 1
    assert str(named.with_suffix(".host.om")) in str(told[0].message)
    assert issubclass(acl.HostSubstitution, acl.AclWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(named, X)
    files = (str(named), str(named.with_suffix(".host.om")))
    assert acl.runtime_info().substitutions.count(files) == 1


def test_a_filter_may_refuse(named: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", acl.HostSubstitution)
        with pytest.raises(acl.HostSubstitution, match="runs in the place of"):
            acl.Model.from_file(named)


@pytest.mark.filterwarnings("ignore::ascendcl.HostSubstitution")
def test_sizes_and_descriptions_are_the_host_files(named: Path) -> None:
    host = named.with_suffix(".host.om")
    assert acl.query_size(named) == acl.query_size(host)
    desc = acl.mdl.create_desc()
    with acl.Device(0) as device:
        device.set_current()
        assert acl.mdl.get_desc_from_file(desc, str(named)) == 0
        assert acl.mdl.get_output_name_by_index(desc, 0) == "y:0:y"
        acl.mdl.destroy_desc(desc)
    size = acl.query_size(named)
    with (
        acl.DeviceBuffer(max(size.work, 64)) as work,
        acl.DeviceBuffer(max(size.weight, 64)) as weight,
        acl.Model.from_file(named, work=work, weight=weight) as model,
    ):
        np.testing.assert_array_equal(model.run(X)[0], X * 2)


def test_memory_and_other_names_are_not_substituted(named: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with acl.Model.from_bytes(named.read_bytes()) as model:
            np.testing.assert_array_equal(model.run(X)[0], -X)
        np.testing.assert_array_equal(run(named.with_suffix(".host.om"), X)[0], X * 2)
        other = named.with_name("other.om")
        other.write_bytes(named.read_bytes())
        np.testing.assert_array_equal(run(other, X)[0], -X)


# Sizes around those at which SHA-256 begins another block; the content is no model at all.
@pytest.mark.parametrize("size", [4, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])
@pytest.mark.filterwarnings("ignore::ascendcl.HostSubstitution")
def test_nothing_of_the_named_file_is_looked_at_but_its_hash(tmp_path: Path, size: int) -> None:
    content = np.random.default_rng(size).bytes(size)
    named = tmp_path / "X.om"
    named.write_bytes(content)
    doubling(tmp_path / "X.host.om", content)
    np.testing.assert_array_equal(run(named, X)[0], X * 2)
    named.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(acl.AclError, match="was made for another file"):
        acl.Model.from_file(named)


def expect_refusal(named: Path, words: str) -> None:
    """Each way says so, names the file and the remedy, and works again without it."""
    host = named.with_suffix(".host.om")
    for attempt in (acl.Model.from_file, acl.query_size):
        with pytest.raises((acl.AclError, OSError), match=words) as refused:
            attempt(named)
        assert str(host) in str(refused.value)
        assert "compile it again" in str(refused.value)
        assert "or delete it" in str(refused.value)
    assert named.exists()


def expect_recovery(named: Path) -> None:
    named.with_suffix(".host.om").unlink()
    np.testing.assert_array_equal(run(named, X)[0], -X)


def test_of_another_file(named: Path) -> None:
    host = named.with_suffix(".host.om")
    host.unlink()
    doubling(host, b"another")
    expect_refusal(named, "was made for another file: it holds the SHA-256")
    expect_recovery(named)


def test_of_no_file(named: Path) -> None:
    source = onnx_file(
        named.with_name("m.onnx"),
        [node("Neg", ["x"], ["y"])],
        {"x": (F32, [1, 4])},
        {"y": (F32, [1, 4])},
    )
    compile(source, named.with_suffix(".host.om"), CompileOptions(verify=False))
    expect_refusal(named, "was not made for another file")
    expect_recovery(named)


@pytest.mark.parametrize("length", [0, 3, 100, 300, -1])
def test_damaged(named: Path, length: int) -> None:
    host = named.with_suffix(".host.om")
    host.write_bytes(host.read_bytes()[:length])
    expect_refusal(named, "cannot be used")
    expect_recovery(named)


def test_no_model(named: Path) -> None:
    host = named.with_suffix(".host.om")
    host.write_bytes(np.random.default_rng(1).bytes(5000))
    expect_refusal(named, "cannot be used .*bad magic")
    expect_recovery(named)


def test_a_folder(named: Path) -> None:
    host = named.with_suffix(".host.om")
    host.unlink()
    host.mkdir()
    expect_refusal(named, "cannot be used")


def test_a_pipe(named: Path) -> None:
    host = named.with_suffix(".host.om")
    host.unlink()
    os.mkfifo(host)
    expect_refusal(named, "cannot be used")
    expect_recovery(named)


def test_a_link_is_followed_and_one_to_nowhere_told(named: Path) -> None:
    host = named.with_suffix(".host.om")
    elsewhere = named.with_name("elsewhere.om")
    host.rename(elsewhere)
    host.symlink_to(elsewhere)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", acl.HostSubstitution)
        np.testing.assert_array_equal(run(named, X)[0], X * 2)
    elsewhere.unlink()
    expect_refusal(named, "cannot be used .*No such file")
    host.unlink()
    host.symlink_to(host.name)
    expect_refusal(named, "cannot be used")
    expect_recovery(named)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user")
@pytest.mark.filterwarnings("ignore::ascendcl.HostSubstitution")
def test_another_users_file_in_a_folder_that_all_write_to(named: Path) -> None:
    host = named.with_suffix(".host.om")
    os.chown(host, 12345, 12345)
    assert run(named, X)[0][0, 0] == X[0, 0] * 2  # nobody else can have put it here
    named.parent.chmod(0o1777)
    expect_refusal(named, "belongs to another user")
    os.chown(named, 12345, 12345)  # who owns both may do as they like
    assert run(named, X)[0][0, 0] == X[0, 0] * 2


def test_a_damaged_ir_is_an_error_that_names_the_host_file(named: Path) -> None:
    """The description is whole, so that only loading finds out."""
    host = named.with_suffix(".host.om")
    content = bytearray(host.read_bytes())
    at = content.index(b"<net")
    content[at : at + 4] = b"<not"
    host.write_bytes(content)
    with pytest.raises(acl.AclError, match="in the place of") as refused:
        acl.Model.from_file(named)
    assert str(host) in str(refused.value)


def test_without_the_named_file_there_is_none(named: Path) -> None:
    named.unlink()
    with pytest.raises(FileNotFoundError):
        acl.Model.from_file(named)


def test_refusals_name_the_way_out(tmp_path: Path) -> None:
    graph = GraphBuilder("main")
    spec = TensorSpec((1, 4), "float32", "ND")
    graph.output([graph.op("Unheard", [graph.data("x", spec)], spec)])
    path = tmp_path / "X.om"
    path.write_bytes(ModelBuilder(graph).to_bytes())
    words = r"ascendcl compile model\.onnx --like X\.om"
    with pytest.raises(acl.AclError, match=words):
        acl.Model.from_file(path)
    content = bytearray(negating(tmp_path / "Y.om").read_bytes())
    content[82] = 5  # a bundle of models
    (tmp_path / "Y.om").write_bytes(content)
    with pytest.raises(acl.AclError, match=words):
        acl.Model.from_file(tmp_path / "Y.om")


SHOWN = """
import sys, acl
acl.init()
acl.rt.set_device(0)
model_id, ret = acl.mdl.load_from_file(sys.argv[1])
assert ret == 0, acl.get_recent_err_msg()
acl.mdl.unload(model_id)
model_id, ret = acl.mdl.load_from_file(sys.argv[1])
acl.mdl.unload(model_id)
print(acl.runtime_info().substitutions)
acl.rt.reset_device(0)
acl.finalize()
"""


def test_what_a_service_shows(named: Path) -> None:
    trace = named.with_name("trace.json")
    environment = {
        **os.environ,
        "ASCENDCL_RUNTIME": "host",
        "ASCENDCL_TRACE": str(trace),
        "ASCEND_SLOG_PRINT_TO_STDOUT": "1",
        "ASCEND_GLOBAL_LOG_LEVEL": "2",
    }
    command = [sys.executable, "-W", "always", "-c", SHOWN, named]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("HostSubstitution") == 1
    assert "[WARNING] ASCENDCL(" in done.stdout
    assert str(named.with_suffix(".host.om")) in done.stdout
    events = json.loads(trace.read_text())
    events = events["traceEvents"] if isinstance(events, dict) else events
    told = [event["args"] for event in events if event.get("name") == "substituted"]
    assert [args["by"] for args in told] == [str(named.with_suffix(".host.om"))] * 2


def test_c_programs_hear_of_it(named: Path) -> None:
    library = ctypes.CDLL(str(acl.runtime_info().library))
    count = ctypes.c_size_t()
    assert library.ascendclGetSubstitutionCount(ctypes.byref(count)) == 0
    assert library.ascendclGetSubstitutionCount(None) == 100000
    pair = (ctypes.c_char_p * 2)()
    assert library.ascendclGetSubstitution(count.value, pair) == 100000
    with pytest.warns(acl.HostSubstitution):
        run(named, X)
    assert library.ascendclGetSubstitution(count.value, pair) == 0
    assert pair[0] == os.fsencode(named)
