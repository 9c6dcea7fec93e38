# SPDX-License-Identifier: Apache-2.0
"""The command line. One module per subcommand, each with ``add_to(subparsers)`` and a ``run``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ascendcl import __version__
from ascendcl._own_command import raise_on_interrupt
from ascendcl.errors import AclError

from . import bench, compare, compile, config, demo, doctor, inspect, run, sdk
from .exit_codes import FOUND, INTERRUPTED, UNREAD
from .standard_streams import UnwrittenOutput, own_streams

_COMMANDS = (demo, run, bench, compile, compare, inspect, doctor, config, sdk)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Parameters
    ----------
    argv
        The arguments; those of the process if not given.

    Returns
    -------
    int
        Exit code: 0 when all is well, 130 after Ctrl-C, 141 where nobody reads the output; the rest
        is in `exit_codes`.
    """
    raise_on_interrupt()
    try:
        with own_streams():
            return _run(argv)
    except UnwrittenOutput as error:
        if isinstance(error.cause, BrokenPipeError):
            return UNREAD
        print(f"ascendcl: {error}", file=sys.stderr)
        return FOUND
    except AclError as error:
        print(f"ascendcl: {error}", file=sys.stderr)
        return FOUND
    except KeyboardInterrupt:
        print("ascendcl: interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="ascendcl", description="Ascend inference from Python.")
    parser.add_argument("--version", action="version", version=f"ascendcl {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="<command>", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args(argv)
    code: int = arguments.run(arguments)
    return code
