# SPDX-License-Identifier: Apache-2.0
"""``ascendcl inspect``: what an .om file holds, and how the host runtime would understand it."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ascendcl.cli.columns import print_columns
from ascendcl.cli.exit_codes import DONE, FOUND, NOT_POSSIBLE, told
from ascendcl.cli.json_text import json_text
from ascendcl.cli.model_files import require_om
from ascendcl.cli.option_numbers import whole
from ascendcl.cli.paths import path_text, refuse_overwriting
from ascendcl.cli.table import print_table

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from ascendcl.inspection import Examination, FileFacts, Tensor
    from ascendcl.inspection.graph_view import NodeView

GRAPH_ENDINGS = (".svg", ".dot", ".onnx")
MAP_ENDINGS = (".html", ".svg")
_KINDS = ("read", "checked", "assumed", "contradicted")


def run(arguments: argparse.Namespace) -> int:
    """Read the file, print what was found, draw what was asked for."""
    try:
        return _run(arguments)
    except (OSError, ValueError) as error:
        print(f"ascendcl inspect: {_words(error, arguments.model)}", file=sys.stderr)
        return NOT_POSSIBLE


def _words(error: Exception, path: str) -> str:
    from ascendcl.inspection.printable import printable

    if isinstance(error, OSError) and error.strerror:
        return printable(f"{error.filename or path}: {error.strerror}")
    text = printable(str(error))
    return text if text.startswith((path, "--")) else f"{path}: {text}"


def _run(arguments: argparse.Namespace) -> int:
    _require_ending("--graph", arguments.graph, GRAPH_ENDINGS)
    _require_ending("--memory-map", arguments.memory_map, MAP_ENDINGS)
    _require_places(arguments)
    require_om(arguments.model)
    from ascendcl.inspection import examine, graph_view, read_file
    from ascendcl.inspection.report import as_json

    facts, file = read_file(arguments.model)
    shapes = _given_shapes(arguments.input_shape, facts)
    has_open_shapes = not facts.gears and any(
        dim < 0 for tensor in facts.inputs for dim in tensor.dims
    )
    graph = graph_view(file, facts.gears, arguments.gear)
    examination = examine(
        arguments.model, facts.gears, shapes=shapes, has_open_shapes=has_open_shapes
    )
    if arguments.json:
        print(json_text(as_json(facts, examination, graph.nodes)))
    else:
        _print_facts(facts)
        _print_understanding(examination, graph.nodes)
        _print_verdict(examination)
    if arguments.graph:
        from ascendcl.inspection.drawing import write_graph

        write_graph(graph, facts, examination, Path(arguments.graph))
    if arguments.memory_map:
        from ascendcl.inspection import planned_memory
        from ascendcl.inspection.drawing import write_memory_map

        plan = planned_memory(graph, facts.work, facts.weight)
        write_memory_map(plan, facts, Path(arguments.memory_map))
    return FOUND if examination.refused or examination.scope == "none" else DONE


def _require_ending(option: str, path: str | None, endings: Sequence[str]) -> None:
    if path is not None and Path(path).suffix not in endings:
        raise ValueError(f"{option}: {path!r} ends with none of {', '.join(endings)}")


def _require_places(arguments: argparse.Namespace) -> None:
    """Refuse pictures in the place of the model, of another model or of one another."""
    from ascendcl.inspection.drawing import check_graph

    graph, memory_map = arguments.graph, arguments.memory_map
    sources = [arguments.model]
    if memory_map is not None:
        refuse_overwriting("--memory-map", Path(memory_map), sources)
        sources.append(memory_map)
    if graph is not None:
        refuse_overwriting("--graph", Path(graph), sources)
        check_graph(Path(graph))


def _given_shapes(text: str, facts: FileFacts) -> list[tuple[int, ...]]:
    """The shapes of all inputs, or none."""
    from ascendcl.om.shapes import parse_input_shape

    if not text:
        return []
    given = parse_input_shape(text)
    names = [tensor.name for tensor in facts.inputs]
    if sorted(given) != sorted(names):
        raise ValueError(f"--input_shape: it has to give a shape for each of {', '.join(names)}")
    shapes = []
    for name in names:
        if not all(isinstance(dim, int) and dim >= 0 for dim in given[name]):
            raise ValueError(f"--input_shape: {name!r} needs sizes, not -1 or ranges")
        shapes.append(tuple(dim for dim in given[name] if isinstance(dim, int)))
    return shapes


def _print_facts(facts: FileFacts) -> None:
    from ascendcl.inspection.printable import bytes_text, printable

    about = {
        name: value + (" (from the command line)" if name in facts.derived else "")
        for name, value in facts.about.items()
    }
    rows = [
        ("model", facts.name),
        ("file", bytes_text(facts.size)),
        ("compiled for", about.get("soc", "not stated")),
        ("framework", about.get("framework", "not stated")),
        ("ATC", about.get("atc_version", "not stated")),
        ("command line", about.get("command", "not stated")),
        ("work memory", f"{bytes_text(facts.work)}, inputs and outputs take {facts.io} of it"),
        ("weights", bytes_text(facts.weight)),
        ("kernels", str(facts.kernels)),
        *(("graph", f"{name}: {count} nodes") for name, count in facts.graphs.items()),
        *(("part", f"{part.name}: {part.size} bytes") for part in facts.partitions),
    ]
    if facts.for_host_runtime:
        rows.insert(1, ("made by", "ascendcl compile, for the host runtime"))
    if facts.runs_as:
        told = f"{facts.runs_as} on the host runtime; what is told here is of the file named"
        rows.insert(1, ("runs as", told))
    if facts.is_dynamic:
        rows.append(("shapes", "dynamic: work memory follows from them"))
    if facts.parts > 1:
        rows.append(("models", f"{facts.parts} in one file; what follows is of the first"))
    print_table(printable(facts.path), [(name, printable(value)) for name, value in rows])
    headers = ("name", "dtype", "format", "shape", "bytes", "")
    for title, tensors in (("inputs", facts.inputs), ("outputs", facts.outputs)):
        print()
        print_columns(title, headers, [_tensor_row(each) for each in tensors], texts=len(headers))
    _print_gears(facts)
    for tensor in facts.inputs:
        if tensor.aipp:
            settings = [(name, json.dumps(value)) for name, value in tensor.aipp_settings.items()]
            print()
            rows = [("mode", tensor.aipp), *settings]
            print_table(f"AIPP of input {printable(tensor.name)}", rows)
    print()
    operators = [(printable(name), str(count)) for name, count in facts.operators.items()]
    print_columns("operators", ("type", "nodes"), operators)


def _tensor_row(tensor: Tensor) -> tuple[str, ...]:
    from ascendcl.inspection.printable import printable

    notes = []
    if tensor.dims_v2 != tensor.dims:
        notes.append(f"before AIPP {tensor.dims_v2}")
    if tensor.aipp:
        notes.append(tensor.aipp)
    if any(dim < 0 for dim in tensor.dims) and tensor.ranges:
        ranges = ", ".join(f"{low}~{high}" for low, high in tensor.ranges)
        notes.append(f"each of {ranges}")
    return (
        printable(tensor.name),
        tensor.dtype,
        tensor.format,
        str(tensor.dims),
        str(tensor.size),
        "; ".join(notes),
    )


def _print_gears(facts: FileFacts) -> None:
    if not facts.gears:
        return
    rows = []
    for index, gear in enumerate(facts.gears):
        outputs = facts.gear_output_dims[index] if index < len(facts.gear_output_dims) else []
        rows.append((str(index), str(gear), " ".join(map(str, outputs))))
    print()
    print_columns(f"gears of {facts.gear_kind}", ("gear", "values", "outputs"), rows, texts=3)


def _print_understanding(examination: Examination, nodes: Sequence[NodeView]) -> None:
    from ascendcl.inspection.printable import printable

    found: dict[str, list[str]] = {}
    for one in examination.findings:
        text = f"{one.kind:<8}  {one.quantity}: {one.value} ({one.reason})"
        found.setdefault(one.node, []).append(printable(text))
    fused = [each for each in nodes if each.is_fused]
    if fused:
        print(f"\nfused nodes ({len(fused)})")
    for each in fused:
        print(f"  {printable(each.name)} ({printable(each.type)})")
        print(f"    made of   {printable(', '.join(each.sources))}")
        nothing = ["nothing that the node does not state"] if examination.scope == "all" else []
        for line in found.pop(each.name, nothing):
            print(f"    {line}")
    if found:
        print("\nother nodes that do not state all")
    for name, lines in found.items():
        print(f"  {printable(name)}")
        for line in lines:
            print(f"    {line}")


def _print_verdict(examination: Examination) -> None:
    from ascendcl.inspection.printable import printable

    counts: Counter[str] = Counter(each.kind for each in examination.findings)
    rows = [("found", ", ".join(f"{counts[kind]} {kind}" for kind in _KINDS))]
    rows += [
        (
            "ASSUMED",
            printable(f"{each.node} ({each.type}): {each.quantity}: {each.value} ({each.reason})"),
        )
        for each in examination.findings
        if each.kind == "assumed"
    ]
    for refused in examination.refused:
        where = f"{refused.node} ({refused.type}): " if refused.node else ""
        gears = f" [gears {', '.join(map(str, refused.gears))}]" if refused.gears else ""
        rows.append(("REFUSED", printable(f"{where}{refused.reason}{gears}")))
    if examination.scope == "none":
        rows = [("NOT LOOKED AT", printable(examination.problem))]
    elif examination.scope == "types":
        rows.append(
            (
                "looked at",
                "the types of the ops only: give the open input shapes by --input_shape",
            )
        )
    elif not examination.refused:
        rows.append(("refused", "nothing"))
    print()
    print_table("the host runtime", rows)


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "tell what an .om file holds, and how the host runtime would understand it"
    parser = commands.add_parser(
        "inspect", help=text, description=f"{text}. No device is used.", epilog=told("inspect")
    )
    add = parser.add_argument
    add("model", type=path_text, help="the .om file")
    add("--json", action="store_true", help="one JSON object in place of tables")
    add(
        "--graph",
        type=path_text,
        metavar="FILE",
        help="draw the graph: .svg, .dot (Graphviz), .onnx (Netron)",
    )
    add(
        "--memory-map",
        type=path_text,
        metavar="FILE",
        help="draw the work memory as planned: .html, .svg",
    )
    add("--gear", type=whole, default=-1, help="which gear to draw; by default the largest")
    add("--input_shape", default="", help="name:1,3,64,64;other:8 of a model with dynamic shapes")
    parser.set_defaults(run=run)
