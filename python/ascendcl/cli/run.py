# SPDX-License-Identifier: Apache-2.0
"""``ascendcl run``: a model on files, pictures or made-up numbers, its outputs as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.cli.exit_codes import FOUND, NOT_POSSIBLE, told
from ascendcl.cli.feeding import (
    REFUSALS,
    add_feeding_options,
    described_inputs,
    given_shapes,
    runs_of,
)
from ascendcl.cli.json_text import json_text
from ascendcl.cli.model_files import require_om
from ascendcl.cli.option_numbers import not_negative, positive
from ascendcl.cli.output_files import ENDINGS, OutputFiles
from ascendcl.cli.paths import named_files, named_path_text, path_text
from ascendcl.cli.progress_bar import progress_bar
from ascendcl.cli.table import print_table

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]

_MOST_ROWS: Final = 64  # of an output: more are no list of scores


def run(arguments: argparse.Namespace) -> int:
    """Run the model; 1 where something did not fit or failed, 2 where it is the arguments."""
    try:
        found = _run_all(arguments)
    except REFUSALS as error:
        print(f"ascendcl run: {error}", file=sys.stderr)
        return NOT_POSSIBLE if isinstance(error, WrongArgumentsError) else FOUND
    if arguments.json:
        print(json_text(found))
    else:
        _print(found)
    return 0


def _run_all(arguments: argparse.Namespace) -> dict[str, Any]:
    import ascendcl as acl
    from ascendcl.bench.duration import Duration

    given_shapes(arguments.input_shape)
    require_om(arguments.model)
    with acl.Model.from_file(arguments.model, device=arguments.device) as model:
        runs = runs_of(arguments, model)
        files = OutputFiles(
            arguments.output,
            f".{arguments.format}",
            model.outputs,
            [run.name for run in runs],
            [arguments.model, *named_files(arguments.input)],
        )
        told = []
        with progress_bar("running", Duration(runs=len(runs)), quiet=arguments.quiet) as tell:
            for number, each in enumerate(runs):
                outputs = model.run(*each.arrays())
                paths = files.write(number, outputs)
                described = _described_outputs(model.outputs, outputs, paths, arguments.top)
                told.append(
                    {"name": each.name, "inputs": described_inputs(each), "outputs": described}
                )
                if tell:
                    tell(number + 1)
        runtime = acl.runtime_info()
        return {
            "model": arguments.model,
            "runtime": runtime.kind,
            "soc": runtime.soc,
            "device": model.device,
            "assumed": [f"{note.node}: {note.quantity} {note.value}" for note in model.notes],
            "runs": told,
        }


def _described_outputs(
    infos: Sequence[TensorInfo],
    outputs: Sequence[Array],
    paths: Sequence[Path | None],
    top: int | None,
) -> list[dict[str, Any]]:
    described = []
    for info, array, path in zip(infos, outputs, paths, strict=True):
        one: dict[str, Any] = {
            "name": info.name,
            "dtype": str(array.dtype),
            "shape": list(array.shape),
            "file": None if path is None else str(path),
        }
        if array.size and array.dtype.kind != "c":
            values = array.astype(np.float64)
            one["min"], one["max"] = float(values.min()), float(values.max())
        if top is not None:
            one["top"] = _greatest(array, top)
        described.append(one)
    return described


def _greatest(array: Array, count: int) -> list[list[tuple[int, float]]] | None:
    """Index and value of the greatest along the last axis, per row; None of what has no scores."""
    if not array.ndim or not array.size or array.dtype.kind == "c":
        return None
    rows = array.reshape(-1, array.shape[-1]).astype(np.float64)
    if len(rows) > _MOST_ROWS:
        return None
    orders = np.argsort(-rows, axis=1, kind="stable")[:, :count]
    return [
        [(int(index), float(row[index])) for index in order]
        for row, order in zip(rows, orders, strict=True)
    ]


def _print(found: dict[str, Any]) -> None:
    where = f"{found['runtime']} ({found['soc'] or 'unknown chip'}), device {found['device']}"
    rows = [("runtime", where)]
    for one in found["runs"]:
        if one["name"]:
            rows.append(("run", one["name"]))
        rows += [("input", _input_text(each)) for each in one["inputs"]]
        for output in one["outputs"]:
            rows.append(("output", _output_text(output)))
            rows += _top_rows(output)
    print_table(found["model"], rows)


def _input_text(each: dict[str, Any]) -> str:
    return f"{each['name']}: {each['dtype']}{each['shape']} from {each['source']}"


def _output_text(each: dict[str, Any]) -> str:
    text = f"{each['name']}: {each['dtype']}{each['shape']}"
    if "min" in each:
        text += f", {each['min']:.6g} to {each['max']:.6g}"
    return f"{text} in {each['file']}" if each["file"] else text


def _top_rows(output: dict[str, Any]) -> list[tuple[str, str]]:
    if "top" not in output:
        return []
    if output["top"] is None:
        return [("top", f"none: {output['shape']} is no list of scores")]
    return [
        ("top", "  ".join(f"{index}: {value:.6g}" for index, value in row)) for row in output["top"]
    ]


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "run a model on files, pictures or made-up numbers"
    parser = commands.add_parser(
        "run",
        help=text,
        description=f"{text}.",
        epilog=told("run"),
    )
    add = parser.add_argument
    add("model", type=path_text, metavar="X.om")
    add_feeding_options(parser, made_up=None)
    add(
        "--output",
        type=named_path_text,
        action="append",
        default=[],
        metavar="DIR or [NAME=]FILE",
        help="a folder, or .npy and .bin files in the order of the outputs, or by name",
    )
    endings = [ending[1:] for ending in ENDINGS]
    add("--format", choices=endings, default=endings[0], help="of files in a folder (npy)")
    add("--top", type=positive, metavar="K", help="tell the K greatest of each output")
    add("--device", type=not_negative, default=0, help="number of the device (0)")
    add("--json", action="store_true", help="for machines")
    add("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run)
