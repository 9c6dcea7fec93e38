# SPDX-License-Identifier: Apache-2.0
"""Turns graphs into an .om file: weights, memory plan, attributes, partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, cast

from . import kernels, layouts
from .attr_names import AttrNameTable
from .container import (
    Content,
    Header,
    Partition,
    PartitionType,
    encode_container,
    size_of,
    write_container,
)
from .graph_builder import GraphBuilder, Node
from .inout import InOutInfo, TensorInfo
from .memory_plan import Lifetime, align, plan
from .messages import (
    Attrs,
    AttrValue,
    GraphDef,
    ModelDef,
    ModelTaskDef,
    OpDef,
    TensorDef,
    TensorDescriptor,
    literal,
)
from .tensors import DATA_TYPES, TensorSpec, Value

_TASK_BASE = 0x80000000  # where task arguments pretend the work memory to start
_HBM = 2
_GEARS_BY_BATCH, _GEARS_BY_IMAGE, _GEARS_BY_DIMS = 1, 2, 3

Key = tuple[str, str, int]  # graph, node, output


class ModelBuilder:
    """A model of an .om file, made from its graphs.

    Parameters
    ----------
    graph
        The main graph, ended by its output.
    subgraphs
        Graphs that nodes of the main graph run, as the gears of a ``Case`` node.
    name
        Name of the model; that of the graph if not given.
    soc_version, framework_type
        What the model reports to be compiled for and from.
    attrs
        More attributes of the model; they replace those that are made here.
    compress_names
        Store attribute names as numbers. Usual for dialect ``cann8``.
    inout_info
        Partition type of the in/out information: 8, 6 (CANN 5) or None for no such partition.
    weights_file
        A file whose bytes are the weights partition, for graphs without constants of their own.
    feature_size
        Bytes of work memory between inputs and outputs, where the graph's nodes do not tell.
    work_size
        Bytes of work memory, inputs and outputs included, where they do not add up to it.
    host_weights
        A file with the weights of a model for the host runtime, where the weights partition has no
        room for them.
    """

    def __init__(
        self,
        graph: GraphBuilder,
        subgraphs: Sequence[GraphBuilder] = (),
        *,
        name: str = "",
        soc_version: str = "Ascend310B4",
        framework_type: str = "Onnx",
        attrs: Mapping[str, AttrValue] | None = None,
        compress_names: bool | None = None,
        inout_info: int | None = PartitionType.INOUT_INFO,
        weights_file: Path | None = None,
        feature_size: int | None = None,
        work_size: int | None = None,
        host_weights: Path | None = None,
    ) -> None:
        self.name = name or graph.name
        self.graphs = [graph, *subgraphs]
        names = [g.name for g in self.graphs]
        if len(set(names)) != len(names):
            raise ValueError(f"graphs need different names: {names}")
        if not graph.outputs:
            raise ValueError(f"graph {graph.name!r} has no output")
        self._is_new = graph.dialect == "cann8"
        self._compress = self._is_new if compress_names is None else compress_names
        self._inout_type = inout_info
        self._given_attrs: Attrs = dict(attrs or {})
        self._about: Attrs = {"soc_version": soc_version, "framework_type": framework_type}
        weights, self._weight_offsets = self._lay_out_weights()
        if weights_file is not None and self._weight_offsets:
            raise ValueError("the weights are a file's, the graphs have constants besides")
        self._weights: Content = weights if weights_file is None else weights_file
        self._weight_size = size_of(self._weights)
        self._offsets, self.feature_size, self.io_size = self._plan_memory(feature_size)
        self._work_size = work_size
        self._host_weights = host_weights

    @property
    def work_size(self) -> int:
        """Bytes of work memory: intermediate tensors, then inputs and outputs."""
        return self.feature_size + self.io_size if self._work_size is None else self._work_size

    @property
    def weight_size(self) -> int:
        """Bytes of the weights partition; one slot at least, as compilers write it."""
        return self._weight_size

    def model_def(self) -> ModelDef:
        """Answer partition 0 before encoding, attribute names not compressed."""
        return ModelDef(
            name=self.name,
            version=2,
            custom_version="1.11.z.0",
            graph=[self._graph_def(graph) for graph in self.graphs],
            attr=self._model_attrs(),
        )

    def inout(self) -> InOutInfo:
        """Answer what a runtime reports of inputs, outputs and gears."""
        graph = self.graphs[0]
        info = InOutInfo()
        data = [node for node in graph.nodes.values() if node.is_input]
        data.sort(key=lambda node: cast("int", node.attrs["index"]))
        for node in data:
            dims = _input_dims(node)
            dims_v2 = node.attrs.get("input_dims", dims)
            told = _tensor_info(node.name, node.outputs[0], dims, dims_v2)
            if node.fed_bytes is not None:
                told.size = node.fed_bytes
            info.inputs.append(told)
        for name, value in zip(self._reported_output_names(), self.graphs[0].outputs, strict=True):
            info.outputs.append(
                _tensor_info(name, value.spec, value.spec.stored_shape, value.spec.stored_shape)
            )
        for node in graph.nodes.values():
            if node.type == "Case":
                _add_gears(info, node.attrs)
            elif node.type == "NetOutput":
                info.output_shapes = _strings(node.attrs.get("_dynamic_output_dims", []))
        return info

    def kernel_store(self) -> list[tuple[str, bytes]]:
        """Answer name and ELF image of every kernel."""
        store: dict[str, bytes] = {}
        for graph in self.graphs:
            for node in graph.nodes.values():
                if node.kernel is not None:
                    key = node.kernel_name if graph.dialect == "cann8" else node.name
                    store[key] = node.kernel
        return list(store.items())

    def partitions(self) -> list[Partition]:
        """Answer the partitions in file order."""
        model = self.model_def()
        entry = literal
        if self._compress:
            table = AttrNameTable(model.graph)
            entry = table.entry
            model.attr.update(table.model_attrs())
        tasks = ModelTaskDef(memory_size=self.work_size).encode()
        store = kernels.encode_store(self.kernel_store())
        model.attr.setdefault(
            "om_info_list", [self.weight_size, len(store), 0, len(tasks)] + [0] * self._is_new
        )
        partitions: list[Partition] = []
        if self._inout_type is not None:
            partitions.append((self._inout_type, self.inout().encode()))
        partitions += [
            (PartitionType.MODEL_DEF, model.encode(entry)),
            (PartitionType.WEIGHTS, self._weights),
            (PartitionType.KERNELS, store),
            (PartitionType.TASKS, tasks),
        ]
        if self._host_weights is not None:
            partitions.append((PartitionType.HOST_WEIGHTS, self._host_weights))
        return partitions

    def to_bytes(self, header: Header | None = None) -> bytes:
        """Answer the .om file.

        Parameters
        ----------
        header
            The header's free fields; by default those usual for the graph's dialect.
        """
        return encode_container([self.partitions()], header or Header(self.name, wide=self._is_new))

    def write(self, path: str | PathLike[str], header: Header | None = None) -> None:
        """Write the .om file; see :meth:`to_bytes`."""
        with Path(path).open("wb") as stream:
            write_container(
                stream, [self.partitions()], header or Header(self.name, wide=self._is_new)
            )

    def _reported_output_names(self) -> list[str]:
        values = self.graphs[0].outputs
        given = self.graphs[0].output_names
        if not given:
            return [f"output_{i}_{value.node}_{value.index}" for i, value in enumerate(values)]
        return [
            name if ":" in name else f"{name}:{value.index}"
            for name, value in zip(given, values, strict=True)
        ]

    def _lay_out_weights(self) -> tuple[bytes, dict[Key, int]]:
        blob = bytearray()
        offsets: dict[Key, int] = {}
        for graph in self.graphs:
            for node in graph.nodes.values():
                if node.value is not None and not node.is_inline:
                    offsets[graph.name, node.name, 0] = len(blob)
                    blob += node.value
                    blob += bytes(align(len(blob)) - len(blob))
        return bytes(blob) or bytes(align(1)), offsets

    def _plan_memory(self, given_size: int | None) -> tuple[dict[Key, int], int, int]:
        """Place inputs and outputs behind the intermediate tensors; subgraphs share one place."""
        main, *subgraphs = self.graphs
        outside: dict[Key, TensorSpec] = {
            (main.name, value.node, value.index): value.spec for value in self.graphs[0].outputs
        }
        for node in main.nodes.values():
            if node.is_input:
                fed = node.outputs[0]
                if node.fed_bytes is not None:
                    fed = TensorSpec((node.fed_bytes,), "uint8", "ND")
                outside[main.name, node.name, 0] = fed

        offsets, main_size = _plan_graph(main, outside)
        sub_size = 0
        for graph in subgraphs:
            places, size = _plan_graph(graph, {})
            offsets.update((key, main_size + at) for key, at in places.items())
            sub_size = max(sub_size, size)
        feature_size = main_size + sub_size if given_size is None else given_size
        io_size = 0
        for key, spec in outside.items():
            offsets[key] = feature_size + io_size
            io_size += align(spec.memory_size)
        return offsets, feature_size, io_size

    def _model_attrs(self) -> Attrs:
        attrs: Attrs = {
            **self._about,
            "target_type": "MINI",
            "memory_size": self.work_size,
            "zero_copy_memory_size": self.io_size,
            "weight_size": self.weight_size,
            "sub_memory_info": [
                [_HBM, 0, self.feature_size, 0],
                [_HBM, self.feature_size, self.io_size, 1],
            ],
            "task_gen_base_addr": _TASK_BASE,
            "task_gen_weight_addr": _TASK_BASE + self.work_size,
            "stream_num": 1,
            "event_num": 0,
            "label_num": 0,
            "core_type": 0,
        }
        if self.graphs[0].output_names:
            attrs["attr_model_out_nodes_name"] = self.graphs[0].output_names
        return {**attrs, **self._given_attrs}

    def _graph_def(self, graph: GraphBuilder) -> GraphDef:
        consumers: dict[str, list[tuple[str, int]]] = {name: [] for name in graph.nodes}
        for node in graph.nodes.values():
            for slot, value in enumerate(node.inputs):
                if value:
                    consumers[value.node].append((node.name, slot))
        inputs = [f"{node.name}:0" for node in graph.nodes.values() if node.is_input]
        return GraphDef(
            name=graph.name,
            input=inputs,
            op=[
                self._op_def(graph, node, index, consumers[node.name])
                for index, node in enumerate(graph.nodes.values())
            ],
            attr=dict(graph.attrs),
        )

    def _op_def(
        self, graph: GraphBuilder, node: Node, index: int, consumers: list[tuple[str, int]]
    ) -> OpDef:
        connected = [value for value in node.inputs if value]
        op = OpDef(
            name=node.name,
            type=node.type,
            id=index,
            has_out_attr=True,
            input=[f"{value.node}:{value.index}" if value else "" for value in node.inputs]
            + [f"{name}:-1" for name in node.control],
            input_name=[value.node for value in connected],
            src_name=[value.node for value in connected],
            src_index=[value.index for value in connected],
            dst_name=[name for name, _ in consumers],
            dst_index=[slot for _, slot in consumers],
            input_i=[self._offset(graph, value) for value in connected],
            output_i=[
                self._offsets.get((graph.name, node.name, i), 0) for i in range(len(node.outputs))
            ],
            is_input_const=[
                value is not None and graph.nodes[value.node].type == "Const"
                for value in node.inputs
            ],
            input_desc=[self._input_desc(graph, node, value) for value in node.inputs],
            output_desc=[spec.descriptor(graph.dialect) for spec in node.outputs],
            subgraph_name=list(node.subgraphs),
        )
        if node.fusion:
            op.attr |= node.fusion.attrs(graph.dialect)
            if node.fusion.origin_name:
                for desc in op.output_desc:
                    desc.attr["_datadump_origin_name"] = node.fusion.origin_name
        if node.kernel_name:
            if graph.dialect == "cann8":
                op.attr["_kernelname"] = node.kernel_name
            else:
                op.attr["_tbe_kernel_name"] = node.name
                op.attr[f"{node.name}_kernelname"] = node.kernel_name
        if node.value is not None:
            op.attr["value"] = self._constant(graph, node)
        op.attr |= node.attrs
        return op

    def _offset(self, graph: GraphBuilder, value: Value) -> int:
        key = (graph.name, value.node, value.index)
        return self._weight_offsets.get(key, self._offsets.get(key, 0))

    def _input_desc(self, graph: GraphBuilder, node: Node, value: Value | None) -> TensorDescriptor:
        if value is None and node.is_input:
            desc = node.outputs[0].descriptor(graph.dialect)
            # What callers must provide, without padding.
            desc.size = node.outputs[0].nbytes if node.fed_bytes is None else node.fed_bytes
            return desc
        if value is None:
            return TensorDescriptor(layout="FORMAT_RESERVED", device_type="NPU")
        desc = value.spec.descriptor(graph.dialect)
        desc.data_offset = self._weight_offsets.get((graph.name, value.node, value.index), 0)
        return desc

    def _constant(self, graph: GraphBuilder, node: Node) -> TensorDef:
        value = node.value or b""
        desc = node.outputs[0].descriptor(graph.dialect)
        desc.weight_size = len(value)
        if node.is_inline:
            return TensorDef(desc, value)
        desc.data_offset = self._weight_offsets[graph.name, node.name, 0]
        return TensorDef(desc)


def _plan_graph(
    graph: GraphBuilder, outside: Mapping[Key, TensorSpec]
) -> tuple[dict[Key, int], int]:
    """Place the tensors between nodes, `outside` ones excepted."""
    first: dict[Key, int] = {}
    last: dict[Key, int] = {}
    size: dict[Key, int] = {}
    for step, node in enumerate(graph.nodes.values()):
        for value in filter(None, node.inputs):
            last[graph.name, value.node, value.index] = step
        if node.is_input or node.type == "Const":
            continue
        for index, spec in enumerate(node.outputs):
            key = (graph.name, node.name, index)
            if key not in outside:
                first[key], last[key], size[key] = step, step, spec.memory_size
    places, total = plan([Lifetime(first[key], last[key], size[key]) for key in first])
    return dict(zip(first, places, strict=True)), total


def _tensor_info(name: str, spec: TensorSpec, dims: Any, dims_v2: Any) -> TensorInfo:
    return TensorInfo(
        name,
        spec.nbytes,
        layouts.FORMATS[spec.layout],
        DATA_TYPES[spec.dtype].acl,
        list(dims),
        list(dims_v2),
        spec.ranges,
    )


def _input_dims(node: Node) -> Any:
    for name in ("_dynamic_aipp_input_dims", "_mbatch_origin_input_dims"):
        if name in node.attrs:
            return node.attrs[name]
    return node.outputs[0].stored_shape


def _add_gears(info: InOutInfo, case: Attrs) -> None:
    count = cast("int", case.get("_batch_num", 0))
    gears = [cast("list[int]", case[f"_pred_value_{i}"]) for i in range(count)]
    kind = case.get("mbatch_dynamic_type", -1)
    if kind == _GEARS_BY_BATCH:
        info.batches = [gear[0] for gear in gears]
    elif kind == _GEARS_BY_IMAGE:
        info.images = gears
    elif kind == _GEARS_BY_DIMS:
        info.dims = gears
    info.input_order = _strings(case.get("user_designate_shape_order", []))


def _strings(value: AttrValue) -> list[str]:
    return [value] if isinstance(value, str) else list(cast("Sequence[str]", value))
