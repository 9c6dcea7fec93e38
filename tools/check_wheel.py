# SPDX-License-Identifier: Apache-2.0
"""What a wheel's libraries show and need: only the interface, and nothing that a machine may lack.

    python tools/check_wheel.py dist/*.whl

For each library: which symbols are exported, which libraries are needed, and the newest glibc
and libstdc++ that they ask for (those of manylinux_2_28). The wheel itself brings no library of
others, and is small. Exits with 1 and says each thing that is wrong.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 5 << 20
NEWEST = {"GLIBC": (2, 28), "GLIBCXX": (3, 4, 25), "CXXABI": (1, 3, 11), "GCC": (8, 0, 0)}
SYSTEM = r"lib(c|m|dl|pthread|rt|stdc\+\+|gcc_s)\.so\.\d+|ld-linux.*"
INTERFACE = r"(acl|ascendcl)\w+"


class Library(NamedTuple):
    """What one of them may export and need besides the system's."""

    exports: str
    needs: str


LIBRARIES = {
    "libascendcl.so": Library(INTERFACE, "$^"),
    "libascendcl_engine.so": Library("ascendcl_engine", r"libopenvino(_\w+)?\.so\.\d+"),
    "libascendcl_media.so": Library("ascendclMedia", "$^"),
    "_acl": Library(r"PyInit__acl", r"libascendcl\.so"),
}


def read(tool: str, *arguments: str | Path) -> str:
    done = subprocess.run([tool, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def wrong_symbols(path: Path, library: Library) -> Iterator[str]:
    listing = read("nm", "-D", "--defined-only", path)
    names = [line.split()[-1].split("@")[0] for line in listing.splitlines()]
    if not names:
        yield "exports nothing"
    for name in names:
        if not re.fullmatch(library.exports, name):
            yield f"exports {name}"


def wrong_needs(path: Path, library: Library) -> Iterator[str]:
    for needed in re.findall(r"\(NEEDED\).*\[(.*)\]", read("readelf", "-d", path)):
        if not re.fullmatch(f"{SYSTEM}|{library.needs}", needed):
            yield f"needs {needed}"


def wrong_versions(path: Path) -> Iterator[str]:
    versions = read("readelf", "-V", path)
    for name, number in sorted(set(re.findall(r"Name: (\w+?)_([\d.]+)", versions))):
        newest = NEWEST.get(name)
        if newest is not None and tuple(map(int, number.split("."))) > newest:
            yield f"asks for {name}_{number}"


def wrong_in(path: Path, any_system: bool) -> Iterator[str]:
    library = next((known for name, known in LIBRARIES.items() if path.name.startswith(name)), None)
    if library is None:
        yield "is no library of ours"
        return
    yield from wrong_symbols(path, library)
    yield from wrong_needs(path, library)
    if not any_system:
        yield from wrong_versions(path)


def check(wheel: Path, any_system: bool) -> list[str]:
    """Every thing that is wrong with the wheel."""
    found = []
    size = wheel.stat().st_size
    if size > MOST_BYTES:
        found.append(f"{wheel.name}: {size} bytes, more than {MOST_BYTES}")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        libraries = [path for path in Path(folder).rglob("*") if ".so" in path.suffixes]
        if not libraries:
            found.append(f"{wheel.name}: no library")
        for path in libraries:
            found += [f"{path.relative_to(folder)} {what}" for what in wrong_in(path, any_system)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", nargs="+", type=Path)
    text = "do not look at versions of glibc: the wheel was built for this machine alone"
    parser.add_argument("--any-system", action="store_true", help=text)
    arguments = parser.parse_args()
    found = [line for wheel in arguments.wheels for line in check(wheel, arguments.any_system)]
    for line in found:
        print(line, file=sys.stderr)
    for wheel in arguments.wheels if not found else ():
        print(f"{wheel.name}: {wheel.stat().st_size / (1 << 20):.2f} MiB, as it should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
