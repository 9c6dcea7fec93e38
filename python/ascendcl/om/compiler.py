# SPDX-License-Identifier: Apache-2.0
"""Compiles a model for the host runtime: read, reshaped, written beside, verified, renamed."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .aipp_config import read_aipp
from .aipp_input import AippInput, put_in_front
from .compile_errors import CompileError, KnownWrongError, OptionError, VerificationError
from .frontend import SourceModel, read_source
from .host_model import Gears, Ports, write_host_model
from .known_wrong import known_wrong
from .like import Like, read_like
from .like_graph import make_alike, take_over_resizes
from .source_graph import SourceGraph
from .torch_source import is_torch_module, read_torch, run_torch
from .verify import TIMES, Port, Verdict, VerifyJob, as_input, attempts_of, others_of, verify

if TYPE_CHECKING:
    from .comparison import Difference
    from .model_builder import ModelBuilder
    from .shapes import Shapes

Told: TypeAlias = Callable[[str], None]

_BOUND = 1e-3  # relative L2, between two runtimes that both compute in float32
_BOUND_FP16 = 1e-2  # weights rounded to 11 bits
_MOST = 100  # times the bound, however far that is
_HALF = 10  # ONNX's number of float16
_BOUND_INT8 = 0.2  # activations rounded to 8 bits, by each runtime in its own way
_QUANTIZED = ("QuantizeLinear", "DynamicQuantizeLinear", "QLinear", "ConvInteger", "MatMulInteger")
_OF_LIKE = (
    "input_shape",
    "dynamic_batch_size",
    "dynamic_image_size",
    "dynamic_dims",
    "output_type",
    "input_format",
    "insert_op_conf",
)


@dataclass(frozen=True)
class CompileOptions:
    """How to compile; :func:`compile` describes each."""

    input_shape: Shapes = field(default_factory=dict)
    input_value: Mapping[str, npt.ArrayLike] = field(default_factory=dict)
    dynamic_batch_size: Sequence[int] = ()
    dynamic_image_size: Sequence[Sequence[int]] = ()
    dynamic_dims: Sequence[Sequence[int]] = ()
    out_nodes: Sequence[str] = ()
    output_type: str | None = None
    precision_mode: str | None = None
    input_format: str | None = None
    framework: str | None = None
    force: bool = False
    verify: bool = True
    verify_bound: float | None = None
    verify_input: Mapping[str, npt.ArrayLike] = field(default_factory=dict)
    seed: int = 0
    like: str | PathLike[str] | None = None
    insert_op_conf: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        """Refuse texts where the command line has them and Python has lists and mappings."""
        for name in ("input_shape", "input_value", "verify_input"):
            if not isinstance(value := getattr(self, name), Mapping):
                raise TypeError(f"{name}: a mapping from names is wanted, not {value!r}")
        for name in ("dynamic_batch_size", "dynamic_image_size", "dynamic_dims", "out_nodes"):
            if isinstance(value := getattr(self, name), str):
                raise TypeError(f"{name}: a sequence is wanted, not {value!r}")


@dataclass(frozen=True)
class Compiled:
    """A file that was written.

    Attributes
    ----------
    path : pathlib.Path
        The .om file.
    work, weight : int
        Bytes of work and weight memory that it asks for.
    inputs, outputs : tuple of str
        Name, type and shape of each, for people.
    gears : int
        How many there are; 0 for none.
    reference : str or None
        What it was verified against; None where it was not.
    differences : tuple of Difference
        By how much the outputs differ from the reference's.
    bound : float
        Relative L2 that they were held against; 0 where nothing was verified.
    as_in_like : tuple of str
        What was changed after that, for the file that this one stands for has it so.
    """

    path: Path
    work: int
    weight: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    gears: int
    reference: str | None
    differences: tuple[Difference, ...]
    bound: float = 0.0
    as_in_like: tuple[str, ...] = ()


def compile(
    model: str | PathLike[str] | Any,
    output: str | PathLike[str] | None = None,
    options: CompileOptions | None = None,
    *,
    example_inputs: Sequence[Any] = (),
    tell: Told = lambda _: None,
) -> Compiled:
    """Compile a model for the host runtime.

    Parameters
    ----------
    model : str, path or torch.nn.Module
        A file that one of OpenVINO's front ends reads: ONNX, TensorFlow (frozen graph or
        SavedModel), TensorFlow Lite, PaddlePaddle. Or a PyTorch module in evaluation mode.
    output : str or path, optional
        The .om file. It is written beside and renamed, never half. With `options.like` it is by
        default ``X.host.om`` beside that ``X.om``, where the host runtime looks for it.
    options : CompileOptions, optional
        How to compile; by default as the model is.
    example_inputs : sequence of torch.Tensor
        Of a PyTorch module: tensors to trace it with, and to verify with. Their shapes are those of
        the inputs, unless `input_shape` says otherwise.
    tell : callable
        Is called with a line at each step of the work.

    Returns
    -------
    Compiled
        What was written.

    Raises
    ------
    UnsupportedModelError
        The front end lacks operators; the error lists all of them with their nodes.
    KnownWrongError
        The front end is known to read some nodes wrongly, and `force` is not set.
    VerificationError
        The compiled model does not give what the reference gives. Nothing was written.
    CompileError, ValueError
        An option does not fit the model.
    """
    options = options or CompileOptions()
    if not isinstance(options, CompileOptions):
        raise TypeError(f"options: a CompileOptions is wanted, not {type(options).__name__}")
    if not isinstance(model, str | PathLike) and not is_torch_module(model):
        raise TypeError(f"model: a path or a PyTorch module is wanted, not {type(model).__name__}")
    target = _target(output, options)
    _refuse_loss(target, model, "the model that is compiled")
    like = _like(options)
    if is_torch_module(model):
        if like is not None:
            raise CompileError("like: a module has no names to find inputs by: export it to ONNX")
        tell(f"tracing {type(model).__name__}")
        source = SourceModel(read_torch(model, example_inputs), "pytorch", None, None)
    else:
        tell(f"reading {model}")
        source = read_source(Path(model), options.framework)
    _refuse_known_wrong(source, options.force)
    graph = SourceGraph(source)
    graph.fix_inputs(options.input_value)
    graph.choose_outputs(options.out_nodes)
    if like is None:
        graph.set_shapes(options.input_shape)
        gears = graph.gears(
            options.dynamic_batch_size, options.dynamic_image_size, options.dynamic_dims
        )
    else:
        ports = make_alike(graph, like)
        gears = like.gears
    graph.set_types(options.output_type, _precision(options))
    if like is None:
        ports = graph.ports(options.input_format)
    aipp = _aipp(options, target, graph, ports, gears)
    # In the same folder: only there is a rename one step.
    with _folder_beside(target) as folder:
        beside = Path(folder) / "model.om"
        attrs = {"framework_type": source.framework.capitalize(), **(like.attrs() if like else {})}

        def write() -> ModelBuilder:
            return write_host_model(
                beside,
                graph.model,
                ports,
                Path(folder),
                name=target.stem,
                gears=gears,
                attrs=attrs,
                sizes=like.sizes if like else None,
                aipp=aipp,
            )

        tell("writing")
        written = write()
        verdict = Verdict(None)
        if options.verify:
            tell("verifying")
            expected = _Expected()
            if source.framework == "pytorch" and gears is None and not aipp:
                expected = _Expected(
                    _as_arrays(example_inputs), run_torch(model, example_inputs), "PyTorch"
                )
            verdict = _verified(
                beside, graph, gears, options, folder=Path(folder), expected=expected, aipp=aipp
            )
        changes = []
        if like is not None:
            if changes := take_over_resizes(graph, like):
                written = write()
            like.require_equal(beside)
        beside.replace(target)
    return replace(_described(target, written, gears, verdict), as_in_like=tuple(changes))


def _target(output: str | PathLike[str] | None, options: CompileOptions) -> Path:
    if output is not None:
        if options.like is not None:
            _refuse_loss(Path(output), options.like, "the file of `like`")
        return Path(output)
    if options.like is None:
        raise OptionError("output: which file? (--like has one by default)")
    like = Path(options.like)
    if like.suffix != ".om":
        raise OptionError(f"output: {like} does not end with .om, so that its .host.om has no name")
    return like.with_suffix(".host.om")


def _refuse_loss(target: Path, source: str | PathLike[str] | Any, what: str) -> None:
    """Refuse to write in the place of a file that is read, by whatever name or link."""
    if not isinstance(source, str | PathLike):
        return
    is_same = target.resolve() == Path(source).resolve()
    with contextlib.suppress(OSError):  # one of them is not there
        is_same = target.samefile(source)
    if is_same:
        raise OptionError(f"output: {target} is {what}, which would be lost")


def _folder_beside(target: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder to write in."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".ascendcl-", dir=target.parent)
    except OSError as error:
        raise CompileError(
            f"output: nothing can be written to {target.parent}: {error.strerror}"
        ) from error


def _like(options: CompileOptions) -> Like | None:
    if options.like is None:
        return None
    for name in _OF_LIKE:
        if getattr(options, name):
            raise OptionError(f"{name}: it is that of the other file with like")
    return read_like(Path(options.like))


def _aipp(
    options: CompileOptions, target: Path, graph: SourceGraph, ports: Ports, gears: Gears | None
) -> dict[str, AippInput]:
    """Answer what stands in front of inputs, by their names."""
    if options.insert_op_conf is None:
        return {}
    _refuse_loss(target, options.insert_op_conf, "the configuration of AIPP")
    return put_in_front(read_aipp(Path(options.insert_op_conf)), graph.input_ports(), ports, gears)


def _precision(options: CompileOptions) -> str:
    """ATC stores weights in 16 bits."""
    return options.precision_mode or ("fp16" if options.like is not None else "fp32")


def _refuse_known_wrong(source: SourceModel, force: bool) -> None:
    wrong = known_wrong(source.onnx, source.model) if source.onnx else []
    if wrong and not force:
        rows = "\n".join(f"  {node.name} ({node.op_type}): {row.reason}" for node, row in wrong)
        raise KnownWrongError(
            f"OpenVINO's front end reads these nodes wrongly (--force goes on):\n{rows}",
            [node.name for node, _ in wrong],
        )


@dataclass(frozen=True)
class _Expected:
    """What a source that runs in this process alone gives for inputs of its own."""

    inputs: Sequence[npt.NDArray[Any]] = ()
    outputs: Sequence[npt.NDArray[Any]] = ()
    reference: str = ""


def _as_arrays(tensors: Sequence[Any]) -> list[npt.NDArray[Any]]:
    return [np.asarray(tensor.detach().cpu()) for tensor in tensors]


def _verified(
    compiled: Path,
    graph: SourceGraph,
    gears: Gears | None,
    options: CompileOptions,
    *,
    folder: Path,
    expected: _Expected,
    aipp: Mapping[str, AippInput],
) -> Verdict:
    """Hold the compiled file against its source; no reference is no error."""
    graph.require_inputs(options.verify_input, "verify_input")
    given = {
        port.name: as_input(options.verify_input[port.name], port)
        for port in graph.input_ports()
        if port.name in options.verify_input and port.name not in aipp
    }
    if expected.reference:
        given = dict(zip(graph.inputs, expected.inputs, strict=True))
    elif graph.source.onnx is None:
        return Verdict(None)
    attempts = attempts_of(graph.input_ports(), gears, given)
    if aipp:
        attempts = [[_in_front(port, aipp) for port in ports] for ports in attempts]
        given |= _pictures(options.verify_input, attempts)
    verdict = verify(
        VerifyJob(
            model=str(compiled),
            source=str(graph.source.path or ""),
            attempts=attempts,
            others=others_of(attempts, graph.input_ports()) if not given else [],
            all_attempts=gears is not None,
            outputs=graph.output_tensors(),
            constants=_saved(graph.unread_inputs() | graph.constants, folder, "constant"),
            given=_saved(given, folder, "given"),
            expected=_saved(
                dict(zip(graph.output_tensors(), expected.outputs, strict=False)),
                folder,
                "expected",
            ),
            reference=expected.reference,
            other_dims=options.like is not None,
            seed=options.seed,
        )
    )
    if verdict.problem:
        raise VerificationError(
            f"the compiled model could not be verified (--no-verify goes on, --verify-input gives "
            f"inputs): {verdict.problem}"
        )
    bound = options.verify_bound if options.verify_bound is not None else _bound(graph, options)
    for row in verdict.differences:
        if not _is_within(row, bound):
            raise VerificationError(
                f"output {row.name!r} is not what {verdict.reference} gives: relative L2 "
                f"{row.relative_l2:.3g} (bound {bound:g}), cosine {row.cosine:.7g}, greatest "
                f"difference {row.max_abs:.3g} at {row.worst}"
                + (f"; {row.note}" if row.note else "")
            )
    return replace(verdict, bound=bound) if verdict.reference else verdict


def _in_front(port: Port, aipp: Mapping[str, AippInput]) -> Port:
    return aipp[port.name].port(port) if port.name in aipp else port


def _pictures(
    given: Mapping[str, npt.ArrayLike], attempts: Sequence[Sequence[Port]]
) -> dict[str, npt.NDArray[Any]]:
    """The pictures that were given to verify with, as they are fed."""
    found = {}
    for port in attempts[0]:
        if port.aipp is None or port.name not in given:
            continue
        picture = np.asarray(given[port.name])
        if picture.dtype != np.uint8 or picture.size != prod(port.shape) or len(attempts) > 1:
            raise CompileError(
                f"verify_input: {port.name!r} takes the picture in front of AIPP, uint8 of "
                f"{prod(port.shape)} bytes and in one shape, not {picture.dtype}{picture.shape}"
            )
        found[port.name] = picture.reshape(port.shape)
    return found


def _is_within(row: Difference, bound: float) -> bool:
    """Within the bound, or as far as roundings move the reference, as in a sigmoid's tail."""
    return row.relative_l2 <= bound or row.relative_l2 <= min(_MOST * bound, TIMES * row.moved)


def _bound(graph: SourceGraph, options: CompileOptions) -> float:
    onnx = graph.source.onnx
    nodes = onnx.nodes if onnx else []
    if any(node.op_type.startswith(_QUANTIZED) for node in nodes):
        return _BOUND_INT8
    has_halves = onnx is not None and any(port.type == _HALF for port in onnx.ports.values())
    is_fp16 = has_halves or "fp16" in _precision(options)
    reduced = is_fp16 or options.output_type not in (None, "FP32")
    return _BOUND_FP16 if reduced else _BOUND


def _saved(arrays: Mapping[str, npt.NDArray[Any]], folder: Path, kind: str) -> dict[str, str]:
    files = {}
    for number, (name, array) in enumerate(arrays.items()):
        path = folder / f"{kind}_{number}.npy"
        np.save(path, array)
        files[name] = str(path)
    return files


def _described(
    path: Path, written: ModelBuilder, gears: Gears | None, verdict: Verdict
) -> Compiled:
    info = written.inout()
    tensors = [
        tuple(f"{each.name}: {_shape_text(each.dims_v2)}" for each in side if each.name)
        for side in (info.inputs, info.outputs)
    ]
    is_open = gears is None and any(-1 in each.dims for each in (*info.inputs, *info.outputs))
    return Compiled(
        path,
        0 if is_open else written.work_size,
        written.weight_size,
        tensors[0],
        tensors[1],
        len(gears.shapes) if gears else 0,
        verdict.reference,
        verdict.differences,
        verdict.bound,
    )


def _shape_text(dims: Sequence[int]) -> str:
    return "[" + ", ".join("?" if dim < 0 else str(dim) for dim in dims) + "]"


__all__ = ["CompileError", "CompileOptions", "Compiled", "compile"]
