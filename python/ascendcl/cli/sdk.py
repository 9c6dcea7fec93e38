# SPDX-License-Identifier: Apache-2.0
"""``ascendcl sdk``: the headers and libraries as a CANN toolkit, for builds that expect one."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from ascendcl.cli.exit_codes import FOUND, NOT_POSSIBLE, told
from ascendcl.cli.paths import path_text
from ascendcl.sdk import make_sdk

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def run(arguments: argparse.Namespace) -> int:
    """Make the tree and say how it is used; fails where something is in the way."""
    try:
        tree = make_sdk(arguments.folder, copy=arguments.copy)
    except (OSError, ValueError) as error:
        print(f"ascendcl sdk: {error}", file=sys.stderr)
        return NOT_POSSIBLE if isinstance(error, ValueError) else FOUND
    print(f". {shlex.quote(str(tree.set_env))}")
    if not tree.has_engine:
        print("note: programs cannot load models: this package has no engine", file=sys.stderr)
    elif not tree.has_openvino:
        print(
            "note: OpenVINO was not found: for programs that load models, set "
            "ASCENDCL_OPENVINO_LIBS to the folder of its libraries",
            file=sys.stderr,
        )
    return 0


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "make a folder that builds for CANN take for CANN's toolkit; print how to source it"
    parser = commands.add_parser("sdk", help=text, description=text, epilog=told("sdk"))
    parser.add_argument(
        "folder", type=path_text, metavar="DIR", help="where it goes, such as ~/ascend"
    )
    parser.add_argument(
        "--copy", action="store_true", help="copy the files, OpenVINO's too, instead of linking"
    )
    parser.set_defaults(run=run)
