# SPDX-License-Identifier: Apache-2.0
"""Inputs of a model with AIPP in front of them: which they are, and the parameters they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from ascendcl import _acl
from ascendcl.aipp import FORMAT_NUMBERS, AippConfig
from ascendcl.errors import from_status
from ascendcl.memory import DeviceBuffer
from ascendcl.tensor_info import GEAR_INPUT, Gear, TensorInfo

if TYPE_CHECKING:
    import numpy.typing as npt

    _Set = tuple[AippConfig, npt.NDArray[np.uint8]]

_STATIC, _DYNAMIC, _PARAMETERS = 1, 2, 3  # aclmdlInputAippType
_NV12 = 1  # ACL_YUV420SP_U8
_PICTURE_TYPE = np.dtype(np.uint8)


class AippInputs:
    """Of one loaded model.

    Attributes
    ----------
    inputs : tuple of TensorInfo
        What a user feeds.
    gears : tuple of Gear
        Their shapes in each gear.
    """

    def __init__(
        self, model: _acl.core.Model, described: Sequence[TensorInfo], gears: Sequence[Gear]
    ) -> None:
        self._model = model
        # As the runtime numbers them, and as they are handed to it, which the gear's is not.
        self._numbers = [i for i, info in enumerate(described) if info.name != GEAR_INPUT]
        self._carriers: dict[int, int] = {}  # of dynamic AIPP, by the place among what is fed
        self._set: dict[int, _Set] = {}
        types = [_type_of(model.model_id, i, described[i]) for i in self._numbers]
        self._hidden = [place for place, (kind, _) in enumerate(types) if kind == _PARAMETERS]
        fed = [place for place in range(len(types)) if place not in self._hidden]
        kinds = {_STATIC: "static", _DYNAMIC: "dynamic"}
        self.inputs = tuple(
            replace(described[self._numbers[place]], aipp=kinds.get(types[place][0], ""))
            for place in fed
        )
        for place, at in enumerate(fed):
            if types[at][0] == _DYNAMIC:
                self._carriers[place] = self._numbers.index(types[at][1])
        self._images: list[tuple[int, ...]] = [()] * len(fed)
        if self._carriers or (gears and any(info.aipp for info in self.inputs)):
            with _description(model.model_id) as desc:
                values = _gear_values(desc) if gears else []
                for place, at in enumerate(fed):
                    if self.inputs[place].aipp:
                        self._images[place] = _image(desc, self._numbers[at])
        else:
            values = []
        self._values = values
        self.gears = tuple(
            Gear(
                tuple(
                    self._shape_in(place, gear.inputs[at], values[number] if values else ())
                    for place, at in enumerate(fed)
                ),
                gear.outputs,
            )
            for number, gear in enumerate(gears)
        )

    def _shape_in(
        self, place: int, told: tuple[int, ...], values: Sequence[int]
    ) -> tuple[int, ...]:
        """The shape of what is fed in a gear: of dynamic AIPP, the network's image."""
        aipp = self.inputs[place].aipp
        if aipp == "dynamic":
            return _filled(self._images[place], values)
        if aipp == "static" and len(values) > 1:
            number = self._numbers[place]
            info, code = _acl.mdl.get_first_aipp_info(self._model.model_id, number)
            # The gear is the picture's height, and NV12 has half as many rows more.
            if code == 0 and info is not None and info["inputFormat"] == _NV12:
                rows = told[1]
                return (told[0], rows * 3 // 2, *told[2:])
        return told

    @property
    def are_dynamic(self) -> bool:
        """Whether any of them has dynamic AIPP."""
        return bool(self._carriers)

    def set_parameters(self, config: AippConfig, name: str | None) -> None:
        """As `Model.set_aipp`."""
        places = list(self._carriers)
        if name is not None:
            places = [place for place in places if self.inputs[place].name == name]
        if len(places) != 1:
            known = ", ".join(repr(self.inputs[place].name) for place in self._carriers)
            asked = "one of several, by name" if name is None else repr(name)
            raise ValueError(f"Model.set_aipp: {asked} of {known or 'no input'} with dynamic AIPP")
        (place,) = places
        batch = self._images[place][0]
        if batch < 0:
            batch = max(gear.inputs[place][0] for gear in self.gears)
        if config.images and len(config.images) != batch:
            raise ValueError(
                f"Model.set_aipp: images has {len(config.images)}, and the batch is {batch}"
            )
        self._set[place] = config, self._written(self._carriers[place], config, batch)

    def _written(self, carrier: int, config: AippConfig, batch: int) -> npt.NDArray[np.uint8]:
        """What the runtime writes for an input's parameters; their layout is its own."""
        model = self._model
        number = self._numbers[carrier]
        with _description(model.model_id) as desc:
            size = _acl.mdl.get_input_size_by_index(desc, number)
        target = np.zeros(size, np.uint8)
        buffer = DeviceBuffer(size, device=model.device)
        try:
            buffer.copy_from(target)
            with _in_context(model.device):
                _write(model.model_id, number, buffer, config, batch)
            buffer.copy_to(target)
        finally:
            buffer.close()
        return target

    def with_parameters(self, fed: Sequence[Any], gear: int) -> list[Any]:
        """Answer all inputs that the runtime wants, those that carry parameters among them."""
        now = dict(self._set)  # another thread may set others
        for place, info in enumerate(self.inputs):
            if info.aipp == "dynamic":
                self._check_bytes(place, now, fed[place], gear)
            elif info.aipp and self.gears:
                shape = self.gears[gear].inputs[place]
                _require_bytes(info, fed[place].nbytes, int(np.prod(shape)))
        if not self._carriers:
            return list(fed)
        left = iter(fed)
        parameters = {at: now[place][1] for place, at in self._carriers.items()}
        return [
            parameters[place] if place in parameters else next(left)
            for place in range(len(self._numbers))
        ]

    def _check_bytes(self, place: int, now: Mapping[int, _Set], array: Any, gear: int) -> None:
        info = self.inputs[place]
        if place not in now:
            raise ValueError(
                f"input {info.name!r} has dynamic AIPP, whose parameters were not set: "
                "model.set_aipp(acl.AippConfig(...))"
            )
        config, _ = now[place]
        image = self.gears[gear].inputs[place] if self.gears else self._images[place]
        _require_bytes(info, array.nbytes, image[0] * config.picture_bytes, config)

    def gear_like(self, fed: Sequence[Any]) -> list[Any]:
        """Answer what has the shapes of the gear that is fed, as far as pictures tell it."""
        return [
            SimpleNamespace(shape=self._shape_like(place, array)) if info.aipp else array
            for place, (info, array) in enumerate(zip(self.inputs, fed, strict=True))
        ]

    def _shape_like(self, place: int, array: Any) -> tuple[int, ...]:
        info, held = self.inputs[place], self._set.get(place)
        shapes = {gear.inputs[place] for gear in self.gears}
        if info.aipp == "static":
            fitting = [shape for shape in shapes if np.prod(shape) == array.nbytes]
        elif held is None:
            return tuple(self.gears[0].inputs[place])  # the run tells of it
        else:
            config, _ = held
            is_of_size = len(self._values[0]) > 1
            fitting = [
                shape
                for shape in shapes
                if shape[0] * config.picture_bytes == array.nbytes
                and (not is_of_size or shape[1:3] == (config.height, config.width))
            ]
        if array.shape in fitting or len(fitting) != 1:
            return tuple(array.shape)
        return fitting[0]


def _type_of(model_id: int, index: int, info: TensorInfo) -> tuple[int, int]:
    """AIPP's type, and the input that carries the parameters. Nothing else is fed as bytes."""
    if info.dtype != _PICTURE_TYPE:
        return 0, 0
    kind, attached, code = _acl.mdl.get_aipp_type(model_id, index)
    return (kind, attached) if code == 0 else (0, 0)


@contextmanager
def _description(model_id: int) -> Iterator[int]:
    desc = _acl.mdl.create_desc()
    try:
        _succeed(_acl.mdl.get_desc(desc, model_id), "aclmdlGetDesc")
        yield desc
    finally:
        _acl.mdl.destroy_desc(desc)


def _image(desc: int, index: int) -> tuple[int, ...]:
    dims, code = _acl.mdl.get_input_dims(desc, index)
    _succeed(code, "aclmdlGetInputDims")
    return tuple(dims["dims"])


def _gear_values(desc: int) -> list[list[int]]:
    """The batch of each gear, or height and width; none where all dims are free."""
    batches, code = _acl.mdl.get_dynamic_batch(desc)
    _succeed(code, "aclmdlGetDynamicBatch")
    if batches["batchCount"]:
        return [[size] for size in batches["batch"]]
    sizes, code = _acl.mdl.get_dynamic_hw(desc, -1)
    _succeed(code, "aclmdlGetDynamicHW")
    return [list(pair) for pair in sizes["hw"]]


def _filled(dims: Sequence[int], values: Sequence[int]) -> tuple[int, ...]:
    left = iter(values)
    return tuple(next(left, -1) if dim < 0 else dim for dim in dims)


def _require_bytes(info: TensorInfo, given: int, wanted: int, config: Any = None) -> None:
    if given == wanted:
        return
    what = f" of {config.format} {config.width}x{config.height}" if config else ""
    raise ValueError(
        f"input {info.name!r}: AIPP takes {wanted} bytes of pictures{what}, and {given} are given"
    )


def _succeed(code: int, function: str) -> None:
    if code != 0:
        raise from_status(code, function, _acl.get_recent_err_msg() or "")


@contextmanager
def _in_context(device: int) -> Iterator[None]:
    """The device's context is the thread's, as flat functions want it; then its own again."""
    before, code = _acl.rt.get_context()
    _acl.core.Context.of_device(device).make_current()
    try:
        yield
    finally:
        if code == 0:
            _acl.rt.set_context(before)


def _write(model_id: int, index: int, buffer: DeviceBuffer, config: AippConfig, batch: int) -> None:
    mdl = _acl.mdl
    aipp = mdl.create_aipp(batch)
    dataset = mdl.create_dataset()
    data = _acl.create_data_buffer(buffer.ptr, buffer.size)
    empty = [_acl.create_data_buffer(0, 0) for _ in range(index)]
    try:
        _succeed(
            mdl.set_aipp_input_format(aipp, FORMAT_NUMBERS[config.format]),
            "aclmdlSetAIPPInputFormat",
        )
        _succeed(
            mdl.set_aipp_src_image_size(aipp, config.width, config.height),
            "aclmdlSetAIPPSrcImageSize",
        )
        rows = config.matrix or ((0, 0, 0),) * 3
        numbers = [value for row in rows for value in row]
        numbers += [*config.output_bias, *config.input_bias]
        is_on = int(config.matrix is not None)
        _succeed(mdl.set_aipp_csc_params(aipp, is_on, *numbers), "aclmdlSetAIPPCscParams")
        _succeed(
            mdl.set_aipp_rbuv_swap_switch(aipp, int(config.swap_rb_or_uv)),
            "aclmdlSetAIPPRbuvSwapSwitch",
        )
        _succeed(
            mdl.set_aipp_ax_swap_switch(aipp, int(config.swap_ax)), "aclmdlSetAIPPAxSwapSwitch"
        )
        for i in range(batch):
            _write_image(aipp, config, i)
        for each in (*empty, data):
            _succeed(mdl.add_dataset_buffer(dataset, each)[1], "aclmdlAddDatasetBuffer")
        _succeed(mdl.set_input_aipp(model_id, dataset, index, aipp), "aclmdlSetInputAIPP")
    finally:
        mdl.destroy_dataset(dataset)
        for each in (*empty, data):
            _acl.destroy_data_buffer(each)
        mdl.destroy_aipp(aipp)


def _write_image(aipp: int, config: AippConfig, i: int) -> None:
    mdl, image = _acl.mdl, config.image(i)
    crop, padding = image.crop or (0, 0, 0, 0), image.padding or (0, 0, 0, 0)
    _succeed(
        mdl.set_aipp_crop_params(aipp, int(image.crop is not None), *crop, i),
        "aclmdlSetAIPPCropParams",
    )
    _succeed(
        mdl.set_aipp_padding_params(aipp, int(image.padding is not None), *padding, i),
        "aclmdlSetAIPPPaddingParams",
    )
    _succeed(mdl.set_aipp_dtc_pixel_mean(aipp, *image.mean, i), "aclmdlSetAIPPDtcPixelMean")
    _succeed(mdl.set_aipp_dtc_pixel_min(aipp, *image.minimum, i), "aclmdlSetAIPPDtcPixelMin")
    _succeed(mdl.set_aipp_pixel_var_reci(aipp, *image.reciprocal, i), "aclmdlSetAIPPPixelVarReci")
