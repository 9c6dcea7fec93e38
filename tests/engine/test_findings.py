# SPDX-License-Identifier: Apache-2.0
"""What fusion swallowed is recovered and checked, or told, or refused: never silently assumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graphs import (
    Array,
    assert_close,
    blocked,
    blocked_input,
    finish,
    half,
    load,
    onnx_op,
    plain,
    relu,
)

import ascendcl as acl
from ascendcl.om import Fusion, GraphBuilder, ModelBuilder, conv_kernel, fixpipe_inputs

Generator = np.random.Generator

SIZE = (18, 20)
LIKE_A_TILE = (11, 20)  # of the same width, less high


class Convolutions:
    """A chain of 3x3 convolutions of stride 2 on 16 channels, each with a kernel of its own."""

    def __init__(self, rng: Generator, dialect: Any = "cann8") -> None:
        self.rng = rng
        self.x = rng.standard_normal((1, 16, *SIZE), np.float32)
        self.graph = GraphBuilder("g", dialect)
        self.last = blocked_input(self.graph, "x", self.x.shape)
        self.expected: Array = self.x

    def add(
        self,
        pads: tuple[int, int, int, int],
        shown: bytes | None,
        *,
        stated: tuple[int, int, int, int] | None = None,
        stride: int = 2,
    ) -> None:
        """With `stated` pads the node is not fused; `pads` are top, bottom, left, right."""
        top, bottom, left, right = pads
        w = half(self.rng.standard_normal((16, 16, 3, 3), np.float32) / 8)
        y = onnx_op(
            "Conv", [self.expected, w], pads=[top, left, bottom, right], strides=[stride, stride]
        )[0]
        number = sum(node.type == "Conv2D" for node in self.graph.nodes.values()) + 1
        fused = stated is None
        self.last = self.graph.op(
            "Conv2D",
            [
                self.last,
                self.graph.constant(f"w{number}", w, format="NCHW", layout="FRACTAL_Z"),
            ],
            blocked(y.shape),
            name=f"conv{number}",
            attrs={}
            if fused
            else {
                "strides": [1, 1, stride, stride],
                "pads": list(stated or ()),
                "dilations": [1, 1, 1, 1],
                "groups": 1,
                "data_format": "NCHW",
            },
            fusion=Fusion(["Conv_1", "Relu_2"], ["Relu"], ["conv2d", "relu"]) if fused else None,
            kernel=shown,
        )
        self.expected = relu(y) if fused else y

    def load(self) -> acl.Model:
        finish(self.graph, self.last)
        return load(self.graph, framework_type="Onnx")


def _of(model: acl.Model, quantity: str) -> list[acl.Finding]:
    return [finding for finding in model.findings if finding.quantity == quantity]


def test_no_pad_of_a_tile_smaller_than_the_image_means_unknown(rng: Generator) -> None:
    """The kernel shows the second core's tile; the first one's pad is made at run time."""
    net = Convolutions(rng)
    net.add((1, 1, 1, 1), conv_kernel((3, 3), LIKE_A_TILE, strides=(2, 2), pads=(0, 0, 1, 0)))
    with net.load() as model:
        assert_close(model(net.x), net.expected, 1e-4)
        (vertical,) = _of(model, "vertical pads")
        assert (vertical.kind, vertical.node) == ("checked", "conv1")
        assert "custom" in vertical.reason
        assert model.notes == ()


def test_no_pad_of_the_whole_image_means_none(rng: Generator) -> None:
    net = Convolutions(rng)
    net.add((0, 1, 0, 1), conv_kernel((3, 3), SIZE, strides=(2, 2), pads=(0, 1, 0, 1)))
    with net.load() as model:
        assert_close(model(net.x), net.expected, 1e-4)
        assert {f.kind for f in model.findings} == {"checked"}


def test_pads_that_only_custom_says_are_told(rng: Generator) -> None:
    net = Convolutions(rng)
    net.add((1, 1, 1, 1), conv_kernel((3, 3), (11, 12), strides=(2, 2), pads=(0, 0, 0, 0)))
    with pytest.warns(acl.HostAssumption, match="'conv1'.*vertical pads"):
        model = net.load()
    with model:
        assert_close(model(net.x), net.expected, 1e-4)
        assert {note.quantity for note in model.notes} >= {"vertical pads", "horizontal pads"}
        assert {note.node for note in model.notes} == {"conv1"}


def test_an_unfused_convolution_contradicts_the_kernels_of_its_file(rng: Generator) -> None:
    net = Convolutions(rng)
    # What this file's kernels show is not the pads: the first node says so itself.
    net.add(
        (1, 1, 1, 1),
        conv_kernel((3, 3), SIZE, strides=(2, 2), pads=(2, 2, 2, 2)),
        stated=(1, 1, 1, 1),
    )
    net.add((1, 1, 1, 1), conv_kernel((3, 3), (9, 10), strides=(2, 2), pads=(2, 0, 2, 0)))
    with pytest.warns(acl.HostAssumption, match="'conv2'"):
        model = net.load()
    with model:
        assert_close(model(net.x), net.expected, 1e-4)
        contradicted = [f for f in model.findings if f.kind == "contradicted"]
        assert {f.quantity for f in contradicted} == {
            "vertical pads in kernels",
            "horizontal pads in kernels",
        }
        assert {f.node for f in contradicted} == {"conv1"}
        assert {f.node for f in model.notes} == {"conv2"}


def test_without_the_contradiction_the_kernel_is_believed(rng: Generator) -> None:
    """The twin of the test above: the same second node, and a first one that agrees."""
    net = Convolutions(rng)
    net.add(
        (1, 1, 1, 1),
        conv_kernel((3, 3), SIZE, strides=(2, 2), pads=(1, 1, 1, 1)),
        stated=(1, 1, 1, 1),
    )
    net.add((2, 0, 2, 0), conv_kernel((3, 3), (9, 10), strides=(2, 2), pads=(2, 0, 2, 0)))
    with net.load() as model:
        assert_close(model(net.x), net.expected, 1e-4)
        assert model.notes == ()


def test_a_custom_that_does_not_hold_in_the_file_decides_nothing(rng: Generator) -> None:
    net = Convolutions(rng)
    net.add((0, 1, 0, 1), None, stated=(0, 1, 0, 1))
    net.add((1, 1, 1, 1), None)
    with pytest.raises(acl.AclError, match=r"does not show its geometry.*fusion_switch.*'conv2'"):
        net.load()


def test_a_tile_larger_than_the_image_contradicts(rng: Generator) -> None:
    net = Convolutions(rng)
    net.add((1, 1, 1, 1), conv_kernel((3, 3), (40, 40), strides=(2, 2), pads=(2, 2, 2, 2)))
    with pytest.warns(acl.HostAssumption):
        model = net.load()
    with model:
        assert_close(model(net.x), net.expected, 1e-4)
        assert "contradicted" in {f.kind for f in model.findings}


@pytest.mark.parametrize("shown", [True, False])
def test_the_stride_of_a_1x1_window_that_the_sizes_leave_open(
    *, shown: bool, rng: Generator
) -> None:
    x, w = rng.standard_normal((1, 16, 5, 5), np.float32), half(rng.random((16, 16, 1, 1)))
    stride = 4 if shown else 3  # both make 2 of 5
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
        ],
        blocked((1, 16, 2, 2)),
        fusion=Fusion(["Conv_1", "Relu_2"], ["Relu"], ["conv2d", "relu"]),
        kernel=conv_kernel((1, 1), (5, 5), strides=(4, 4)) if shown else None,
    )
    finish(graph, y)
    with load(graph, framework_type="Onnx") as model:
        expected = relu(onnx_op("Conv", [x, w], strides=[stride, stride])[0])
        assert_close(model(x), expected, 1e-4)
        (strides,) = _of(model, "strides")
        assert strides.kind == ("checked" if shown else "assumed")


@pytest.mark.parametrize("channels", [13, 16, 32, 103])
def test_filters_without_a_label_have_the_groups_of_their_convolution(
    channels: int, rng: Generator
) -> None:
    """For at most 16 channels the stored shape is that of an ungrouped filter, too."""
    x = rng.standard_normal((1, channels, 9, 11), np.float32)
    w = half(rng.standard_normal((channels, 1, 3, 3), np.float32) / 4)
    graph = GraphBuilder("g", "cann20")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z", groups=channels),
        ],
        blocked(x.shape),
        fusion=Fusion(["conv_1", "relu_2"], tokens=["conv2d", "relu"]),
        kernel=conv_kernel((3, 3), (9, 11), pads=(1, 1, 1, 1)),
    )
    finish(graph, y)
    with load(graph) as model:
        expected = relu(onnx_op("Conv", [x, w], pads=[1] * 4, group=channels)[0])
        assert_close(model(x), expected, 1e-4)
        (groups,) = _of(model, "groups")
        assert (groups.kind, groups.value) == ("checked", str(channels))


def test_a_filter_that_is_not_stored_in_the_groups_of_its_convolution(rng: Generator) -> None:
    """Its bytes contradict: what grouped tiles leave empty is full."""
    x = rng.standard_normal((1, 13, 9, 11), np.float32)
    w = half(rng.standard_normal((13, 1, 3, 3), np.float32))
    graph = GraphBuilder("g", "cann20")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
        ],
        blocked((1, 13, 7, 9)),
        attrs={
            "strides": [1] * 4,
            "pads": [0] * 4,
            "dilations": [1] * 4,
            "groups": 13,
            "data_format": "NCHW",
        },
    )
    finish(graph, y)
    with pytest.raises(acl.AclError, match=r"not stored as the 13 groups.*'w'"):
        load(graph)


def _product(
    a: Array,
    b: Array,
    out: tuple[int, ...],
    *,
    types: list[str],
    tokens: list[str],
    names: list[str] | None = None,
    constant: bool = False,
    graph: GraphBuilder | None = None,
) -> GraphBuilder:
    graph = graph or GraphBuilder("g")
    second = (
        graph.constant("b", b, layout="FRACTAL_NZ") if constant else graph.data("b", plain(b.shape))
    )
    y = graph.op(
        "MatMulV2",
        fixpipe_inputs(graph.data("a", plain(a.shape)), second),
        plain(out),
        name="product",
        fusion=Fusion(names or ["MatMul_1"], types, tokens),
    )
    finish(graph, y)
    return graph


def test_constants_among_the_sources_mean_nothing(rng: Generator) -> None:
    a, b = rng.standard_normal((3, 20), np.float32), half(rng.standard_normal((8, 20), np.float32))
    graph = _product(
        a,
        b,
        (3, 8),
        types=["Const", "Relu"],
        names=["fc.bias_7", "Gemm_3", "Gemm_3", "Relu_4"],
        tokens=["mat_mul", "fix_pipe"],
        constant=True,
    )
    with load(graph) as model:
        assert_close(model(a), relu(a @ b.T), 1e-4)
        assert model.notes == ()


def test_the_operand_that_was_transformed_stands_first(rng: Generator) -> None:
    a, b = (rng.standard_normal(s, np.float32) for s in ((2, 6, 20), (2, 6, 4)))
    tokens = ["trans_data", "batch_matmul_v2", "fix_pipe"]
    graph = _product(a, b, (2, 4, 20), types=["BatchMatMulV2"], tokens=tokens)
    with load(graph) as model:
        named = {"a": a, "b": b}
        assert_close(model(named), b.transpose(0, 2, 1) @ a, 1e-4)
        (order,) = _of(model, "order of the operands")
        assert (order.kind, order.value) == ("checked", "the second one first")


@pytest.mark.parametrize("constant", [False, True])
def test_operands_that_fit_in_both_orders(*, constant: bool, rng: Generator) -> None:
    a, b = (half(rng.standard_normal((6, 6), np.float32)) for _ in range(2))
    tokens = ["trans_data", "mat_mul_v2", "fix_pipe"]
    graph = _product(a, b, (6, 6), types=["MatMulV2"], tokens=tokens, constant=constant)
    if not constant:
        with pytest.raises(acl.AclError, match=r"which of its operands.*'product'"):
            load(graph)
        return
    with pytest.warns(acl.HostAssumption, match="order of the operands"):
        model = load(graph)
    with model:
        assert_close(model(a), a @ b, 1e-4)


@pytest.mark.parametrize(("others", "refused"), [([True], False), ([True, False], True)])
def test_a_square_product_is_held_against_the_others_of_its_file(
    others: list[bool], refused: bool, rng: Generator
) -> None:
    w = half(rng.standard_normal((16, 16), np.float32))
    a = rng.standard_normal((3, 16), np.float32)
    graph = GraphBuilder("g")
    extra = graph.data("a", plain(a.shape))
    outputs = [
        graph.op(
            "MatMulV2",
            [extra, graph.constant(f"w{i}", w)],
            plain((3, 16)),
            name=f"Gemm_{i}",
            attrs={"transpose_x1": False, "transpose_x2": transposed},
        )
        for i, transposed in enumerate(others)
    ]
    outputs.append(
        graph.op(
            "MatMulV2",
            [extra, graph.constant("b", w)],
            plain((3, 16)),
            name="product",
            fusion=Fusion(["Gemm_7", "Relu_8"], ["Relu"], ["mat_mul_v2", "relu"]),
        )
    )
    finish(graph, *outputs)
    if refused:
        with pytest.raises(acl.AclError, match=r"some are transposed and some are not.*'product'"):
            load(graph)
        return
    with load(graph) as model:
        assert_close(model(a)[-1], relu(a @ w.T), 1e-4)
        assert _of(model, "transposes")[0].kind == "checked"


def test_a_difference_of_a_transformed_operand_has_no_order(rng: Generator) -> None:
    graph = GraphBuilder("g", "cann5")
    spec = plain((3, 5))
    y = graph.op(
        "AutomaticBufferFusionOp",
        [graph.data("a", spec), graph.data("b", spec)],
        spec,
        name="difference",
        fusion=Fusion(["Sub_1"], tokens=["trans_data", "sub"]),
    )
    finish(graph, y)
    with pytest.raises(acl.AclError, match=r"operand order of its 'sub'.*'difference'"):
        load(graph)


# One channel.


def _assuming(seed: int) -> tuple[bytes, Array]:
    """A model whose pads are assumed; another content for each seed."""
    net = Convolutions(np.random.default_rng(seed))
    net.add((1, 1, 1, 1), None)
    finish(net.graph, net.last)
    return ModelBuilder(net.graph, framework_type="Onnx").to_bytes(), net.x


def test_one_warning_for_each_content() -> None:
    content, _ = _assuming(101)
    with pytest.warns(acl.HostAssumption) as told:
        acl.Model.from_bytes(content).close()
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with acl.Model.from_bytes(content) as model:  # compiled once more, told before
            assert len(model.notes) == 1


def test_a_filter_may_refuse_assumptions() -> None:
    content, _ = _assuming(102)
    with warnings.catch_warnings():
        warnings.simplefilter("error", acl.HostAssumption)
        with pytest.raises(acl.HostAssumption, match="strides, dilations and pads"):
            acl.Model.from_bytes(content)


def test_notes_outlive_the_model() -> None:
    content, _ = _assuming(103)
    with pytest.warns(acl.HostAssumption):
        model = acl.Model.from_bytes(content)
    model.close()
    (note,) = model.notes
    assert note == replace(note, kind="assumed", node="conv1", type="Conv2D")
    assert "custom" in note.reason


FLAT = """
import sys
import acl
assert acl.init() == 0 and acl.rt.set_device(0) == 0
for _ in range(2):
    model, ret = acl.mdl.load_from_file(sys.argv[1])
    assert ret == 0 and acl.mdl.unload(model) == 0
"""


def test_the_flat_functions_warn_log_and_trace(tmp_path: Path) -> None:
    (tmp_path / "model.om").write_bytes(_assuming(104)[0])
    environment = {
        "ASCENDCL_RUNTIME": "host",
        "ASCENDCL_TRACE": str(tmp_path / "trace.json"),
        "ASCEND_SLOG_PRINT_TO_STDOUT": "1",
        "ASCEND_GLOBAL_LOG_LEVEL": "2",
    }
    run = subprocess.run(
        [sys.executable, "-W", "always", "-c", FLAT, tmp_path / "model.om"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("HostAssumption") == 1
    assert "node 'conv1' (Conv2D): strides, dilations and pads" in run.stderr
    assert "[WARNING] ASCENDCL(" in run.stdout
    assert run.stdout.count("assumed: node 'conv1' (Conv2D)") == 1
    events = json.loads((tmp_path / "trace.json").read_text())
    events = events["traceEvents"] if isinstance(events, dict) else events
    told = [event["args"] for event in events if event.get("name") == "assumed"]
    assert [args["node"] for args in told] == ["conv1"]


C_PROGRAM = r"""
#include <stdio.h>
#include "acl/acl.h"
#include "ascendcl/findings.h"

static int take(const char *report) {
    printf("sink: %s\n", report);
    return 1;
}

int main(int argc, char **argv) {
    uint32_t model;
    size_t count, i;
    ascendclFinding found;
    if (argc < 2 || aclInit(NULL) != 0 || aclrtSetDevice(0) != 0) return 1;
    ascendclSetAssumptionSink(take);
    if (aclmdlLoadFromFile(argv[1], &model) != 0) return 2;
    if (ascendclGetFindingCount(model, &count) != 0) return 3;
    for (i = 0; i < count; ++i) {
        if (ascendclGetFinding(model, i, &found) != 0) return 4;
        if (found.kind == ASCENDCL_FINDING_ASSUMED) printf("%s %s\n", found.node, found.quantity);
    }
    if (ascendclGetFinding(model, count, &found) != ACL_ERROR_INVALID_PARAM) return 5;
    if (ascendclGetFindingCount(model + 1, &count) != ACL_ERROR_GE_EXEC_MODEL_ID_INVALID) return 6;
    if (ascendclGetFindingCount(model, NULL) != ACL_ERROR_INVALID_PARAM) return 7;
    return aclmdlUnload(model) + aclFinalize();
}
"""


def test_a_c_program_asks(tmp_path: Path) -> None:
    (tmp_path / "model.om").write_bytes(_assuming(105)[0])
    source, binary = tmp_path / "program.c", tmp_path / "program"
    source.write_text(C_PROGRAM)
    library = acl.get_library_dir()
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{acl.get_include()}"]
    link = [f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
    subprocess.run(["cc", *flags, source, "-o", binary, *link], check=True)
    openvino = Path(find_spec("openvino").origin).parent / "libs"
    run = subprocess.run(
        [binary, tmp_path / "model.om"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ASCENDCL_OPENVINO_LIBS": str(openvino)},
    )
    assert run.returncode == 0, run.stderr
    assert "conv1 strides, dilations and pads" in run.stdout
    assert run.stdout.count("sink: ") == 1
    assert "assume" not in run.stderr
