# SPDX-License-Identifier: Apache-2.0
"""Builds a graph as a compiler leaves it: stored layouts, fused nodes, constants, kernels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from . import layouts
from .fusion import Fusion
from .messages import Attrs, AttrValue
from .tensors import Dialect, TensorSpec, Value


@dataclass
class Node:
    """One node under construction. :class:`GraphBuilder` makes them."""

    name: str
    type: str
    inputs: Sequence[Value | None] = ()
    outputs: Sequence[TensorSpec] = ()
    attrs: Attrs = field(default_factory=dict)
    control: Sequence[str] = ()
    subgraphs: Sequence[str] = ()
    fusion: Fusion | None = None
    kernel_name: str = ""
    kernel: bytes | None = None
    value: bytes | None = None  # of a Const, in stored layout
    is_inline: bool = False  # keep the value in the graph, not in the weights
    fed_bytes: int | None = None  # of an input, where they are not those of its description

    @property
    def is_input(self) -> bool:
        """Whether the model's user feeds it."""
        return self.type in ("Data", "AippData")


class GraphBuilder:
    """A graph under construction.

    Nodes run in the order in which they are added.

    Parameters
    ----------
    name
        Name of the graph.
    dialect
        Whose habits to follow: ``cann8`` (CANN 7 and 8), ``cann5``, or ``cann20`` (CANN 20.x, which
        does not say how many groups a filter has). Decides how groups, kernel names and fusion
        marks are stored.
    attrs
        Attributes of the graph.

    Examples
    --------
    >>> graph = GraphBuilder("add")
    >>> spec = TensorSpec((1, 4), "float32", "ND")
    >>> x = graph.data("x", spec)
    >>> graph.output([graph.op("Add", [x, x], spec)])
    """

    def __init__(
        self, name: str, dialect: Dialect = "cann8", attrs: Mapping[str, AttrValue] | None = None
    ) -> None:
        self.name = name
        self.dialect: Dialect = dialect
        self.attrs: Attrs = dict(attrs or {})
        self.nodes: dict[str, Node] = {}
        self.outputs: list[Value] = []
        self.output_names: list[str] = []

    def data(
        self,
        name: str,
        spec: TensorSpec,
        attrs: Mapping[str, AttrValue] | None = None,
        *,
        fed_bytes: int | None = None,
        type: str = "Data",
    ) -> Value:
        """Add an input of the graph; its index is the number of inputs before it.

        Parameters
        ----------
        name, spec, attrs
            Name, specification and further attributes.
        fed_bytes
            What callers feed, where that is not what the specification says (AIPP).
        type
            ``Data``, or ``AippData`` of what carries AIPP's parameters.
        """
        index = sum(node.is_input for node in self.nodes.values())
        own = {"data_type": 0, "index": index, **(attrs or {})}
        # A Data node has one input, which is connected to nothing.
        self._add(Node(name, type, [None], [spec], own, fed_bytes=fed_bytes))
        return Value(name, 0, spec)

    def constant(
        self,
        name: str,
        value: npt.ArrayLike,
        *,
        dtype: str = "float16",
        format: str = "ND",
        layout: str = "",
        groups: int = 1,
        inline: bool = False,
    ) -> Value:
        """Add a constant.

        Parameters
        ----------
        name
            Name of the node.
        value
            The logical tensor; it is cast to `dtype` and rearranged into `layout`.
        dtype, format, layout, groups
            As in :class:`TensorSpec`.
        inline
            Keep the value in the graph itself instead of the weights partition.
        """
        array = np.asarray(value).astype(dtype)
        spec = TensorSpec(array.shape, dtype, format, layout, groups)
        stored = layouts.encode(array, format, spec.layout, groups)
        self._add(Node(name, "Const", outputs=[spec], value=stored.tobytes(), is_inline=inline))
        return Value(name, 0, spec)

    def op(
        self,
        type: str,
        inputs: Sequence[Value | None],
        output: TensorSpec,
        *,
        name: str = "",
        attrs: Mapping[str, AttrValue] | None = None,
        control: Sequence[str] = (),
        fusion: Fusion | None = None,
        kernel: bytes | None = None,
    ) -> Value:
        """Add a node with one output; the parameters are those of :meth:`node`."""
        return self.node(
            type,
            inputs,
            [output],
            name=name,
            attrs=attrs,
            control=control,
            fusion=fusion,
            kernel=kernel,
        )[0]

    def node(
        self,
        type: str,
        inputs: Sequence[Value | None],
        outputs: Sequence[TensorSpec],
        *,
        name: str = "",
        attrs: Mapping[str, AttrValue] | None = None,
        control: Sequence[str] = (),
        subgraphs: Sequence[str] = (),
        fusion: Fusion | None = None,
        kernel: bytes | None = None,
    ) -> tuple[Value, ...]:
        """Add a node.

        Parameters
        ----------
        type
            Type of the operator, as ``Conv2D``.
        inputs
            One value per slot, None for an optional one that is not connected.
        outputs
            Specifications of the outputs.
        name
            Name of the node; made from `type` if not given.
        attrs
            Attributes.
        control
            Names of nodes that must have run before.
        subgraphs
            Names of the graphs that the node runs.
        fusion
            Marks of a fused node.
        kernel
            ELF image for the kernel store.

        Returns
        -------
        tuple of Value
            One per output.
        """
        node = Node(
            name or f"{type}_{len(self.nodes)}",
            type,
            list(inputs),
            list(outputs),
            dict(attrs or {}),
            list(control),
            list(subgraphs),
            fusion,
            kernel=kernel,
        )
        if fusion or kernel is not None:
            node.kernel_name = self._kernel_name(node)
        self._add(node)
        return tuple(Value(node.name, index, spec) for index, spec in enumerate(outputs))

    def output(
        self,
        values: Sequence[Value],
        names: Sequence[str] = (),
        attrs: Mapping[str, AttrValue] | None = None,
        *,
        name: str = "Node_Output",
    ) -> None:
        """End the graph.

        Parameters
        ----------
        values
            The outputs, in order.
        names
            Their names; without a colon, readers append ``:<index>``. If not given, readers make
            names from the producing nodes.
        attrs
            Attributes of the NetOutput node.
        name
            Name of that node.
        """
        if not values:
            raise ValueError(f"graph {self.name!r} needs at least one output")
        if names and len(names) != len(values):
            raise ValueError(f"{len(names)} names for {len(values)} outputs")
        self._add(Node(name, "NetOutput", list(values), attrs=dict(attrs or {})))
        self.outputs = list(values)
        self.output_names = list(names)

    def _add(self, node: Node) -> None:
        if node.name in self.nodes:
            raise ValueError(f"graph {self.name!r} already has a node {node.name!r}")
        if self.outputs:
            raise ValueError(f"graph {self.name!r} is ended: node {node.name!r} comes too late")
        for value in filter(None, node.inputs):
            source = self.nodes.get(value.node)
            if source is None or not 0 <= value.index < len(source.outputs):
                raise ValueError(
                    f"node {node.name!r} reads {value.node}:{value.index}, "
                    f"which graph {self.name!r} does not have"
                )
        for before in node.control:
            if before not in self.nodes:
                raise ValueError(f"node {node.name!r} waits for {before!r}, which does not exist")
        self.nodes[node.name] = node

    def _kernel_name(self, node: Node) -> str:
        tokens = "_".join(node.fusion.tokens) if node.fusion else ""
        what = f"fused_op_{tokens}" if tokens else node.type.lower()
        digest = hashlib.sha256(f"{self.name}/{node.name}".encode() + (node.kernel or b""))
        return f"te_{what}_{digest.hexdigest()[:32]}__kernel0"
