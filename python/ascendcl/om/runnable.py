# SPDX-License-Identifier: Apache-2.0
"""Models to be compared: an .om file by the runtime in use, ONNX and IR by OpenVINO."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl import _runtime
from ascendcl._acl.om import File

from .compile_errors import CompileError
from .container import PartitionType
from .frontend import nodes_with_bodies, read_source
from .host_model import IR_TYPE, IR_XML
from .onnx_model import OnnxModel
from .verify import Port

if TYPE_CHECKING:
    import openvino as ov

    from ascendcl.model import Model

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

_FLOAT16_MAX = 65504.0


class CompareError(ValueError):
    """Two models cannot be compared."""


class Runnable(Protocol):
    """A model to run: its inputs, and the tensors that its outputs are called by."""

    path: Path
    inputs: list[Port]
    outputs: list[str]

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Answer the outputs."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class OmModel:
    """An .om file, by the runtime in use; a file beside that would run in its place does not.

    Parameters
    ----------
    path
        Of the file.
    model
        What is loaded of it already, and stays so; else it is loaded.
    """

    def __init__(self, path: Path, model: Model | None = None) -> None:
        import ascendcl

        self.path = path
        self._is_own = model is None
        # From memory: no file beside it counts.
        self._model = model or ascendcl.Model.from_bytes(path.read_bytes())
        self.inputs = [
            Port(
                info.name,
                info.shape,
                info.dtype.name,
                tuple((low, -1 if high is None else high) for low, high in info.ranges)
                or tuple((1, -1) for _ in info.shape),
            )
            for info in self._model.inputs
        ]
        self.outputs = [info.name for info in self._model.outputs]

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Answer the outputs."""
        found = self._model(*inputs)
        return list(found) if isinstance(found, tuple) else [found]

    def close(self) -> None:
        """Unload the model."""
        if self._is_own:
            self._model.close()


class OpenVinoModel:
    """What OpenVINO reads.

    Parameters
    ----------
    path
        Of the file.
    model
        The model.
    onnx
        What an ONNX file says of its graph.
    """

    def __init__(self, path: Path, model: ov.Model, onnx: OnnxModel | None = None) -> None:
        self.path = path
        self.model = model
        self.onnx = onnx
        self.inputs = [
            Port(
                _name(port, onnx.inputs if onnx else ()),
                tuple(d.get_length() if d.is_static else -1 for d in port.get_partial_shape()),
                np.dtype(port.get_element_type().to_dtype()).name,
                tuple((d.get_min_length(), d.get_max_length()) for d in port.get_partial_shape()),
            )
            for port in model.inputs
        ]
        self.outputs = [_name(port, onnx.outputs if onnx else ()) for port in model.outputs]

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Answer the outputs."""
        return run_openvino(self.model, inputs)

    def close(self) -> None:
        """Nothing is held."""


def open_runnable(path: str | Path, *, fp16_weights: bool = False) -> Runnable:
    """Open a file by its ending: .om, .xml (IR), else what `ascendcl compile` reads.

    Parameters
    ----------
    path
        The file.
    fp16_weights
        Round the weights of ONNX files and IRs to 16 bits, as ATC does.

    Raises
    ------
    CompareError
        It cannot be read.
    """
    path = Path(path)
    if path.suffix == ".om":
        return OmModel(path)
    model = read_openvino(path)
    if fp16_weights:
        round_weights(model)
    return model


def read_openvino(path: Path) -> OpenVinoModel:
    """Read an IR, or what `ascendcl compile` reads."""
    from .openvino_package import ov

    if path.suffix == ".xml":
        try:
            return OpenVinoModel(path, ov.Core().read_model(path))
        except RuntimeError as error:
            raise CompareError(f"{path}: OpenVINO cannot read it: {error}") from error
    try:
        source = read_source(path)
    except CompileError as error:
        raise CompareError(str(error)) from error
    return OpenVinoModel(path, source.model, source.onnx)


def openvino_of_om(path: Path) -> ov.Model:
    """Answer what an .om file is to OpenVINO, as the host runtime reads it.

    Layers have the names of the nodes that they come from, with ``/`` and a number behind.

    Raises
    ------
    CompareError
        The host runtime is not in use, or cannot run the file.
    """
    from .openvino_package import ov

    node = next(
        (n for n in File.open(path).models[0].definition.graphs[0].nodes if n.type == IR_TYPE), None
    )
    if node is not None:
        return _carried_ir(path, str(node.attrs[IR_XML]))
    runtime = _runtime.load()
    if runtime.kind != "host":
        raise CompareError("intermediate tensors are the host runtime's (ASCENDCL_RUNTIME=host)")
    write = ctypes.CDLL(str(runtime.library)).ascendclWriteIr
    write.argtypes = (ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_char_p)
    with tempfile.TemporaryDirectory(prefix="ascendcl-") as folder:
        xml, weights = Path(folder) / "model.xml", Path(folder) / "model.bin"
        if write(bytes(path), -1, bytes(xml), bytes(weights)) != 0:
            raise CompareError(f"{path}: {_last_words()}")
        try:
            return _in_memory(ov, xml.read_text(encoding="utf-8"), weights.read_bytes())
        except RuntimeError as error:
            raise CompareError(
                f"{path}: it needs steps that only the host runtime has, between which nothing can "
                f"be looked at: {error}"
            ) from error


def run_openvino(model: ov.Model, inputs: Sequence[Array]) -> list[Array]:
    """Run a model in float32, whatever the processor has."""
    from .openvino_package import ov

    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    try:
        request.infer([np.ascontiguousarray(array) for array in inputs], share_inputs=False)
    except (RuntimeError, ValueError) as error:
        last = [line for line in str(error).splitlines() if line.strip()][-1]
        raise CompareError(f"a model does not take inputs of the other's shapes: {last}") from error
    return [
        np.array(request.get_output_tensor(index).data) for index in range(len(compiled.outputs))
    ]


def round_weights(source: OpenVinoModel) -> None:
    """Round weights to 16 bits, as ATC stores them; what is beyond 16 bits is cut off.

    Weights are what the source has as tensors, initializers and Constant nodes of ONNX. What it has
    as attributes is a constant here as well, but stays an attribute, in 32 bits, in ATC's files.
    """
    from .openvino_package import opset

    for node in nodes_with_bodies(source.model):
        if not _is_weight(node, is_onnx=source.onnx is not None):
            continue
        value = np.array(node.data)
        if value.dtype not in (np.float32, np.float64):
            continue
        limited = np.where(np.isfinite(value), np.clip(value, -_FLOAT16_MAX, _FLOAT16_MAX), value)
        rounded = limited.astype(np.float16).astype(value.dtype)
        new = opset.constant(rounded, dtype=node.get_element_type(), name=node.get_friendly_name())
        node.output(0).replace(new.output(0))


def _is_weight(node: ov.Node, *, is_onnx: bool) -> bool:
    if node.get_type_name() != "Constant" or not node.get_element_type().is_real():
        return False
    # Front ends name tensors as the source does, and not what they make of attributes. An IR may
    # have lost its names: there what has several elements counts as well.
    if not node.output(0).get_names() and (is_onnx or node.data.size <= 1):
        return False
    # Scales of a resize decide a shape.
    uses = node.output(0).get_target_inputs()
    return any(
        use.get_node().get_type_name() != "Interpolate" or use.get_index() == 0 for use in uses
    )


def _carried_ir(path: Path, xml: str) -> ov.Model:
    from .openvino_package import ov

    partitions = {part.type: part.bytes for part in File.open(path).models[0].partitions}
    weights = partitions.get(PartitionType.HOST_WEIGHTS, partitions[PartitionType.WEIGHTS])
    return _in_memory(ov, xml, bytes(weights))


def _in_memory(ov: Any, xml: str, weights: bytes) -> ov.Model:
    tensor = ov.Tensor(np.frombuffer(weights or b"\0", np.uint8).copy())
    model: ov.Model = ov.Core().read_model(xml.encode(), tensor)
    return model


def _last_words() -> str:
    import ascendcl

    return ascendcl.get_recent_err_msg() or "the host runtime cannot run it"


def _name(port: ov.Output, known: Sequence[str]) -> str:
    own = port.get_names()
    found = [name for name in known if name in own]
    return found[0] if found else min(own) if own else port.get_node().get_friendly_name()


def shapes_of(mapping: Mapping[str, Sequence[Any]]) -> dict[str, Shape]:
    """Answer sizes as `parse_input_shape` reads them; ranges are none."""
    shapes = {}
    for name, dims in mapping.items():
        if not all(isinstance(dim, int) and dim >= 0 for dim in dims):
            raise CompareError(f"input_shape: {name!r} needs sizes, not -1 or ranges")
        shapes[name] = tuple(int(dim) for dim in dims)
    return shapes
