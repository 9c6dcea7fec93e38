# SPDX-License-Identifier: Apache-2.0
"""``ascendcl compare``: two models on the same inputs."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from ascendcl.cli.exit_codes import DONE, FOUND, NOT_POSSIBLE, told
from ascendcl.cli.feeding import REFUSALS, given_shapes
from ascendcl.cli.json_text import json_text
from ascendcl.cli.model_files import require_file
from ascendcl.cli.option_numbers import bound, not_negative
from ascendcl.cli.paths import path_text
from ascendcl.cli.table import print_table
from ascendcl.errors import AclError

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from ascendcl.om.bisection import Departure, Step
    from ascendcl.om.comparison import Difference


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 within the bound, 1 beyond it, 2 where there is nothing to compare."""
    from ascendcl.cli.compile import named_value, progress
    from ascendcl.om.comparer import CompareOptions, compare

    try:
        for path in (arguments.first, arguments.second):
            require_file(path)
        options = CompareOptions(
            inputs=dict(named_value(text, "--input") for text in arguments.input),
            input_shape=given_shapes(arguments.input_shape),
            seed=arguments.seed,
            bound=arguments.bound,
            fp16_weights=arguments.fp16_weights,
            bisect=arguments.bisect,
        )
        found = compare(arguments.first, arguments.second, options, tell=progress(arguments.quiet))
    except (AclError, *REFUSALS) as error:
        print(f"ascendcl compare: {error}", file=sys.stderr)
        return NOT_POSSIBLE
    if arguments.json:
        print(json_text({"bound": options.bound, **asdict(found)}))
        return DONE if found.is_within else FOUND
    rows = [(row.name, _numbers(row)) for row in found.differences]
    print_table(f"{arguments.first} against {arguments.second} (bound {options.bound:g})", rows)
    if found.departure is not None:
        _print_departure(found.departure, options.bound)
    return DONE if found.is_within else FOUND


def _numbers(row: Difference) -> str:
    return (
        f"cosine {row.cosine:.7f}  relative L2 {row.relative_l2:.3g}  max abs {row.max_abs:.3g} at "
        f"{list(row.worst)}" + (f"  ({row.note})" if row.note else "")
    )


def _print_departure(departure: Departure, bound: float) -> None:
    counts = f"{departure.compared} tensors compared, {departure.skipped} of other shapes left out"
    if departure.node is None:
        print_table("no node departs", [("bisect", f"none beyond {bound:g}; {counts}")])
        return
    rows = [("node", departure.node.node), ("tensor", _step(departure.node))]
    rows += [("its input", _step(step)) for step in departure.inputs]
    print_table("the first node that departs", [*rows, ("bisect", counts)])


def _step(step: Step) -> str:
    return f"{step.tensor}: {_numbers(step.difference)}"


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "compare two models: .om (by the runtime in use), ONNX or IR .xml (by OpenVINO)"
    parser = commands.add_parser(
        "compare",
        help=text,
        description=f"{text}.",
        epilog=told("compare"),
    )
    add = parser.add_argument
    add("first", type=path_text)
    add("second", type=path_text, help="the reference")
    add("--bound", type=bound, default=1e-2, help="greatest relative L2 of an output (0.01)")
    add("--input", action="append", default=[], help="name=file.npy, in place of made-up ones")
    add("--input_shape", default="", help="name:1,3,64,64;other:8 of made-up inputs")
    add("--seed", type=not_negative, default=0, help="of made-up inputs")
    add("--fp16-weights", action="store_true", help="round weights of ONNX and IR to 16 bits")
    add("--bisect", action="store_true", help="tell the first node that departs")
    add("--json", action="store_true", help="one JSON object in place of the table")
    add("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=run)
