# SPDX-License-Identifier: Apache-2.0
"""Files with AIPP in front of a network, written by hand, and the flat calls that run them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
from ascendcl.om.messages import ModelDef, NamedAttrs

Array = np.ndarray[Any, Any]

PARAMETERS = "ascend_dynamic_aipp_data"
MODE = "_data_related_aipp_mode"
DTYPES = {"float32": "DT_FLOAT", "float16": "DT_FLOAT16", "uint8": "DT_UINT8"}
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2

# Settings as a compiler leaves them where nothing is asked for.
DEFAULTS: dict[str, Any] = {
    "aipp_mode": 1,
    "related_input_rank": 0,
    "src_image_size_w": 0,
    "src_image_size_h": 0,
    "crop": False,
    "padding": False,
    "csc_switch": False,
    "rbuv_swap_switch": False,
    "ax_swap_switch": False,
    "resize": False,
}


@dataclass
class Picture:
    """An input with AIPP: the network's own, and what stands before it."""

    shape: tuple[int, int, int, int]  # NCHW
    source_bytes: int  # of the whole batch
    dtype: str = "float32"
    channels_last: bool = False
    settings: dict[str, Any] | None = field(default_factory=dict)  # None: dynamic AIPP
    attrs: dict[str, Any] = field(default_factory=dict)  # of the Data node, over all others

    @property
    def layout(self) -> str:
        return "NHWC" if self.channels_last else "NCHW"

    @property
    def own_shape(self) -> tuple[int, int, int, int]:
        n, c, h, w = self.shape
        return (n, h, w, c) if self.channels_last else self.shape

    def own_text(self, shape: tuple[int, int, int, int]) -> str:
        n, c, h, w = shape
        own = (n, h, w, c) if self.channels_last else shape
        size = int(np.prod(own)) * np.dtype(self.dtype).itemsize
        return f"{self.layout}:{DTYPES[self.dtype]}:data:{size}:4:{','.join(map(str, own))}"

    def made_text(self, shape: tuple[int, int, int, int]) -> str:
        n, _, h, w = shape
        size = n * h * w * 32
        return f"NC1HWC0:DT_FLOAT16:features:{size}:5:{n},1,{h},{w},16"

    def node_attrs(self, shapes: Sequence[tuple[int, int, int, int]] = ()) -> dict[str, Any]:
        shapes = shapes or [self.shape]
        n, c, h, w = self.shape
        attrs: dict[str, Any] = {
            "_aipp_inputs": [self.own_text(shape) for shape in shapes],
            "_aipp_outputs": [self.made_text(shape) for shape in shapes],
        }
        if self.settings is None:
            attrs |= {
                MODE: "dynamic_aipp",
                "aipp": NamedAttrs("aipp", {"aipp_mode": 2, "max_src_image_size": 1 << 20}),
                "_data_aipp_data_name_map": PARAMETERS,
                "_dynamic_aipp_input_dims": [n, h, w, c],
                "input_dims": [self.source_bytes],
            }
        else:
            attrs |= {
                MODE: "static_aipp",
                "aipp": NamedAttrs("aipp", {**DEFAULTS, **self.settings}),
                "input_dims": [self.source_bytes],
            }
        return attrs | self.attrs


class WrittenModel(ModelBuilder):
    """Puts what a ModelBuilder has no words for into the graph."""

    change: Callable[[ModelDef], None]

    def model_def(self) -> ModelDef:
        model = super().model_def()
        self.change(model)
        return model


def identity(dtype: str, shape: Sequence[int]) -> str:
    """The XML of a network that answers what it is given; -1 is an open dim."""
    short, long = {"float32": ("f32", "FP32"), "float16": ("f16", "FP16"), "uint8": ("u8", "U8")}[
        dtype
    ]
    dims = "".join(f"<dim>{dim}</dim>" for dim in shape)
    port = f'<port id="0" precision="{long}">{dims}</port>'
    dims_text = ",".join("?" if dim < 0 else str(dim) for dim in shape)
    return (
        '<?xml version="1.0"?><net name="identity" version="11"><layers>'
        '<layer id="0" name="data" type="Parameter" version="opset1">'
        f'<data shape="{dims_text}" element_type="{short}"/><output>{port}</output></layer>'
        '<layer id="1" name="image" type="Result" version="opset1">'
        f"<input>{port}</input></layer></layers>"
        '<edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></net>'
    )


def _graph(name: str, picture: Picture, xml: str, attrs: dict[str, Any]) -> GraphBuilder:
    n, c, h, w = picture.shape
    graph = GraphBuilder(name)
    x = graph.data("data", TensorSpec((n, h, w, c), "uint8", "NHWC"), attrs=attrs)
    if picture.settings is None:
        spec = TensorSpec((128 + 128 * n,), "uint8", "ND")
        graph.data(PARAMETERS, spec, attrs={MODE: "dynamic_aipp_conf"})
    spec = TensorSpec(picture.own_shape, picture.dtype, "ND")
    (y,) = graph.node("OpenVinoIr", [x], [spec], name="ir", attrs={"ir_xml": xml})
    graph.output([y], ["image"])
    return graph


def write(picture: Picture) -> bytes:
    """A file whose output is what AIPP makes of its input."""
    graph = _graph(
        "main", picture, identity(picture.dtype, picture.own_shape), picture.node_attrs()
    )
    builder = WrittenModel(graph, inout_info=None)

    def change(model: ModelDef) -> None:
        for op in model.graph[0].op:
            if op.name == "data":
                op.input_desc[0].size = picture.source_bytes
            if op.name == PARAMETERS:
                op.type = "AippData"

    builder.change = change  # type: ignore[method-assign]
    return builder.to_bytes()


class Run:
    """A loaded model with memory for a data set; flat calls, each of which must succeed."""

    def __init__(self, model: bytes, sizes: dict[str, int] | None = None) -> None:
        self.id = load(model)
        self.desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(self.desc, self.id) == 0
        self.names = [
            acl.mdl.get_input_name_by_index(self.desc, i)
            for i in range(acl.mdl.get_num_inputs(self.desc))
        ]
        self.buffers: list[tuple[int, int]] = []
        self.inputs, self.outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
        for i, name in enumerate(self.names):
            size = acl.mdl.get_input_size_by_index(self.desc, i)
            self._add(self.inputs, (sizes or {}).get(name, size))
        self.output_size = acl.mdl.get_output_size_by_index(self.desc, 0)
        self._add(self.outputs, self.output_size)

    def _add(self, dataset: int, size: int) -> None:
        memory = ok(acl.rt.malloc(size, 2))
        assert acl.rt.memset(memory, size, 0, size) == 0
        buffer = acl.create_data_buffer(memory, size)
        ok(acl.mdl.add_dataset_buffer(dataset, buffer))
        self.buffers.append((memory, buffer))

    def put(self, name: str, values: Array) -> None:
        memory, _ = self.buffers[self.names.index(name)]
        values = np.ascontiguousarray(values)
        code = acl.rt.memcpy(
            memory, values.nbytes, values.ctypes.data, values.nbytes, HOST_TO_DEVICE
        )
        assert code == 0

    def execute(self) -> int:
        code: int = acl.mdl.execute(self.id, self.inputs, self.outputs)
        return code

    def image(self, shape: Sequence[int], dtype: str) -> Array:
        result = np.empty(tuple(shape), dtype)
        assert result.nbytes <= self.output_size
        memory = self.buffers[len(self.names)][0]
        code = acl.rt.memcpy(
            result.ctypes.data, result.nbytes, memory, result.nbytes, DEVICE_TO_HOST
        )
        assert code == 0
        return result

    def close(self) -> None:
        for dataset in (self.inputs, self.outputs):
            assert acl.mdl.destroy_dataset(dataset) == 0
        for memory, buffer in self.buffers:
            assert acl.destroy_data_buffer(buffer) == 0
            assert acl.rt.free(memory) == 0
        assert acl.mdl.destroy_desc(self.desc) == 0
        assert acl.mdl.unload(self.id) == 0


def load(model: bytes) -> int:
    """Answer the id; the bytes are looked at during the call only."""
    return int(ok(load_code(model)))


def load_code(model: bytes) -> tuple[int, int]:
    memory = np.frombuffer(model, np.uint8)
    return acl.mdl.load_from_mem(memory.ctypes.data, memory.nbytes)  # type: ignore[no-any-return]


def ok(answer: tuple[Any, int]) -> Any:
    value, code = answer
    assert code == 0, acl.get_recent_err_msg()
    return value


@contextmanager
def running(model: bytes, sizes: dict[str, int] | None = None) -> Any:
    run = Run(model, sizes)
    try:
        yield run
    finally:
        run.close()


def refusal(code: int) -> str:
    """What was said of the call that answered `code`."""
    assert code != 0
    return str(acl.get_recent_err_msg())
