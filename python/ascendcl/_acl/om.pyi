# SPDX-License-Identifier: Apache-2.0
"""Reads .om files: the container, the GE graph, kernels, and descriptors of inputs and outputs.

Nothing is copied: every object points into the file's bytes and keeps them alive. Damage raises
:class:`FormatError` where it is met. Names that are not UTF-8 show as ``\\xNN``.
"""

import os
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Literal, TypeAlias, TypeVar, overload

from typing_extensions import Buffer

_T = TypeVar("_T")

class FormatError(ValueError):
    """An .om file is damaged or not supported."""

    code: str
    """What is wrong, in one of a few fixed phrases: "bad magic", "truncated", ..."""

class File:
    """An .om file."""

    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @staticmethod
    def open(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> File:
        """Read a file into memory, as it is at one moment. Raises OSError or FormatError."""
    @staticmethod
    def from_bytes(data: Buffer) -> File:
        """Read any contiguous bytes, which are kept and not copied."""
    @property
    def size(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def model_type(self) -> int: ...
    @property
    def is_dynamic(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def platform_version(self) -> str: ...
    @property
    def work_size(self) -> int:
        """Bytes of work memory that the model asks for; 0 where shapes are dynamic."""
    @property
    def weight_size(self) -> int: ...
    @property
    def zero_copy_size(self) -> int:
        """The part of work_size that inputs and outputs take."""
    @property
    def models(self) -> list[Model]: ...

class Model:
    """One model of a file. Its parts are decoded when they are asked for, once."""

    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def partitions(self) -> list[Partition]: ...
    @property
    def definition(self) -> ModelDef: ...
    @property
    def kernels(self) -> KernelStore: ...
    @property
    def descriptors(self) -> Descriptors:
        """Inputs and outputs of the graph, cross-checked with the file's in/out info."""
    def constant(self, node: Node) -> memoryview:
        """Elements of a Const node as they are stored."""

class Partition:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def type(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def bytes(self) -> memoryview: ...

class ModelDef:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def graphs(self) -> list[Graph]:
        """The main graph, then those that nodes name as subgraphs."""
    def find(self, name: str) -> Graph | None: ...
    @property
    def attrs(self) -> AttrMap: ...

class Graph:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def nodes(self) -> list[Node]:
        """In file order."""
    def find(self, name: str) -> Node | None: ...
    @property
    def attrs(self) -> AttrMap: ...

class Node:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def id(self) -> int: ...
    @property
    def inputs(self) -> list[Edge]:
        """Slot by slot, control edges where they stand."""
    @property
    def input_descs(self) -> list[TensorDesc]: ...
    @property
    def output_descs(self) -> list[TensorDesc]: ...
    @property
    def input_names(self) -> list[str]: ...
    @property
    def src_names(self) -> list[str]: ...
    @property
    def src_indexes(self) -> list[int]: ...
    @property
    def subgraphs(self) -> list[str]: ...
    @property
    def input_offsets(self) -> list[int]:
        """Where connected inputs lie, in work memory, constants in the weights.

        This and the following may have fewer entries than there are slots.
        """
    @property
    def output_offsets(self) -> list[int]:
        """Where outputs lie in work memory."""
    @property
    def scratch_offsets(self) -> list[int]:
        """Where the memory that only the node uses while it runs lies in work memory."""
    @property
    def scratch_sizes(self) -> list[int]: ...
    @property
    def attrs(self) -> AttrMap: ...

class Edge:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def kind(self) -> Literal["data", "control", "none"]: ...
    @property
    def node(self) -> str: ...
    @property
    def index(self) -> int: ...

class TensorDesc:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def layout(self) -> str:
        """As stored, "FRACTAL_Z:72" included."""
    @property
    def format(self) -> str:
        """The layout's format, "undefined" for an unknown one."""
    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> list[int]: ...
    @property
    def size(self) -> int: ...
    @property
    def weight_size(self) -> int: ...
    @property
    def data_offset(self) -> int: ...
    @property
    def origin_format(self) -> str: ...
    @property
    def origin_shape(self) -> list[int]: ...
    @property
    def sub_format(self) -> int:
        """Groups of a FRACTAL_Z filter."""
    @property
    def attrs(self) -> AttrMap: ...

class TensorDef:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def desc(self) -> TensorDesc: ...
    @property
    def data(self) -> memoryview: ...

class NamedAttrs:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def attrs(self) -> AttrMap: ...

_AttrScalar: TypeAlias = (
    str | bytes | int | float | bool | NamedAttrs | TensorDesc | TensorDef | Graph
)
_AttrValue: TypeAlias = _AttrScalar | list[_AttrScalar] | list[list[int]] | None

class AttrMap(Mapping[str, _AttrValue]):
    """Attributes by their plain names, whether the file compresses them or not.

    Texts are `str`, or `bytes` where they are not UTF-8.
    """

    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    def __getitem__(self, name: str) -> _AttrValue: ...
    def __contains__(self, name: object) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    @overload
    def get(self, name: str, /) -> _AttrValue: ...
    @overload
    def get(self, name: str, /, default: _AttrValue | _T) -> _AttrValue | _T: ...
    def keys(self) -> KeysView[str]: ...
    def values(self) -> ValuesView[_AttrValue]: ...
    def items(self) -> ItemsView[str, _AttrValue]: ...

class KernelStore:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    def __len__(self) -> int: ...
    def __getitem__(self, name: str) -> memoryview: ...
    @property
    def names(self) -> list[str]: ...
    def find(self, node: Node) -> memoryview | None:
        """The kernel that a node is launched with."""
    def geometry(self, node: Node, window: tuple[int, int]) -> ConvGeometry | None:
        """What a node's kernel says of a convolution whose filter is `window` high and wide."""

class ConvGeometry:
    """Vertical, then horizontal. Pads that the kernel does not show are None.

    A pad of 0 means nothing where `input_h` or `input_w`, the tile, is less than the input.
    """

    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def strides(self) -> tuple[int, int]: ...
    @property
    def dilations(self) -> tuple[int, int]: ...
    @property
    def pad_top(self) -> int | None: ...
    @property
    def pad_bottom(self) -> int | None: ...
    @property
    def pad_left(self) -> int | None: ...
    @property
    def pad_right(self) -> int | None: ...
    @property
    def input_h(self) -> int | None: ...
    @property
    def input_w(self) -> int | None: ...

class IoDescriptor:
    """One input or output as the runtime reports it."""

    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def dims(self) -> list[int]: ...
    @property
    def dims_v2(self) -> list[int]:
        """Before static AIPP, else dims."""
    @property
    def ranges(self) -> list[tuple[int, int]]: ...

class Descriptors:
    def __init__(self, *args: object, **kwargs: object) -> None: ...  # raises TypeError
    @property
    def inputs(self) -> list[IoDescriptor]: ...
    @property
    def outputs(self) -> list[IoDescriptor]: ...
    @property
    def gear_kind(self) -> Literal["none", "batch", "image", "dims"]: ...
    @property
    def gears(self) -> list[list[int]]: ...
    @property
    def gear_output_dims(self) -> list[list[list[int]]]:
        """By gear, then by output."""
    @property
    def user_input_order(self) -> list[str]: ...
