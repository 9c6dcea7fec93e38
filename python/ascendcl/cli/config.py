# SPDX-License-Identifier: Apache-2.0
"""``ascendcl config``: what a C or C++ build needs to use the headers and library of this wheel."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from ascendcl import get_include, get_library_dir
from ascendcl.cli.exit_codes import told

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_HELP = {
    "cflags": "compiler flags",
    "libs": "linker flags, for the host runtime",
    "rpath": "the folder of its library, for a run path of another linker or of CMake",
    "cmakedir": "the folder for -Dascendcl_DIR=",
    "pkgconfigdir": "the folder for PKG_CONFIG_PATH",
}


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for on one line, in the order of the question."""
    if not arguments.asked:
        arguments.refuse(f"one of --{', --'.join(_HELP)} is required")
    include, libraries = get_include(), get_library_dir()
    packages = include.parent.with_name("ascendcl_cmake")
    answers = {
        "cflags": shlex.join([f"-I{include}"]),
        "libs": shlex.join([f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lascendcl"]),
        "rpath": str(libraries),
        "cmakedir": str(packages / "cmake"),
        "pkgconfigdir": str(packages / "pkgconfig"),
    }
    print(*(answers[name] for name in arguments.asked))
    return 0


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "print flags to build C or C++ code against this package"
    parser = commands.add_parser("config", help=text, description=text, epilog=told("config"))
    for name, what in _HELP.items():
        parser.add_argument(f"--{name}", dest="asked", action="append_const", const=name, help=what)
    parser.set_defaults(run=run, refuse=parser.error)
