# SPDX-License-Identifier: Apache-2.0
"""Which libascendcl.so a process gets. Each case is a process of its own.

CANN is played by a library made here with the C compiler: it has every function of the headers and
answers a number that no other runtime answers.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import ascendcl
from written_models import model_with_gears

HEADERS = Path(__file__).parents[2] / "third_party" / "cann" / "include"
SPOOF_CODE = 4242
HOST = Path(ascendcl.get_library_dir()) / "libascendcl.so"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python code with the given ASCENDCL_RUNTIME and folders on the loader's path."""

    def start(
        code: str, choice: str | None = None, libraries: Path | str | None = None, *options: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ASCEND", "LD_LIBRARY_PATH"))
        }
        if choice is not None:
            environment["ASCENDCL_RUNTIME"] = choice
        if libraries is not None:
            environment["LD_LIBRARY_PATH"] = str(libraries)
        return subprocess.run(
            [sys.executable, *options, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
        )

    return start


def functions() -> dict[str, str]:
    """All functions that the headers declare, each with what it is to answer."""
    answers: dict[str, str] = {}
    for header in HEADERS.rglob("*.h"):
        for star, name in re.findall(r"(\*?)\b(acl\w+)\(", header.read_text()):
            answers[name] = "0" if star else str(SPOOF_CODE)
    assert len(answers) > 400
    return answers


@pytest.fixture(scope="session")
def make_cann(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder with a libascendcl.so that has all functions but those left out."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not HEADERS.is_dir():
        pytest.skip("needs a C compiler and the headers of the repository")

    def build(folder: Path, library: str, names: Iterable[str]) -> None:
        source = folder / f"{library}.c"
        answers = functions()
        source.write_text("".join(f"long {n}(void) {{ return {answers[n]}; }}\n" for n in names))
        options = ["-shared", "-fPIC", f"-Wl,-soname,{library}"]
        subprocess.run([compiler, *options, source, "-o", folder / library], check=True)

    def make(*missing: str, siblings: dict[str, list[str]] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("cann")
        elsewhere = {name for names in (siblings or {}).values() for name in names}
        build(folder, "libascendcl.so", functions().keys() - elsewhere.union(missing))
        for library, its in (siblings or {}).items():
            build(folder, library, its)
        return folder

    return make


REPORT = (
    "import ascendcl as acl\n"
    "runtime = acl._runtime.load()\n"
    "print(runtime.kind, runtime.library, acl.rt.set_device(0))\n"
)


def test_auto_takes_what_the_loader_finds(run: Run, make_cann) -> None:
    folder = make_cann()
    for choice in (None, "auto", "cann"):
        result = run(REPORT, choice, folder)
        expected = f"cann {folder / 'libascendcl.so'} {SPOOF_CODE}\n"
        assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


def test_host_is_ours_whatever_the_loader_would_find(run: Run, make_cann) -> None:
    result = run(REPORT, "host", make_cann())
    assert result.returncode == 0
    assert result.stdout.startswith("host ")
    assert result.stdout.endswith("_host/libascendcl.so 0\n")
    assert result.stderr == ""


def test_auto_without_cann_warns_once_and_is_ours(run: Run) -> None:
    result = run("import acl, ascendcl, acl.rt\nimport ascendcl.errors\n" + REPORT)
    assert result.returncode == 0
    assert result.stdout.startswith("host ")
    assert result.stderr.count("HostRuntimeWarning") == 1
    assert "ASCENDCL_RUNTIME=host" in result.stderr
    assert "set_env.sh" in result.stderr


def test_warning_can_be_made_an_error(run: Run) -> None:
    """A service that must not run on a CPU by mistake."""
    result = run("import ascendcl", None, None, "-Werror::RuntimeWarning")
    assert result.returncode == 1
    assert "HostRuntimeWarning" in result.stderr


def test_host_is_silent(run: Run) -> None:
    result = run("import acl", "host")
    assert (result.returncode, result.stderr) == (0, "")


def test_cann_without_cann_says_what_it_looked_for(run: Run, tmp_path: Path) -> None:
    result = run("import ascendcl", "cann", tmp_path)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ")
    for part in ("libascendcl.so", f"LD_LIBRARY_PATH={str(tmp_path)!r}", "set_env.sh", "host"):
        assert part in last


def test_broken_cann_is_told_apart_from_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "libascendcl.so").write_bytes(b"not a library")
    result = run("import ascendcl", "cann", tmp_path)
    assert result.returncode == 1
    assert "invalid ELF header" in result.stderr or "too short" in result.stderr


@pytest.mark.parametrize("choice", [None, "cann"])
@pytest.mark.parametrize("entries", [":", "{other}:", ".", "{other}:here"])
def test_a_library_from_the_working_folder_is_told(
    run: Run, make_cann, choice: str | None, entries: str, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    folder = tmp_path / "here" if entries.endswith("here") else tmp_path
    shutil.copy(make_cann() / "libascendcl.so", folder)
    entries = entries.format(other=tmp_path / "other")
    result = run(REPORT, choice, entries)
    taken = folder / "libascendcl.so"
    assert (result.returncode, result.stdout) == (0, f"cann {taken} {SPOOF_CODE}\n")
    assert f"RuntimeWarning: {taken} was loaded: LD_LIBRARY_PATH has" in result.stderr
    assert "working folder" in result.stderr
    refused = run(REPORT, choice, entries, "-Werror::RuntimeWarning")
    assert refused.returncode == 1


def test_unknown_choice(run: Run) -> None:
    result = run("import ascendcl", "gpu")
    assert result.returncode == 1
    assert "ASCENDCL_RUNTIME='gpu'" in result.stderr


def test_missing_function_does_not_break_the_import(run: Run, make_cann) -> None:
    folder = make_cann("aclrtGetSocName", "aclmdlBundleLoadFromFile", "aclrtSetDevice")
    result = run(
        "import ascendcl as acl\n"
        "for call in (lambda: acl.rt.set_device(0), lambda: acl.Device(0)):\n"
        "    try: call()\n"
        "    except NotImplementedError as error: print(error)\n"
        "print(acl.rt.reset_device(0), acl.runtime_info().soc == '')\n",
        "cann",
        folder,
    )
    assert result.returncode == 0, result.stderr
    *errors, last = result.stdout.splitlines()
    assert last == f"{SPOOF_CODE} True"
    assert len(errors) == 2
    assert all("aclrtSetDevice" in error for error in errors)


def test_functions_of_sibling_libraries_are_found(run: Run, make_cann) -> None:
    """CANN keeps some functions in libraries beside libascendcl.so."""
    siblings = {
        "libacl_op_compiler.so": ["aclopSetCompileFlag"],
        "libacl_cblas.so": ["aclblasGemmEx"],
        "libmsprofiler.so": ["aclprofFinalize"],
    }
    code = "import ascendcl as acl\nprint(acl.prof.finalize())"
    found = run(code, "cann", make_cann(siblings=siblings))
    assert (found.stdout, found.stderr) == (f"{SPOOF_CODE}\n", "")
    lost = run(code, "cann", make_cann("aclprofFinalize"))
    assert lost.returncode == 1
    assert "NotImplementedError" in lost.stderr
    assert "aclprofFinalize" in lost.stderr


def test_library_loaded_by_somebody_else(run: Run, make_cann) -> None:
    """Another package has loaded CANN's library already: it is used, or refused for host."""
    folder = make_cann()
    first = f"import ctypes; ctypes.CDLL({str(folder / 'libascendcl.so')!r})\n"
    result = run(first + REPORT)
    assert result.stdout == f"cann {folder / 'libascendcl.so'} {SPOOF_CODE}\n"
    result = run(first + REPORT, "host")
    assert result.returncode == 1
    assert "loaded already in this process" in result.stderr


def test_host_library_on_the_loaders_path_is_host(run: Run) -> None:
    result = run(REPORT, None, HOST.parent)
    assert result.stdout.startswith("host ")
    assert result.stderr == ""


def test_import_touches_no_device(run: Run) -> None:
    result = run("import acl\nprint(acl.rt.get_device(), acl.rt.get_context()[1])", "host")
    assert result.stdout == "(0, 107002) 107002\n"


def test_import_is_light(run: Run) -> None:
    """benchmarks/import_time.py says what it costs; here, that nothing heavy comes with it."""
    code = (
        "import sys, numpy\n"
        "before = set(sys.modules)\n"
        "import acl\n"
        "new = set(sys.modules) - before\n"
        "heavy = {'asyncio', 'ctypes.util', 'email', 'importlib.metadata', 'importlib.resources',\n"
        "         'openvino', 'onnx', 'onnxruntime', 'subprocess'}\n"
        "print(sorted(new & heavy), 'ascendcl.model' in new)\n"
        "maps = open('/proc/self/maps').read()\n"
        "print('libopenvino' in maps, 'libascendcl_engine' in maps, 'libascendcl.so' in maps)\n"
    )
    result = run(code, "host", None, "-W", "error")
    assert result.stdout == "[] True\nFalse False True\n"


@pytest.mark.parametrize("chosen", ["", "chosen"])
def test_where_openvino_is_looked_for(run: Run, tmp_path: Path, chosen: str) -> None:
    """In the package that Python would import, unless the environment says; neither is changed."""
    installed = importlib.util.find_spec("openvino")
    if installed is None or installed.origin is None:
        pytest.skip("needs openvino")
    libraries = Path(installed.origin).parent / "libs"
    for name in ("openvino/libs", "chosen"):
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(libraries / "libtbb.so.12", tmp_path / name)
    for library in libraries.glob("libopenvino*.so*"):
        (tmp_path / "chosen" / library.name).symlink_to(library)
    (tmp_path / "openvino" / "__init__.py").touch()
    (tmp_path / "gears.om").write_bytes(model_with_gears("batch"))
    code = (
        "import os, sys\n"
        f"if {chosen!r}: os.environ['ASCENDCL_OPENVINO_LIBS'] = os.path.abspath({chosen!r})\n"
        "before = dict(os.environ)\n"
        "import acl\n"
        "acl.Model.from_file('gears.om').close()\n"
        "maps = open('/proc/self/maps').read().split()\n"
        "print({os.path.dirname(name) for name in maps if 'libtbb.so' in name})\n"
        "print('openvino' in sys.modules, dict(os.environ) == before)\n"
    )
    folder = tmp_path / (chosen or "openvino/libs")
    assert run(code, "host").stdout == f"{ {str(folder)} }\nFalse True\n"


def test_both_names_are_one_package(run: Run) -> None:
    code = (
        "import acl, ascendcl, acl.rt, ascendcl.rt\n"
        "print(acl.Model is ascendcl.Model, acl.rt is ascendcl.rt, acl.init is ascendcl.init)\n"
        "print([name for name in ascendcl.__all__ if not hasattr(acl, name)])\n"
    )
    assert run(code, "host").stdout == "True True True\n[]\n"


def test_runtime_info(run: Run) -> None:
    code = (
        "import acl\n"
        "info = acl.runtime_info()\n"
        "print(info.kind, info.library.is_file(), info.soc, info.version)\n"
        "print(acl.rt.get_device()[1])\n"
    )
    kind, is_file, soc, version, ret = run(code, "host").stdout.split()
    assert (kind, is_file, soc, ret) == ("host", "True", "Host", "107002")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def in_frozen_app(code: str, path_before: str) -> str:
    """Code as in an app, which has the folder of its files first on the loader's path."""
    before = f"os.environ['LD_LIBRARY_PATH_ORIG'] = {path_before!r}\n"
    return "import os, sys\nsys.frozen = True\n" + before + code


@pytest.mark.parametrize("choice", ["auto", "cann"])
def test_frozen_app_finds_cann(run: Run, make_cann, choice: str) -> None:
    folder = make_cann()
    result = run(in_frozen_app(REPORT, f"/nowhere::{folder}"), choice, HOST.parent)
    expected = f"cann {folder / 'libascendcl.so'} {SPOOF_CODE}\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


def test_frozen_app_does_not_find_itself(run: Run) -> None:
    """Its own library on the path of the loader is nobody's choice of the host runtime."""
    result = run(in_frozen_app(REPORT, ""), "auto", HOST.parent)
    assert result.stdout.startswith("host ")
    assert result.stderr.count("HostRuntimeWarning") == 1
    result = run(in_frozen_app(REPORT, ""), "cann", HOST.parent)
    assert result.returncode == 1
    assert "in none of the folders that LD_LIBRARY_PATH had" in result.stderr
