# SPDX-License-Identifier: Apache-2.0
"""What ``ascendcl doctor`` finds wrong, and what it says is to be done."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ascendcl as acl
from ascendcl.diagnosis import Fact, Note, acl_module, devices, environment, library

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "cann", reason="what is set up here is the host runtime's"
)


def run_doctor(**variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run it in this environment; None takes a variable away."""
    environment = {**os.environ, **{name: v for name, v in variables.items() if v is not None}}
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", "doctor", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def doctor(**variables: str | None) -> tuple[int, dict[str, Any]]:
    """Its exit code and JSON in this environment."""
    done = run_doctor(**variables)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def facts_of(content: dict[str, Any]) -> dict[str, str]:
    return {fact["name"]: fact["value"] for fact in content["facts"]}


def whats(content: dict[str, Any], kind: str = "problems") -> list[str]:
    assert all(each["cure"] for each in content[kind])
    return [each["what"] for each in content[kind]]


def test_nothing_is_wrong_here() -> None:
    code, content = doctor()
    has_engine = acl.runtime_info().engine is not None
    assert (code, whats(content) == []) == ((0, True) if has_engine else (1, False))
    facts = facts_of(content)
    assert facts["libascendcl"] == str(acl.runtime_info().library)
    assert facts["missing functions"] == "0"
    assert facts["because"] == f"ASCENDCL_RUNTIME={os.environ['ASCENDCL_RUNTIME']}"


def test_why_the_host_runtime_is_used() -> None:
    _, content = doctor(ASCENDCL_RUNTIME=None)
    assert "the loader finds no libascendcl.so" in facts_of(content)["because"]
    assert facts_of(content)["others see"] == "0 NPUs"
    assert not any("count NPUs" in what for what in whats(content, "notes"))


def test_a_runtime_that_cannot_be_had() -> None:
    """Every other command ends there; the doctor tells the rest as well."""
    code, content = doctor(ASCENDCL_RUNTIME="cann")
    assert code == 1
    (what,) = whats(content)
    assert "ASCENDCL_RUNTIME=cann, but CANN's libascendcl.so cannot be loaded" in what
    assert facts_of(content)["runtime"] == "host"
    for variable, shown in (("cann", "cann"), ("nothing", "'nothing'")):
        done = subprocess.run(
            [sys.executable, "-m", "ascendcl", "config", "--cflags"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "ASCENDCL_RUNTIME": variable},
        )
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert done.stderr.startswith(f"ascendcl: ASCENDCL_RUNTIME={shown}")


def test_misspelled_setting() -> None:
    code, content = doctor(ASCENDCL_RUNTME="host")
    assert code == 1
    assert "ASCENDCL_RUNTME is set, and nothing reads it" in whats(content)
    assert any("ASCENDCL_RUNTIME may be meant" in each["cure"] for each in content["problems"])


def test_known_settings_are_those_that_are_read() -> None:
    """Of the page of the host runtime, which another test holds against the sources."""
    page = (ROOT / "docs" / "host.md").read_text(encoding="utf-8")
    assert set(environment.OWN) == set(re.findall(r"`(ASCENDCL_[A-Z_]+)`", page))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ASCEND_HOME_PATH": "/nowhere"}, "ASCEND_HOME_PATH='/nowhere' is no folder"),
        ({"LD_LIBRARY_PATH": "/usr/lib:"}, "has an entry that is empty or relative"),
        ({"ASCEND_RT_VISIBLE_DEVICES": "0,x"}, "'x' is no number of a device"),
        ({"ASCEND_RT_VISIBLE_DEVICES": ""}, "there is no device"),
    ],
)
def test_wrong_variables(variables: dict[str, str], words: str) -> None:
    code, content = doctor(**variables)
    assert code == 1
    assert any(words in what for what in whats(content)), content["problems"]


@pytest.mark.parametrize(
    ("name", "value", "words", "cure"),
    [
        ("ASCENDCL_HOST_THREADS", "x", "is not a number of threads, 0 to 4096", None),
        ("ASCENDCL_HOST_CHECK", "zero", "is not known: nan and finite are", None),
        ("ASCENDCL_HOST_MEMORY", "lots", "must be a size such as 512M or 4G", None),
        ("ASCENDCL_HOST_DEVICES", "99", "must be 1..64", None),
        ("ASCENDCL_LOG", "loud", "must be error or off", None),
        ("ASCENDCL_STRICT", "very", "must be 0, 1, off, warn, fail or abort", None),
        ("ASCENDCL_RUNTIME", "foo", "expected 'cann', 'host' or 'auto'", "unset ASCENDCL_RUNTIME"),
        ("LD_LIBRARY_PATH", "/nope", "names /nope, which is no folder", "take it out"),
    ],
)
def test_settings_that_are_wrong(name: str, value: str, words: str, cure: str | None) -> None:
    """Each is told once, in the runtime's words where it has some, and the cure names it."""
    if acl.runtime_info().engine is None:
        pytest.skip("nothing loads here")
    done = run_doctor(**{name: value})
    content = json.loads(done.stdout)
    assert done.returncode == 1
    (found,) = content["problems"]
    assert name in found["what"]
    assert words in found["what"]
    assert value in found["what"]
    assert "failed with" not in found["what"]
    assert (cure or f"unset {name}") in found["cure"]
    assert "\n" not in found["what"]


def test_settings_that_are_right(tmp_path: Path) -> None:
    code, content = doctor(
        ASCENDCL_HOST_THREADS="0",
        ASCENDCL_HOST_CHECK="finite",
        ASCENDCL_HOST_MEMORY="1G",
        ASCENDCL_HOST_DEVICES="2",
        LD_LIBRARY_PATH=str(tmp_path),
    )
    assert (code, whats(content)) == ((0, []) if acl.runtime_info().engine else (1, whats(content)))


def test_where_the_settings_stand() -> None:
    _, content = doctor(ASCENDCL_RUNTME="host")
    (page,) = {
        page for each in content["problems"] for page in re.findall(r"docs/\w+\.md", each["cure"])
    }
    assert "ASCENDCL_HOST_THREADS" in (ROOT / page).read_text(encoding="utf-8")
    assert page == "docs/host.md"


def test_a_model_that_does_not_load() -> None:
    """Of a fresh process, as a program would find out."""
    if acl.runtime_info().engine is None:
        pytest.skip("nothing loads here")
    code, content = doctor(ASCENDCL_FAULT="aclmdlLoadFromFile*:1:245000")
    assert code == 1
    (found,) = content["problems"]
    assert found["what"].startswith("the host runtime cannot run models: ")
    assert "ASCENDCL_FAULT" in found["cure"]


def test_hidden_acl(tmp_path: Path) -> None:
    """One that works, in front of this package's."""
    package = tmp_path / "acl"
    package.mkdir()
    (package / "__init__.py").write_text(
        "class rt:\n    get_device_count = staticmethod(lambda: (2, 0))\n"
        "get_soc_name = lambda: 'Ascend310P3'\n"
    )
    code, content = doctor(PYTHONPATH=str(tmp_path))
    facts = facts_of(content)
    assert code == 0
    assert facts["import acl"] == f"{package} (first on sys.path, by PYTHONPATH)"
    assert str(Path(acl.__file__).parent.with_name("acl")) in facts["hidden acl"]
    assert facts["others see"] == "2 NPUs (Ascend310P3)"
    assert any("is not this package's" in what for what in whats(content, "notes"))


def test_acl_that_fails(tmp_path: Path) -> None:
    (tmp_path / "acl.py").write_text("raise ImportError('of another machine')\n")
    code, content = doctor(PYTHONPATH=str(tmp_path))
    assert code == 1
    assert any("of another machine" in what for what in whats(content))


@pytest.mark.parametrize(("runtime", "is_wrong"), [("host", True), (None, False)])
def test_ray_would_take_this_machine_for_one_with_an_npu(
    tmp_path: Path, runtime: str | None, is_wrong: bool
) -> None:
    """Only what pip writes of a distribution is looked at."""
    metadata = tmp_path / "ray-2.60.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ray\nVersion: 2.60.0\n")
    code, content = doctor(PYTHONPATH=str(tmp_path), ASCENDCL_RUNTIME=runtime)
    found = [each for each in content["problems"] if each["what"].startswith("ray 2.60.0")]
    assert (len(found), code) == ((1, 1) if is_wrong else (0, 0))
    if is_wrong:
        assert "with 1 NPU" in found[0]["what"]
        assert 'ray.init(resources={"NPU": 0})' in found[0]["cure"]


# --- pieces that need another machine ---


def test_driver_and_device_files(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    for name in ("davinci0", "davinci11", "davinci_manager", "null"):
        (tmp_path / "dev" / name).touch()
    driver = tmp_path / "usr/local/Ascend/driver"
    driver.mkdir(parents=True)
    (driver / "version.info").write_text("package=driver\nVersion=24.1.rc3\n")
    found = list(devices.look(tmp_path))
    facts = {each.name: each.value for each in found if isinstance(each, Fact)}
    assert facts["NPU device files"] == "davinci0, davinci11"
    assert facts["driver"] == "24.1.rc3"
    assert any("models run on the CPU" in each.what for each in found if isinstance(each, Note))


def test_missing_functions(tmp_path: Path) -> None:
    """Of an extension that wants one more than there is."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source = tmp_path / "extension.c"
    source.write_text(
        "int aclrtOfTomorrow(void) __attribute__((weak));\n"
        "int aclrtSetDevice(int) __attribute__((weak));\n"
        "int otherThing(void) __attribute__((weak));\n"
        "int use(void) { return aclrtOfTomorrow() + aclrtSetDevice(0) + otherThing(); }\n"
    )
    built = tmp_path / "extension.so"
    subprocess.run([compiler, "-shared", "-fPIC", source, "-o", built], check=True)
    assert library.weak_functions(built) == ["aclrtOfTomorrow", "aclrtSetDevice"]
    assert library.missing_functions(built) == ["aclrtOfTomorrow"]
    with pytest.raises(ValueError, match="no ELF file"):
        library.weak_functions(source)


def test_the_extension_wants_the_whole_interface() -> None:
    names = library.weak_functions(Path(acl._acl.__file__))
    assert len(names) > 400
    assert {"aclInit", "aclmdlExecute", "aclrtMalloc"} <= set(names)


def test_candidates_are_in_the_order_of_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "acl.py").touch()
        monkeypatch.syspath_prepend(tmp_path / name)
    found = [path for _, path in acl_module.candidates()]
    assert found[:2] == [tmp_path / "two" / "acl.py", tmp_path / "one" / "acl.py"]
