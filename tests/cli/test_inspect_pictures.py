# SPDX-License-Identifier: Apache-2.0
"""The graph and the memory map that ``ascendcl inspect`` draws, held against the file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest

from ascendcl.cli import main
from ascendcl.data import DIGITS_MODEL
from ascendcl.inspection import PlannedMemory, graph_view, planned_memory, read_file
from ascendcl.inspection.planned_memory import Block
from ascendcl.om import File, GraphBuilder, ModelBuilder, TensorSpec
from written_models import model_with_gears

SVG = "{http://www.w3.org/2000/svg}"


def nodes_of(path: Path) -> list:  # type: ignore[type-arg]
    return File.open(path).models[0].definition.graphs[0].nodes


def drawn(path: Path, option: str, target: Path) -> str:
    assert main(["inspect", str(path), option, str(target)]) in (0, 1)
    return target.read_text(encoding="utf-8")


def plan_of(path: Path, gear: int = -1) -> PlannedMemory:
    facts, file = read_file(path)
    return planned_memory(graph_view(file, facts.gears, gear), facts.work, facts.weight)


def data_edges(path: Path) -> set[tuple[str, str]]:
    constants = {node.name for node in nodes_of(path) if node.type == "Const"}
    return {
        (edge.node, node.name)
        for node in nodes_of(path)
        for edge in node.inputs
        if edge.kind == "data" and edge.node not in constants
    }


# --- the graph ---


def test_dot_has_all_nodes_and_edges(real_model: Path, tmp_path: Path) -> None:
    text = drawn(real_model, "--graph", tmp_path / "g.dot")
    nodes = re.findall(r'^  "([^"]+)" \[label=', text, re.MULTILINE)
    assert nodes == [node.name for node in nodes_of(real_model) if node.type != "Const"]
    edges = set(re.findall(r'^  "(.+?)" -> "(.+?)"', text, re.MULTILINE))
    assert data_edges(real_model) <= edges
    assert text.count("{") == text.count("}") == 1


def test_svg_has_all_nodes_and_edges(real_model: Path, tmp_path: Path) -> None:
    root = ET.fromstring(drawn(real_model, "--graph", tmp_path / "g.svg"))
    groups = root.findall(f"{SVG}g")
    titles = [(group.findtext(f"{SVG}title") or "").splitlines()[0] for group in groups]
    assert sorted(titles) == sorted(n.name for n in nodes_of(real_model) if n.type != "Const")
    assert len(root.findall(f"{SVG}path")) >= len(data_edges(real_model))
    boxes = [group.find(f"{SVG}rect") for group in groups]
    places = [
        (float(box.get("x", "")), float(box.get("y", ""))) for box in boxes if box is not None
    ]
    width = float(root.get("width", ""))
    assert all(0 <= x <= width - 196 for x, _ in places)
    rows: dict[float, list[float]] = {}
    for x, y in places:
        rows.setdefault(y, []).append(x)
    for row in rows.values():
        row.sort()
        assert all(b - a >= 196 for a, b in pairwise(row)), "nodes overlap"


def test_onnx_is_what_the_file_says(real_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "g.onnx"
    assert main(["inspect", str(real_model), "--graph", str(path)]) in (0, 1)
    graph = onnx.load(path).graph
    onnx.checker.check_model(onnx.load(path))
    nodes = nodes_of(real_model)
    ours = {node.name: node for node in graph.node}
    theirs = [n for n in nodes if n.type not in ("Const", "Data", "NetOutput")]
    assert list(ours) == [node.name for node in theirs]
    for node in theirs:
        found = ours[node.name]
        assert (found.op_type, found.domain) == (node.type, "ascend.ge")
        wanted = [
            f"{e.node}:{e.index}" if e.kind == "data" or e.node in ours else "" for e in node.inputs
        ]
        while wanted and not wanted[-1]:
            wanted.pop()
        assert list(found.input) == wanted
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in found.attribute}
        for name in ("strides", "pads", "dilations", "_datadump_original_op_names"):
            value = node.attrs.get(name)
            if isinstance(value, list):
                told = [
                    each.decode() if isinstance(each, bytes) else each for each in attributes[name]
                ]
                assert told == value
    constants = {each.name: each for each in graph.initializer}
    model = File.open(real_model).models[0]
    for node in nodes:
        if node.type == "Const":
            stored = constants[f"{node.name}:0"]
            assert bytes(model.constant(node)) == stored.raw_data
            assert list(stored.dims) == node.output_descs[0].shape


def test_onnx_initializers_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "g.onnx"
    assert main(["inspect", str(DIGITS_MODEL), "--graph", str(path)]) == 0
    arrays = [onnx.numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer]
    assert arrays
    assert all(np.isfinite(each.astype(np.float32)).all() for each in arrays)


# --- the memory map ---


def test_blocks_lie_where_the_file_says(real_model: Path) -> None:
    plan = plan_of(real_model)
    by_node = {node.name: node for node in nodes_of(real_model)}
    assert plan.unplaced == 0
    for block in plan.work:
        node = by_node[block.node]
        places = zip(node.output_offsets, (desc.size for desc in node.output_descs), strict=False)
        scratch = zip(node.scratch_offsets, node.scratch_sizes, strict=False)
        assert (block.offset, block.size) in [*places, *scratch]
        assert block.end <= plan.work_size
        assert 0 <= block.first <= block.last < len(plan.steps)
    for block in plan.weights:
        assert block.end <= plan.weight_size
    facts, _ = read_file(real_model)
    counts = [sum(block.kind == kind for block in plan.work) for kind in ("input", "output")]
    assert counts == [len(facts.inputs), len(facts.outputs)]


def at_once(blocks: Iterable[Block]) -> list[tuple[Block, Block]]:
    """Pairs that are in each other while both are needed."""
    return [
        (a, b)
        for a, b in combinations(blocks, 2)
        if a.first <= b.last and b.first <= a.last and a.offset < b.end and b.offset < a.end
    ]


def test_tensors_that_are_needed_at_once_lie_apart(tmp_path: Path) -> None:
    """So that lifetimes and offsets are read rightly: writers keep them apart."""
    for path in (DIGITS_MODEL, tmp_path / "wide.om"):
        if path != DIGITS_MODEL:
            ModelBuilder(many(120)).write(path)
        plan = plan_of(path)
        assert at_once(plan.work) == []
        assert max(block.end for block in plan.work) <= plan.work_size
        assert plan.in_use[plan.peak] == max(plan.in_use) > 0


def many(count: int) -> GraphBuilder:
    """A graph of so many nodes, with edges that pass many others."""
    rng = np.random.default_rng(3)
    graph = GraphBuilder("many")
    spec = TensorSpec((1, 8, 16, 16), "float16")
    values = [graph.data("x", spec)]
    for index in range(count):
        other = values[int(rng.integers(max(0, len(values) - 30), len(values)))]
        values.append(graph.op("Add", [values[-1], other], spec, name=f"add_{index}"))
    graph.output([values[-1]], ["y"])
    return graph


def test_in_use_is_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "many.om"
    ModelBuilder(many(40)).write(path)
    plan = plan_of(path)
    for step, used in enumerate(plan.in_use):
        covered = np.zeros(plan.work_size, bool)
        for block in plan.work:
            if block.first <= step <= block.last:
                covered[block.offset : block.end] = True
        assert used == covered.sum()


@pytest.mark.parametrize("ending", [".svg", ".html"])
def test_map_of_500_nodes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "many.om"
    ModelBuilder(many(500)).write(path)
    text = drawn(path, "--memory-map", tmp_path / f"map{ending}")
    plan = plan_of(path)
    begin, end = text.index("<svg"), text.rindex("</svg>") + len("</svg>")
    root = ET.fromstring(text[begin:end])
    plot = next(each for each in root.iter(f"{SVG}svg") if each.get("id") == "plot-work")
    bars = [each for each in plot.findall(f"{SVG}rect") if "bar" in each.get("class", "")]
    assert len(bars) == len(plan.work) == 501
    for bar, block in zip(bars, plan.work, strict=True):
        assert bar.get("data-node") == block.node
        assert float(bar.get("x", "")) == block.first
        assert float(bar.get("width", "")) == block.last - block.first + 1
        assert float(bar.get("height", "")) * 1024 == pytest.approx(block.size, rel=1e-4)
        from_top = float(bar.get("y", "")) * 1024
        assert plan.work_size - from_top == pytest.approx(block.end, abs=plan.work_size * 1e-4)
        title = bar.findtext(f"{SVG}title") or ""
        assert title.startswith(f"{block.node} ({block.type})")
        assert f"offset {block.offset} to {block.end}" in title
    assert "peak: " in text
    colours = {bar.get("fill") for bar in bars}
    assert {"#0072b2", "#d55e00"} <= colours


def test_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    text = drawn(DIGITS_MODEL, "--memory-map", tmp_path / "map.html")
    addresses = set(re.findall(r"""https?://[^"'\s>]+""", text))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


def test_gears_have_a_plan_each(tmp_path: Path) -> None:
    path = tmp_path / "gears.om"
    path.write_bytes(model_with_gears("image"))
    facts, _ = read_file(path)
    sizes = {}
    for gear in range(len(facts.gears)):
        plan = plan_of(path, gear)
        (x,) = [block for block in plan.work if block.kind == "input"]
        (y,) = [block for block in plan.work if block.kind == "output"]
        assert x.offset >= facts.work - facts.io
        assert y.offset >= facts.work - facts.io
        assert at_once(plan.work) == []
        sizes[gear] = x.size
    assert sizes[0] != sizes[1]
    assert plan_of(path) == plan_of(path, 1)  # the largest
    target = tmp_path / "map.svg"
    assert main(["inspect", str(path), "--gear=0", f"--memory-map={target}"]) == 0
    assert main(["inspect", str(path), "--gear=2", f"--memory-map={target}"]) == 2


def test_the_document_shows_the_demo(tmp_path: Path) -> None:
    """docs/memory_map.svg is what the command writes."""
    kept = Path(__file__).resolve().parents[2] / "docs" / "memory_map.svg"
    assert drawn(DIGITS_MODEL, "--memory-map", tmp_path / "m.svg") == kept.read_text("utf-8")
