# SPDX-License-Identifier: Apache-2.0
"""``ascendcl doctor``: which runtime and which ``acl`` are in use, and what stands in the way."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from ascendcl.cli.exit_codes import DONE, FOUND, told
from ascendcl.cli.json_text import json_text
from ascendcl.cli.table import print_table

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; fails where something is wrong."""
    from ascendcl.diagnosis import diagnose

    diagnosis = diagnose()
    if arguments.json:
        print(json_text(asdict(diagnosis)))
        return FOUND if diagnosis.problems else DONE
    print_table("ascendcl doctor", [(fact.name, fact.value) for fact in diagnosis.facts])
    for kind, found in (("note", diagnosis.notes), ("problem", diagnosis.problems)):
        for each in found:
            print(f"{kind}: {each.what}\n  what to do: {each.cure}")
    return FOUND if diagnosis.problems else DONE


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "tell which runtime and which acl module are in use, what is wrong, and what to do"
    parser = commands.add_parser("doctor", help=text, description=text, epilog=told("doctor"))
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    parser.set_defaults(run=run)
