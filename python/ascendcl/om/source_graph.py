# SPDX-License-Identifier: Apache-2.0
"""The model between reading and writing: names, shapes, types and outputs as options ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .compile_errors import CompileError, OptionError
from .frontend import SourceModel
from .gears import GearKind
from .host_model import Gears, Ports
from .onnx_model import output_name
from .shapes import Dim, Shapes, require_dim
from .verify import Port

if TYPE_CHECKING:
    import openvino as ov

_OUTPUT_TYPES = {"FP32": "f32", "FP16": "f16", "UINT8": "u8", "INT8": "i8"}
_PRECISIONS = {
    "fp32": False,
    "force_fp32": False,
    "must_keep_origin_dtype": False,
    "fp16": True,
    "force_fp16": True,
}
# ONNX's numbers of types.
_ONNX_TYPES = {1: "f4", 2: "u1", 3: "i1", 4: "u2", 5: "i2", 6: "i4", 7: "i8", 9: "?"} | {
    10: "f2",
    11: "f8",
    12: "u4",
    13: "u8",
}
_FORMATS = ("NCHW", "NHWC", "ND")
_IMAGE_RANK = 4


class SourceGraph:
    """An OpenVINO model with the names of its source; options change it in place.

    Attributes
    ----------
    source : SourceModel
        What was read.
    model : openvino.Model
        The model as it is now.
    constants : dict
        Inputs of the source that are constants now.
    fed_as : dict
        Type and shape in the source of inputs that have others now; no shape where it is as it was.
    """

    def __init__(self, source: SourceModel) -> None:
        self.source = source
        self.model: ov.Model = source.model
        self.constants: dict[str, npt.NDArray[Any]] = {}
        self.fed_as: dict[str, tuple[str, tuple[int, ...] | None]] = {}
        onnx = source.onnx
        self._inputs = _port_names(self.model.inputs, onnx.inputs if onnx else [])
        self._outputs = _port_names(self.model.outputs, onnx.outputs if onnx else [])
        if source.framework == "tensorflow":  # whose tensors are called node:0
            self._inputs = [name.removesuffix(":0") for name in self._inputs]
            self._outputs = [name.removesuffix(":0") for name in self._outputs]

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs, in order."""
        return list(self._inputs)

    def output_tensors(self) -> list[str]:
        """Names of the outputs' tensors in the source, in order."""
        return list(self._outputs)

    def require_inputs(self, named: Mapping[str, Any], option: str) -> None:
        """Refuse names that are no inputs.

        Raises
        ------
        CompileError
            A name is no input; the error lists those that are.
        """
        for name in named:
            if name not in self._inputs:
                raise CompileError(
                    f"{option}: the model has no input {name!r}; it has {', '.join(self._inputs)}"
                )

    def fix_inputs(self, values: Mapping[str, npt.ArrayLike]) -> None:
        """Make constants of inputs.

        Raises
        ------
        CompileError
            There is no such input, or the value is not of its shape.
        """
        from .openvino_package import opset, ov

        self.require_inputs(values, "input_value")
        for name, value in values.items():
            index = self._inputs.index(name)
            parameter = self.model.get_parameters()[index]
            dtype = parameter.get_element_type().to_dtype()
            array = np.asarray(value).astype(dtype)
            shape = parameter.get_partial_shape()
            if array.size == 1 and shape.is_static:
                array = np.full(list(shape.to_shape()), array.reshape(())[()], dtype)
            if not ov.PartialShape(list(array.shape)).compatible(shape):
                raise CompileError(
                    f"input_value: {name!r} has shape {shape}, the value {array.shape}"
                )
            constant = opset.constant(array, dtype=parameter.get_element_type())
            parameter.output(0).replace(constant.output(0))
            self.model.remove_parameter(parameter)
            self._inputs.pop(index)
            self.constants[name] = array
        if values:
            self.model.validate_nodes_and_infer_types()

    def choose_outputs(self, out_nodes: Sequence[str]) -> None:
        """Make other tensors the outputs: their names, or ``node:index`` as ATC has it.

        Raises
        ------
        CompileError
            There is no such tensor.
        """
        from .openvino_package import opset, ov

        if not out_nodes:
            return
        tensors = [self._tensor(name) for name in out_nodes]
        ports = {
            name: port
            for node in self.model.get_ordered_ops()
            if node.get_type_name() != "Result"  # which has the tensor's names, too
            for port in node.outputs()
            for name in port.get_names()
        }
        results = []
        for asked, tensor in zip(out_nodes, tensors, strict=True):
            if tensor not in ports:
                raise CompileError(f"out_nodes: the model has no tensor {asked!r}")
            results.append(opset.result(ports[tensor]))
        self.model = ov.Model(results, self.model.get_parameters(), self.model.friendly_name)
        self._outputs = tensors

    def _tensor(self, name: str) -> str:
        """The tensor that ATC's ``node:index`` means; other names mean themselves."""
        node_name, colon, index = name.rpartition(":")
        for node in self.source.onnx.nodes if self.source.onnx and colon else ():
            if node.name == node_name and index.isdigit() and int(index) < len(node.outputs):
                return node.outputs[int(index)]
        return name

    def replace(self, results: Sequence[Any], parameters: Sequence[Any], names: list[str]) -> None:
        """Make a model of these, whose inputs are called so in the source."""
        from .openvino_package import ov

        self.model = ov.Model(list(results), list(parameters), self.model.friendly_name)
        self._inputs = names

    def set_shapes(self, shapes: Shapes) -> None:
        """Give inputs other shapes, static ones of the source included.

        Raises
        ------
        CompileError
            There is no such input, or the model does not allow the shape.
        """
        from .openvino_package import ov

        self.require_inputs(shapes, "input_shape")
        if not shapes:
            return
        for name, dims in shapes.items():
            try:
                for dim in dims:
                    require_dim(dim)
            except ValueError as error:
                raise CompileError(f"input_shape: {name}: {error}") from error
        wanted = {
            self._inputs.index(name): ov.PartialShape([_dimension(dim) for dim in dims])
            for name, dims in shapes.items()
        }
        try:
            self.model.reshape(wanted)
        except RuntimeError as error:
            last = [line for line in str(error).splitlines() if line.strip()][-1]
            raise CompileError(f"input_shape: the model does not allow it: {last}") from error

    def gears(
        self,
        batches: Sequence[int],
        images: Sequence[Sequence[int]],
        dims: Sequence[Sequence[int]],
    ) -> Gears | None:
        """Answer the gears that the options ask for; at most one of them may.

        Raises
        ------
        CompileError
            Two kinds are asked for, or the open dims are not those that gears would set.
        """
        lists: dict[str, tuple[GearKind, list[list[int]]]] = {
            "dynamic_batch_size": ("batch", [[size] for size in batches]),
            "dynamic_image_size": ("image", [list(sizes) for sizes in images]),
            "dynamic_dims": ("dims", [list(sizes) for sizes in dims]),
        }
        asked = [option for option, (_, gears) in lists.items() if gears]
        if not asked:
            return None
        if len(asked) > 1:
            raise OptionError(f"{asked[0]} and {asked[1]} exclude each other")
        option = asked[0]
        kind, gears = lists[option]
        if len(gears) < 2:
            raise OptionError(f"{option}: give two or more; for one, input_shape is enough")
        for gear in gears:
            if gears.count(gear) > 1:
                raise OptionError(f"{option}: {','.join(map(str, gear))} is given twice")
        return Gears(kind, [self._shapes_of_gear(option, kind, sizes) for sizes in gears])

    def _shapes_of_gear(
        self, option: str, kind: GearKind, sizes: Sequence[int]
    ) -> list[tuple[int, ...]]:
        """The inputs' shapes with their open dims set: to all sizes in turn, or each to all."""
        left = list(sizes)
        shapes = []
        for name, port in zip(self._inputs, self.model.inputs, strict=True):
            dims = [-1 if dim.is_dynamic else dim.get_length() for dim in port.get_partial_shape()]
            count = dims.count(-1)
            values = [left.pop(0) for _ in range(min(count, len(left)))] if kind == "dims" else left
            if count not in (0, len(values)):
                raise CompileError(
                    f"{option}: {list(sizes)} does not fit the {count} open dims of {name!r} "
                    f"({port.get_partial_shape()}); input_shape sets them (-1)"
                )
            filled = iter(values)
            shapes.append(tuple(next(filled) if dim < 0 else dim for dim in dims))
        if (kind == "dims" and left) or all(
            port.get_partial_shape().is_static for port in self.model.inputs
        ):
            raise CompileError(
                f"{option}: {list(sizes)} does not fit the inputs' open dims; input_shape sets them"
            )
        return shapes

    def set_types(self, output_type: str | None, precision_mode: str) -> None:
        """Give all outputs a type, and the weights theirs.

        Raises
        ------
        CompileError
            There is no such type or mode.
        """
        from .openvino_package import compress_model_transformation, opset, ov

        if precision_mode not in _PRECISIONS:
            raise OptionError(
                f"precision_mode: {precision_mode!r} is none of {', '.join(_PRECISIONS)}"
            )
        if output_type is not None:
            if output_type not in _OUTPUT_TYPES:
                raise OptionError(
                    f"output_type: {output_type!r} is none of {', '.join(_OUTPUT_TYPES)}"
                )
            results = [
                opset.result(opset.convert(result.input_value(0), _OUTPUT_TYPES[output_type]))
                for result in self.model.results
            ]
            self.model = ov.Model(results, self.model.get_parameters(), self.model.friendly_name)
        if _PRECISIONS[precision_mode]:
            compress_model_transformation(self.model)

    def ports(self, input_format: str | None) -> Ports:
        """Answer the names as ATC gives them, and formats.

        Raises
        ------
        CompileError
            There is no such format, or two inputs or outputs have one name.
        """
        if input_format is not None and input_format not in _FORMATS:
            raise OptionError(f"input_format: {input_format!r} is none of {', '.join(_FORMATS)}")
        onnx = self.source.onnx
        outputs = [
            onnx.output_name(name) if onnx else output_name(name, 0, name) for name in self._outputs
        ]
        formats = {
            name: input_format or "NCHW"
            for name, port in zip(
                [*self._inputs, *outputs], [*self.model.inputs, *self.model.outputs], strict=True
            )
            if port.get_partial_shape().rank == _IMAGE_RANK
        }
        return Ports(self._inputs, outputs, formats)

    def unread_inputs(self) -> dict[str, npt.NDArray[Any]]:
        """Make up inputs of the source that the OpenVINO model does not have: it read past them.

        They are no zeros, so that a verification shows that nothing depends on them.
        """
        onnx = self.source.onnx
        made: dict[str, npt.NDArray[Any]] = {}
        for name in onnx.inputs if onnx else ():
            declared = onnx.ports.get(name) if onnx else None
            dtype = _ONNX_TYPES.get(declared.type) if declared else None
            if name in self._inputs or name in self.constants or not declared or dtype is None:
                continue
            shape = tuple(1 if dim < 0 else dim for dim in declared.shape or ())
            made[name] = np.random.default_rng(1).uniform(1, 2, shape).astype(dtype)
        return made

    def input_ports(self) -> list[Port]:
        """Answer the inputs with shapes as they are now, -1 for an open dim, and their ranges."""
        return [
            Port(
                name,
                tuple(
                    dim.get_length() if dim.is_static else -1 for dim in port.get_partial_shape()
                ),
                np.dtype(port.get_element_type().to_dtype()).name,
                tuple(
                    (dim.get_min_length(), dim.get_max_length()) for dim in port.get_partial_shape()
                ),
                *self.fed_as.get(name, ()),
            )
            for name, port in zip(self._inputs, self.model.inputs, strict=True)
        ]


def _port_names(ports: Sequence[ov.Output], known: Sequence[str]) -> list[str]:
    """The name of each: the source's own where the port has it."""
    owns = [port.get_names() for port in ports]
    names: list[str] = []
    for own in owns:
        names.append(next((name for name in known if name in own and name not in names), ""))
    # An input that is an output, too, as of a Dropout, has lost its own name.
    left = [name for name in known if name not in names]
    if len(left) == names.count(""):
        return [name or left.pop(0) for name in names]
    return [
        name or (min(own) if own else port.get_node().get_friendly_name())
        for name, own, port in zip(names, owns, ports, strict=True)
    ]


def _dimension(dim: Dim) -> Any:
    from .openvino_package import ov

    if isinstance(dim, tuple):
        return ov.Dimension(*dim)
    return ov.Dimension(dim) if dim >= 0 else ov.Dimension()
