# SPDX-License-Identifier: Apache-2.0
"""``ascendcl compile``: an .om file for the host runtime, from what OpenVINO reads."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascendcl.cli.exit_codes import FOUND, NOT_POSSIBLE, told
from ascendcl.cli.feeding import REFUSALS
from ascendcl.cli.model_files import refuse_om, require_file
from ascendcl.cli.option_numbers import bound, not_negative
from ascendcl.cli.paths import path_text
from ascendcl.cli.table import print_table
from ascendcl.feeds.npy import why_unreadable

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from ascendcl.om.compiler import Compiled


def run(arguments: argparse.Namespace) -> int:
    """Compile; 1 where nothing was written, 2 where the options are wrong."""
    # What was begun is deleted then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    from ascendcl.om.compile_errors import OptionError
    from ascendcl.om.compiler import CompileOptions, compile
    from ascendcl.om.shapes import parse_input_shape, parse_size_lists, parse_sizes

    if arguments.soc_version is not None:
        print(
            f"ascendcl compile: --soc_version {arguments.soc_version} is ignored: the file is for "
            "the host runtime",
            file=sys.stderr,
        )
    try:
        options = CompileOptions(
            input_shape=parse_input_shape(arguments.input_shape) if arguments.input_shape else {},
            input_value=dict(named_value(text, "--input_value") for text in arguments.input_value),
            dynamic_batch_size=parse_sizes(arguments.dynamic_batch_size, "--dynamic_batch_size")
            if arguments.dynamic_batch_size
            else (),
            dynamic_image_size=parse_size_lists(
                arguments.dynamic_image_size, "--dynamic_image_size"
            ),
            dynamic_dims=parse_size_lists(arguments.dynamic_dims, "--dynamic_dims"),
            out_nodes=[name for name in arguments.out_nodes.split(";") if name],
            output_type=arguments.output_type,
            precision_mode=arguments.precision_mode,
            input_format=arguments.input_format,
            framework=arguments.framework,
            force=arguments.force,
            verify=not arguments.no_verify,
            verify_bound=arguments.verify_bound,
            verify_input=dict(
                named_value(text, "--verify-input") for text in arguments.verify_input
            ),
            seed=arguments.seed,
            like=arguments.like,
            insert_op_conf=arguments.insert_op_conf,
        )
    except ValueError as error:
        print(f"ascendcl compile: {error}", file=sys.stderr)
        return NOT_POSSIBLE
    try:
        _require_sources(arguments)
        compiled = compile(
            arguments.model, _target(arguments.output), options, tell=progress(arguments.quiet)
        )
    except REFUSALS as error:
        print(f"ascendcl compile: {error}", file=sys.stderr)
        return NOT_POSSIBLE if isinstance(error, OptionError) else FOUND
    _print(compiled, verified=options.verify)
    return 0


def _require_sources(arguments: argparse.Namespace) -> None:
    refuse_om(arguments.model, ", which is what ascendcl compile makes: ascendcl run runs it")
    for path in (arguments.like, arguments.insert_op_conf):
        if path is not None:
            require_file(path)


def _target(text: str | None) -> Path | None:
    """ATC's --output has no ending."""
    if text is None:
        return None
    return Path(text if text.endswith(".om") else f"{text}.om")


def progress(quiet: bool) -> Any:
    """Answer what tells each step on stderr, or keeps quiet."""
    return (lambda _: None) if quiet else (lambda line: print(f"{line} ...", file=sys.stderr))


def named_value(text: str, option: str) -> tuple[str, Any]:
    """``name=1,2,3`` or ``name=file.npy``, as `option` gives it."""
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise ValueError(f"{option}: {text!r} is not of the form name=1,2,3 or name=file.npy")
    try:
        if value.endswith(".npy"):
            return name, _array(value)
        numbers = [float(number) for number in value.split(",")]
    except (ValueError, OSError, EOFError) as error:
        raise ValueError(f"{option}: {name}: {error}") from error
    return name, np.array(numbers if len(numbers) > 1 else numbers[0])


def _array(path: str) -> Any:
    require_file(path)
    try:
        return np.load(path)
    except (ValueError, OSError, EOFError) as error:
        raise ValueError(f"{path}: {why_unreadable(Path(path), error)}") from error


def _verdict(compiled: Compiled) -> str:
    """The greatest difference, the bound, and why it may be beyond it."""
    worst = max(compiled.differences, key=lambda row: row.relative_l2, default=None)
    if worst is None:
        return "no outputs"
    text = f"relative L2 {worst.relative_l2:.2g} (bound {compiled.bound:g})"
    if worst.relative_l2 > compiled.bound:
        text += f"; roundings move {compiled.reference} itself by {worst.moved:.2g}"
    return text


def _print(compiled: Compiled, *, verified: bool) -> None:
    rows = [("input", text) for text in compiled.inputs]
    rows += [("output", text) for text in compiled.outputs]
    rows += [("work memory", f"{compiled.work} bytes"), ("weights", f"{compiled.weight} bytes")]
    if compiled.gears:
        rows.append(("gears", str(compiled.gears)))
    if compiled.reference:
        rows.append(("verified", f"against {compiled.reference}: {_verdict(compiled)}"))
    else:
        why = "nothing here can run the source" if verified else "as asked"
        rows.append(("NOT VERIFIED", why))
    rows += [("then, as in --like", text) for text in compiled.as_in_like]
    print_table(str(compiled.path), rows)


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "compile a model for the host runtime"
    parser = commands.add_parser(
        "compile", help=text, description=f"{text}.", epilog=told("compile")
    )
    add = parser.add_argument
    add(
        "model",
        nargs="?",
        type=path_text,
        default=None,
        help="ONNX, TensorFlow, TensorFlow Lite, PaddlePaddle",
    )
    add("--model", type=path_text, dest="model_option", help="the same, as ATC has it")
    add(
        "-o",
        "--output",
        type=path_text,
        help="the .om file; with --like X.om by default X.host.om beside it",
    )
    add(
        "--like",
        type=path_text,
        metavar="X.om",
        help="stand for this file of ATC's: its names, types and sizes",
    )
    add("--framework", help="0 to 5 as ATC has it, or a name; by default from the file's ending")
    add("--input_shape", default="", help="name:1,3,-1,1~640;other:8 (-1: open, 1~640: range)")
    add(
        "--input_value", action="append", default=[], help="name=1,2,3 or name=file.npy: a constant"
    )
    add("--dynamic_batch_size", default="", help="1,2,4,8: gears of open batch dims")
    add("--dynamic_image_size", default="", help="416,416;832,832: gears of open image sizes")
    add("--dynamic_dims", default="", help="1,64;8,64: gears of all open dims")
    add("--out_nodes", default="", help="node:0;tensor: other outputs")
    add("--output_type", help="FP32, FP16, UINT8, INT8: the type of all outputs")
    add("--precision_mode", help="fp32, or fp16, which halves the weights (with --like: fp16)")
    add("--input_format", help="NCHW, NHWC or ND: what four dims are told to be")
    add(
        "--insert_op_conf",
        type=path_text,
        metavar="aipp.cfg",
        help="ATC's configuration of AIPP, which makes the inputs of pictures",
    )
    add("--soc_version", help="ignored: the file is for the host runtime")
    add("--force", action="store_true", help="go on where the front end is known to be wrong")
    add("--no-verify", action="store_true", help="write without running")
    add("--verify-bound", type=bound, help="greatest relative L2 of an output")
    add(
        "--verify-input",
        action="append",
        default=[],
        help="name=file.npy, in place of made-up ones",
    )
    add("--seed", type=not_negative, default=0, help="of made-up inputs")
    add("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_run_with_model)


def _run_with_model(arguments: argparse.Namespace) -> int:
    if arguments.model is not None and arguments.model_option is not None:
        print("ascendcl compile: two models are given, one by --model", file=sys.stderr)
        return NOT_POSSIBLE
    arguments.model = arguments.model or arguments.model_option
    if arguments.model is None:
        print("ascendcl compile: which model? (ascendcl compile MODEL -o FILE.om)", file=sys.stderr)
        return NOT_POSSIBLE
    return run(arguments)
