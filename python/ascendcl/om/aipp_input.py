# SPDX-License-Identifier: Apache-2.0
"""AIPP in front of a network's input: what is fed in its place, and what the file says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Final, TypeAlias

from ascendcl.aipp import FORMAT_NUMBERS

from .aipp_config import AippBlock
from .compile_errors import OptionError
from .messages import Attrs, NamedAttrs
from .tensors import DATA_TYPES, TensorSpec

if TYPE_CHECKING:
    from .graph_builder import GraphBuilder
    from .host_model import Gears, Ports
    from .verify import Port

Shape: TypeAlias = tuple[int, ...]

PARAMETERS: Final = "ascend_dynamic_aipp_data"
"""Name of the input that carries the parameters of dynamic AIPP."""

_HEAD = 128  # bytes, as aclmdlGetAippDataSize has it
_IMAGE = 128
_C0 = 16
_TYPE_NAMES: Final = {"float32": "DT_FLOAT", "float16": "DT_FLOAT16", "uint8": "DT_UINT8"}
_CHANNELS_FED: Final = {"YUV420SP_U8": 1, "YUV400_U8": 1, "RGB888_U8": 3} | {
    "YUYV_U8": 2,
    "YUV422SP_U8": 2,
}  # 4 of the others
_OF_CHANNELS: Final = {1: "YUV400_U8", 3: "RGB888_U8", 4: "XRGB8888_U8"}


@dataclass(frozen=True)
class AippInput:
    """An input of the network with AIPP in front of it.

    Attributes
    ----------
    name : str
        Of the input.
    block : AippBlock
        What the configuration says.
    layout : str
        The network's own: NCHW or NHWC.
    dtype : str
        The network's own.
    shapes : tuple
        N, H, W, C of the network's own input, per gear; of a model without gears one.
    open_axes : tuple of bool
        Of N, H, W and C, whether gears set it.
    parameters : str
        Of dynamic AIPP: the name of the input that carries its parameters.
    """

    name: str
    block: AippBlock
    layout: str
    dtype: str
    shapes: tuple[Shape, ...]
    open_axes: tuple[bool, ...]
    parameters: str = ""

    def spec(self) -> TensorSpec:
        """Answer what the input is described as: the network's image, in bytes."""
        return TensorSpec(self._largest, "uint8", "NHWC")

    @property
    def fed_bytes(self) -> int:
        """The bytes of all pictures of a batch, of the largest gear."""
        if self.block.is_dynamic:
            return int(self.block.values["max_src_image_size"])
        return max(prod(self.fed_shape(shape)) for shape in self.shapes)

    @property
    def parameters_spec(self) -> TensorSpec:
        """What carries the parameters, of the largest batch."""
        return TensorSpec((_HEAD + _IMAGE * self._largest[0],), "uint8", "ND")

    @property
    def _largest(self) -> Shape:
        return max(self.shapes, key=prod)

    def fed_shape(self, shape: Shape) -> Shape:
        """Answer the dims of the pictures that are fed for a network's N, H, W, C."""
        n, height, width, _ = shape
        values = self.block.values
        height, width = values["src_image_size_h"] or height, values["src_image_size_w"] or width
        if values["input_format"] == "YUV420SP_U8":
            return (n, height * 3 // 2, width, 1)
        return (n, height, width, _CHANNELS_FED.get(values["input_format"], 4))

    def attrs(self) -> Attrs:
        """Answer the attributes of the node."""
        dims = _opened(self._largest, self.open_axes)
        attrs: Attrs = {
            "aipp": NamedAttrs("", self._settings()),
            "_aipp_inputs": [self._own(shape) for shape in self.shapes],
            "_aipp_outputs": [self._made(shape) for shape in self.shapes],
        }
        if any(self.open_axes):
            attrs["_mbatch_origin_input_dims"] = dims
        if self.block.is_dynamic:
            return attrs | {
                "_data_related_aipp_mode": "dynamic_aipp",
                "_data_aipp_data_name_map": self.parameters,
                "_dynamic_aipp_input_dims": dims,
                "input_dims": [self.fed_bytes],
            }
        return attrs | {
            "_data_related_aipp_mode": "static_aipp",
            "input_dims": _opened(self.fed_shape(self._largest), self.open_axes),
        }

    def _settings(self) -> Attrs:
        values = dict(self.block.values)
        if self.block.is_dynamic:
            kept = ("related_input_rank", "max_src_image_size", "support_rotation")
            return {"aipp_mode": 2, **{key: values[key] for key in kept}}
        values |= {"aipp_mode": 1, "input_format": FORMAT_NUMBERS[values["input_format"]]}
        for key in ("max_src_image_size", "support_rotation", "rotation_angle", "input_edge_idx"):
            values.pop(key)
        if not values["related_input_name"]:
            values.pop("related_input_name")
        return values

    def _own(self, shape: Shape) -> str:
        n, height, width, channels = shape
        own = shape if self.layout == "NHWC" else (n, channels, height, width)
        return _told(self.layout, self.dtype, self.name, own)

    def _made(self, shape: Shape) -> str:
        n, height, width, channels = shape
        if self.dtype == "uint8":
            return _told("NHWC", "uint8", "features", shape)
        blocked = (n, -(-channels // _C0), height, width, _C0)
        return _told("NC1HWC0", "float16", "features", blocked)

    def port(self, own: Port) -> Port:
        """Answer how to make the picture up that is fed in the place of an input of one shape."""
        shape = _as_nhwc(own.shape, self.layout)
        values = dict(self.block.values)
        if self.block.is_dynamic:
            # Any parameters do: those of the device are the same for all that the file holds.
            values |= {"input_format": _OF_CHANNELS[shape[3]], "ax_swap_switch": False}
            values |= {f"var_reci_chn_{i}": 0.00390625 for i in range(4)}
        fed = replace(self, block=replace(self.block, values=values)).fed_shape(shape)
        step = {
            "values": values,
            "image": list(shape),
            "layout": self.layout,
            "dtype": self.dtype,
            "is_dynamic": self.block.is_dynamic,
        }
        return replace(own, shape=fed, dtype="uint8", ranges=(), aipp=step)


def _opened(shape: Shape, open_axes: Sequence[bool]) -> list[int]:
    return [-1 if opened else size for size, opened in zip(shape, open_axes, strict=True)]


def _told(layout: str, dtype: str, name: str, dims: Shape) -> str:
    size = prod(dims) * DATA_TYPES[dtype].size
    return f"{layout}:{_TYPE_NAMES[dtype]}:{name}:{size}:{len(dims)}:{','.join(map(str, dims))}"


def _as_nhwc(shape: Shape, layout: str) -> Shape:
    if layout == "NHWC":
        return shape
    n, channels, height, width = shape
    return (n, height, width, channels)


def add_parameters(graph: GraphBuilder, aipp: Mapping[str, AippInput]) -> None:
    """Add the inputs that carry parameters; nothing in the graph reads them."""
    for each in aipp.values():
        if each.parameters:
            attrs: Attrs = {"_data_related_aipp_mode": "dynamic_aipp_conf"}
            graph.data(each.parameters, each.parameters_spec, attrs, type="AippData")


def put_in_front(
    blocks: Sequence[AippBlock], inputs: Sequence[Port], ports: Ports, gears: Gears | None
) -> dict[str, AippInput]:
    """Find the input that each block is for, and hold it against the network's.

    Raises
    ------
    CompileError
        A block does not fit; line and key are named.
    """
    if gears is not None and gears.kind == "dims":
        raise OptionError("insert_op_conf: AIPP goes with batch and image gears, not dynamic_dims")
    found: dict[str, AippInput] = {}
    dynamic = 0
    for block in blocks:
        key, index = _index(block, ports.inputs)
        name = ports.inputs[index]
        if name in found:
            raise block.refuse(key, f"input {name!r} has AIPP already ({found[name].block.where})")
        own = inputs[index]
        shapes = [own.shape] if gears is None else [tuple(each[index]) for each in gears.shapes]
        layout = ports.formats.get(name, "ND")
        _require_image(block, key, own, layout, shapes)
        parameters = ""
        if block.is_dynamic:
            parameters = PARAMETERS if dynamic == 0 else f"{PARAMETERS}_{dynamic}"
            dynamic += 1
        images = tuple(_as_nhwc(tuple(shape), layout) for shape in shapes)
        open_axes = tuple(size < 0 for size in _as_nhwc(own.shape, layout))
        found[name] = AippInput(name, block, layout, own.dtype, images, open_axes, parameters)
        _require_fit(found[name], gears)
    return found


def _index(block: AippBlock, names: Sequence[str]) -> tuple[str, int]:
    """The key that tells the input, and its number."""
    name, rank = block.values["related_input_name"], int(block.values["related_input_rank"])
    if name:
        if name not in names:
            raise block.refuse(
                "related_input_name", f"there is no input {name!r}; there are {', '.join(names)}"
            )
        if "related_input_rank" in block.given and names.index(name) != rank:
            raise block.refuse("related_input_rank", f"{name!r} is input {names.index(name)}")
        return "related_input_name", names.index(name)
    if rank >= len(names):
        raise block.refuse("related_input_rank", f"{rank}, and the model has {len(names)} inputs")
    return "related_input_rank", rank


def _require_image(
    block: AippBlock, key: str, own: Port, layout: str, shapes: Sequence[Shape]
) -> None:
    if layout not in ("NCHW", "NHWC") or len(own.shape) != 4:
        raise block.refuse(
            key, f"input {own.name!r} is {list(own.shape)} in {layout}: no image of NCHW or NHWC"
        )
    if any(-1 in shape for shape in shapes):
        raise block.refuse(
            key, f"input {own.name!r} is {list(own.shape)}: AIPP needs its size (input_shape)"
        )
    if own.dtype not in _TYPE_NAMES:
        raise block.refuse(key, f"input {own.name!r} is {own.dtype}: AIPP makes no such numbers")


def _require_fit(aipp: AippInput, gears: Gears | None) -> None:
    """The picture that AIPP makes is the network's image."""
    block, values = aipp.block, aipp.block.values
    channels = aipp.shapes[0][3]
    if block.is_dynamic:
        if channels not in _OF_CHANNELS:
            raise block.refuse("related_input_rank", f"no picture has {channels} channels")
        return
    pixels = values["input_format"]
    made = 1 if pixels == "YUV400_U8" else 3
    if pixels in ("XRGB8888_U8", "ARGB8888_U8", "AYUV444_U8") and not values["csc_switch"]:
        made = 4
    if channels > made:
        raise block.refuse(
            "input_format", f"AIPP makes {made} channels of it, the network takes {channels}"
        )
    if gears is not None and gears.kind == "image":
        for key in ("crop", "padding", "src_image_size_w"):
            if values[key]:
                raise block.refuse(key, "with dynamic_image_size the gear is the picture's size")
    for _, height, width, _ in aipp.shapes:
        _require_size(block, "w", width)
        _require_size(block, "h", height)


_SIDES: Final = {"w": ("left", "right"), "h": ("top", "bottom")}


def _require_size(block: AippBlock, axis: str, wanted: int) -> None:
    values = block.values
    source = values[f"src_image_size_{axis}"] or wanted
    start = values[f"load_start_pos_{axis}"]
    key, made = f"src_image_size_{axis}", source
    if values["crop"]:
        key = f"crop_size_{axis}"
        if values["padding"] and not values[key]:
            raise block.refuse(key, "with padding it must be given")
        made = values[key] or wanted
        if start + made > source:
            raise block.refuse(
                key, f"{start} + {made} is more than src_image_size_{axis}, which is {source}"
            )
    if values["padding"]:
        made += sum(values[f"{side}_padding_size"] for side in _SIDES[axis])
    if made != wanted:
        padded = " with padding" if values["padding"] else ""
        raise block.refuse(key, f"{made}{padded}, and the network takes {wanted}")
    even = ("YUV420SP_U8", "YUV422SP_U8", "YUYV_U8") if axis == "w" else ("YUV420SP_U8",)
    if source % 2 and values["input_format"] in even:
        raise block.refuse(key, f"{source} is odd, which {values['input_format']} cannot be")
