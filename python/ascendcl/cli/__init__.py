# SPDX-License-Identifier: Apache-2.0
"""The command line. One module per subcommand, each with ``add_to(subparsers)`` and a ``run``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ascendcl.errors import AclError

from . import bench, compare, compile, config, demo, doctor, inspect, run, sdk
from .exit_codes import INTERRUPTED, UNREAD

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
        Exit code: 0 when all is well, 130 after Ctrl-C, 141 where nobody reads the output.
    """
    parser = argparse.ArgumentParser(prog="ascendcl", description="Ascend inference from Python.")
    commands = parser.add_subparsers(title="commands", metavar="<command>", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except AclError as error:
        print(f"ascendcl: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ascendcl: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Nor is there anybody to read what is left in the buffer, which Python writes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    return code
