# SPDX-License-Identifier: Apache-2.0
"""Ascend offline models (.om): read what a file says of itself, and write them from Python.

Reading starts with :class:`File`. :func:`compile` makes a model for the host runtime of what
OpenVINO reads. Writing node by node starts with :class:`GraphBuilder` and :class:`ModelBuilder`;
`wire`, `messages`, `container`, `inout`, `kernels`, `layouts` and `memory_plan` are the parts they
are made of.
"""

from ascendcl._acl.om import (
    AttrMap,
    ConvGeometry,
    Descriptors,
    Edge,
    File,
    FormatError,
    Graph,
    IoDescriptor,
    KernelStore,
    Model,
    ModelDef,
    NamedAttrs,
    Node,
    Partition,
    TensorDef,
    TensorDesc,
)

from . import container, inout, kernels, layouts, memory_plan, messages, wire
from .comparer import CompareOptions, Comparison, compare
from .compile_errors import (
    CompileError,
    KnownWrongError,
    UnsupportedModelError,
    VerificationError,
)
from .compiler import Compiled, CompileOptions, compile
from .container import Header, PartitionType, encode_container
from .fusion import Fusion, fixpipe_inputs
from .gears import GearKind, join_gears
from .graph_builder import GraphBuilder
from .kernels import conv_kernel
from .model_builder import ModelBuilder
from .runnable import CompareError
from .tensors import TensorSpec, Value

__all__ = [
    "AttrMap",
    "CompareError",
    "CompareOptions",
    "Comparison",
    "CompileError",
    "CompileOptions",
    "Compiled",
    "ConvGeometry",
    "Descriptors",
    "Edge",
    "File",
    "FormatError",
    "Fusion",
    "GearKind",
    "Graph",
    "GraphBuilder",
    "Header",
    "IoDescriptor",
    "KernelStore",
    "KnownWrongError",
    "Model",
    "ModelBuilder",
    "ModelDef",
    "NamedAttrs",
    "Node",
    "Partition",
    "PartitionType",
    "TensorDef",
    "TensorDesc",
    "TensorSpec",
    "UnsupportedModelError",
    "Value",
    "VerificationError",
    "compare",
    "compile",
    "container",
    "conv_kernel",
    "encode_container",
    "fixpipe_inputs",
    "inout",
    "join_gears",
    "kernels",
    "layouts",
    "memory_plan",
    "messages",
    "wire",
]
