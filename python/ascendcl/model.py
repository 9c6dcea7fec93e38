# SPDX-License-Identifier: Apache-2.0
"""Models: load, describe, run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._aipp_inputs import AippInputs
from ascendcl._arguments import checked_timeout, file_path
from ascendcl._array_checks import checked_inputs, checked_outputs, gear_of
from ascendcl._closeable import Closeable
from ascendcl._results import dynamic_results, single_or_tuple
from ascendcl.array import DeviceArray
from ascendcl.bound_model import BoundModel, bound_model, check_bindable
from ascendcl.device import Context, Device
from ascendcl.findings import Finding, findings_of
from ascendcl.memory import DeviceBuffer, MemorySize
from ascendcl.memory_resource import MemoryResource
from ascendcl.memory_use import Kind, MemoryHolder, keep_in_mind
from ascendcl.model_memory import ModelMemory, context_to_load_in
from ascendcl.tensor_info import (
    Gear,
    TensorInfo,
    check_runnable,
    in_gear,
    infos_of,
    with_open_sizes,
)

if TYPE_CHECKING:
    import asyncio

    from typing_extensions import Self

    from ascendcl._array_checks import GivesArray, GivesDlpack
    from ascendcl._results import Described
    from ascendcl.aipp import AippConfig
    from ascendcl.bound_model import Bindable
    from ascendcl.memory import BytesLike

    Array = npt.NDArray[Any]
    ModelInput = Array | DeviceArray | GivesDlpack | GivesArray
    ModelOutput = Array | DeviceArray

__all__ = ["Model"]


class Model(Closeable):
    """A loaded model. Made by `from_file` or `from_bytes`.

    A model holds all it needs: its context and the buffers given to it. It may be called from any
    thread; calls of one model take turns, and so do calls of models that share work memory. While
    the device works, other Python threads run.

    Examples
    --------
    >>> with acl.Model.from_file("model.om") as model:
    ...     output = model(array)
    """

    __slots__ = (
        "__weakref__",
        "_aipp_inputs",
        "_findings",
        "_gears",
        "_handle",
        "_inputs",
        "_memory",
        "_outputs",
        "_outputs_of_gears",
    )

    _findings: tuple[Finding, ...]
    _gears: tuple[Gear, ...]
    _handle: _acl.core.Model
    _inputs: tuple[TensorInfo, ...]
    _memory: ModelMemory
    _outputs: tuple[TensorInfo, ...]
    _outputs_of_gears: list[tuple[TensorInfo, ...]]
    _aipp_inputs: AippInputs

    def __init__(self) -> None:
        raise TypeError("use acl.Model.from_file or acl.Model.from_bytes")

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        work: DeviceBuffer | None = None,
        weight: DeviceBuffer | None = None,
        device: Device | Context | int | None = None,
        memory: MemoryResource | None = None,
    ) -> Self:
        """Load a model file.

        Parameters
        ----------
        path : str or path
            The .om file.
        work : DeviceBuffer or None
            Work memory of at least ``query_size(path).work`` bytes. Models may share it: their
            calls then take turns. None lets the system manage it. Models with dynamic shapes do
            not use it.
        weight : DeviceBuffer or None
            Weight memory of at least ``query_size(path).weight`` bytes. Several loads of the same
            model may share it. None lets the system manage it.
        device : Device, Context, int or None
            Where to load. By default where the buffers are, or else device 0.
        memory : MemoryResource, optional
            What allocates the work memory and the weights, where they are not given, and memory for
            inputs and outputs; an `acl.Pool` for one. They go back to it when the model is closed.
            Not so what the runtime allocates in each run of a model with dynamic shapes, and for
            arrays on the host that are bound. None: the runtime allocates.

        Raises
        ------
        AclFileNotFoundError
            There is no such file.
        ValueError
            The file is no model, or a buffer is too small (both sizes are named).
        TypeError
            `work` or `weight` is no DeviceBuffer, but an address for one.
        BufferInUse
            `weight` holds the weights of another loaded model.
        """
        function = "Model.from_file"
        encoded = file_path(function, "path", path, "Model.from_bytes takes what an .om file holds")
        size = MemorySize(*_acl.core.query_size_of_file(encoded))
        file = os.path.basename(os.fspath(path))  # noqa: PTH119  any string
        context = context_to_load_in(function, size, work, weight, device)
        own = ModelMemory(
            function, context, size, work=work, weight=weight, memory=memory, name=file
        )
        return cls._of(_acl.core.Model.load_file(context, encoded, *own.to_load), own)

    @classmethod
    def from_bytes(
        cls,
        data: BytesLike,
        *,
        work: DeviceBuffer | None = None,
        weight: DeviceBuffer | None = None,
        device: Device | Context | int | None = None,
        memory: MemoryResource | None = None,
    ) -> Self:
        """Load a model from what an .om file holds; `data` is not needed afterwards.

        Parameters and exceptions are those of `from_file`.
        """
        function = "Model.from_bytes"
        if isinstance(data, str | os.PathLike):
            raise TypeError(
                f"{function}: data must be what an .om file holds, not {type(data).__qualname__}; "
                "Model.from_file takes a path"
            )
        size = MemorySize(*_acl.core.query_size_of_bytes(data, f"{function}: data"))
        context = context_to_load_in(function, size, work, weight, device)
        own = ModelMemory(
            function, context, size, work=work, weight=weight, memory=memory, name=function
        )
        return cls._of(_acl.core.Model.load_bytes(context, data, *own.to_load), own)

    @classmethod
    def _of(cls, handle: _acl.core.Model, memory: ModelMemory) -> Self:
        model = cls.__new__(cls)
        model._handle = handle
        model._memory = memory
        try:
            memory.place(handle)
            gears = tuple(Gear(*shapes) for shapes in handle.describe_gears())
            inputs = infos_of(handle.describe_inputs())
            outputs = infos_of(handle.describe_outputs())
            if not gears:
                check_runnable(inputs)
            model._aipp_inputs = AippInputs(handle, inputs, gears)
            model._gears, model._inputs = model._aipp_inputs.gears, model._aipp_inputs.inputs
            model._outputs = with_open_sizes(outputs, model._gears)
            model._outputs_of_gears = [in_gear(outputs, gear.outputs) for gear in model._gears]
            model._findings = findings_of(handle.model_id)
        except BaseException:
            handle.close()
            raise
        keep_in_mind(model)
        return model

    def _memory_device(self) -> int:
        return self.device

    def _memory_given(self) -> list[tuple[object, Kind]]:
        return self._memory.given()

    def _memory_held(self, _: Kind | None) -> list[MemoryHolder]:
        handle = self._handle
        has_none = handle.is_dynamic or handle.is_in_group
        return self._memory.held(() if has_none else (*self._inputs, *self._outputs))

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """What the model takes."""
        return self._inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """What the model gives."""
        return self._outputs

    @property
    def gears(self) -> tuple[Gear, ...]:
        """The shapes to choose from; empty for a model of one shape, or of dynamic shapes.

        Nothing has to be chosen: a call runs in the gear that its inputs' shapes say.
        """
        return self._gears

    def set_aipp(self, config: AippConfig, input: str | None = None) -> None:
        """Say what dynamic AIPP does to the pictures of an input, in all runs that follow.

        It has to be said once before the first run. A run that is in flight keeps what held when it
        was submitted.

        Parameters
        ----------
        config : AippConfig
            What to do.
        input : str, optional
            Name of the input, where several have dynamic AIPP.

        Raises
        ------
        AclError
            The runtime does not take it: a size, a switch; it says why.
        ValueError
            There is no such input.
        """
        self._aipp_inputs.set_parameters(config, input)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """How each fused node was understood, by the host runtime; empty on a device.

        With dynamic shapes it is of the shapes that were run last.
        """
        if self._handle.is_dynamic and not self.closed:
            self._findings = findings_of(self._handle.model_id)
        return self._findings

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What the host runtime had to assume of the model: results may be wrong by it."""
        return tuple(finding for finding in self.findings if finding.kind == "assumed")

    @property
    def model_id(self) -> int:
        """The number that the flat functions know the model by."""
        return self._handle.model_id

    @property
    def device(self) -> int:
        """The number of the device that the model is loaded on."""
        return self._handle.device

    @property
    def work(self) -> DeviceBuffer | None:
        """The work memory: given, or of `memory`.

        None once closed, or where the system manages it.
        """
        return self._memory.work

    @property
    def weight(self) -> DeviceBuffer | None:
        """The memory of the weights: given, or of `memory`.

        None once closed, or where the system manages it.
        """
        return self._memory.weight

    @property
    def workspace_is_user_managed(self) -> bool:
        """Whether the runtime uses the given work memory; not with dynamic shapes."""
        return self._memory.uses_work

    @property
    def weight_is_user_managed(self) -> bool:
        """Whether the weights are in the given weight memory."""
        return self._memory.weight is not None

    @property
    def closed(self) -> bool:
        """Whether the model was unloaded."""
        return self._handle.closed

    def close(self) -> None:
        """Unload the model and let go of its buffers, after a call on another thread has ended.

        Doing it again does nothing.
        """
        self._handle.close()
        self._memory.let_go()

    def __call__(
        self,
        *inputs: ModelInput | Mapping[str, ModelInput],
        out: Sequence[ModelOutput] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Run the model.

        Parameters
        ----------
        *inputs : numpy.ndarray, DeviceArray, or one mapping from names to arrays
            One array per input, of exactly its dtype and shape; where the model has gears, the
            shapes are those of one of them; with dynamic shapes, any within the inputs' ranges.
            What gives an array on the host by ``__dlpack__`` or ``__array__`` is taken, too: a
            tensor of torch, an array of jax, a numpy scalar for an input without axes. A
            DeviceArray is read where it is.
        out : sequence of numpy.ndarray or DeviceArray, optional
            Arrays to put the outputs in: C-contiguous, of their dtype and shape in that gear, or
            of the shapes that follow from the inputs'. Those are known only after the model has
            run, so that with dynamic shapes `out` saves no copy. A DeviceArray is written where it
            is, and may be the next model's input.
        timeout : float or None
            Seconds to wait for other runs of the model, and of those on its work memory; None
            waits for ever. A run that has begun is not ended.

        Returns
        -------
        numpy.ndarray or tuple of numpy.ndarray
            The output, or a tuple where there are several.

        Raises
        ------
        AclValueError
            The inputs have the shapes of none of the model's gears.
        ValueError
            An input has another shape than the model takes (both are named).
        AclTimeoutError
            It was not its turn in time. Nothing has run.
        """
        return single_or_tuple(self.run(*inputs, out=out, timeout=timeout))

    def run(
        self,
        *inputs: ModelInput | Mapping[str, ModelInput],
        out: Sequence[ModelOutput] | None = None,
        timeout: float | None = None,
    ) -> list[Any]:
        """Run the model; like a call, but always a list of outputs."""
        checked = checked_inputs(inputs, self._inputs)
        patience = checked_timeout("Model.run", timeout)
        if _is_on_device(checked, out):
            results = self._bindable_outputs(checked, out)
            with self.bind(checked, results) as bound:
                bound(timeout)
            return results
        if self._handle.is_dynamic:
            if out is not None:
                checked_outputs(out, self._outputs)
            described = self._handle.run_dynamic(checked, patience)
            return dynamic_results(self._outputs, described, out)
        gear, results = self._gear_and_outputs(checked, out)
        whole = self._aipp_inputs.with_parameters(checked, gear)
        self._handle.run(whole, results, gear, patience)
        return results

    def run_async(
        self,
        *inputs: ModelInput | Mapping[str, ModelInput],
        out: Sequence[ModelOutput] | None = None,
        timeout: float | None = None,
    ) -> asyncio.Future[Any]:
        """Submit a run, and return at once. Called in a running event loop.

        Any number may be in flight: they run in the order in which they were submitted, and the
        next one's inputs are copied while one runs. The future holds the inputs, the outputs and
        the model until the run has ended, also when it is cancelled: a run that was submitted
        takes place, and its result is dropped then. Inputs are not to be written to before it is
        done.

        The runtime executes a model of one shape in calls or in a stream, never in both. After the
        first `run_async` all runs are in the model's stream. A model that has run in calls before
        is loaded anew from its file for that, into the same memory: `model_id` is another one then.
        That first `run_async` waits for the load, and for calls on other threads; no later one
        waits for anything.

        Parameters
        ----------
        *inputs, out : as in a call
            What to run on, and what to put the outputs in.
        timeout : float or None
            Seconds until it must have begun; else the future fails with AclTimeoutError then. A run
            that waits in its stream for another model's on the same work memory has begun.

        Returns
        -------
        asyncio.Future
            Of the output, or of a tuple where there are several. What a call raises of the
            arguments is raised here, and what a run raises is the future's exception.

        Raises
        ------
        RuntimeError
            No event loop runs in this thread.
        NotSupportedError
            The model was loaded from bytes and has run in calls.
        """
        from ascendcl import aio  # asyncio is a tenth of a second that many never need

        loop = aio.get_running_loop()
        checked = checked_inputs(inputs, self._inputs)
        patience = checked_timeout("Model.run_async", timeout)
        if _is_on_device(checked, out):
            targets = self._bindable_outputs(checked, out)
            return self.bind(checked, targets)._run_async(timeout, single_or_tuple(targets))
        results: list[Array] = []
        gear = 0
        result: Any
        if self._handle.is_dynamic:
            if out is not None:
                checked_outputs(out, self._outputs)

            def result(described: Described) -> Any:
                return single_or_tuple(dynamic_results(self._outputs, described, out))
        else:
            gear, results = self._gear_and_outputs(checked, out)
            checked = self._aipp_inputs.with_parameters(checked, gear)
            result = single_or_tuple(results)
        self._memory.place_second(self._handle)
        future = loop.create_future()
        queue = aio.Completions.of(loop).queue
        number = self._handle.submit(queue, self, checked, results, gear, patience, future, result)
        aio.call_when_late(future, timeout, self._handle.expire, number)
        return future

    def bind(
        self,
        inputs: Sequence[Bindable] | Mapping[str, Bindable],
        outputs: Sequence[Bindable] | Mapping[str, Bindable],
        *,
        state: Mapping[str, str] | None = None,
    ) -> BoundModel:
        """Bind memory to the model's inputs and outputs, to run on it again and again.

        Parameters
        ----------
        inputs, outputs : sequence, or mapping from names
            One for each input and output: a DeviceBuffer of exactly the tensor's size, which the
            model reads and writes in place, or a C-contiguous array of exactly its dtype and
            shape, which is copied from or to in each run (quickest in page-locked memory). A
            DeviceBuffer may be an output of one model and an input of another. With gears the
            arrays' shapes say which; device memory alone is of the largest one.
        state : mapping from output names to input names, optional
            Outputs that are inputs of the next run. Both are device memory of one size, and are
            exchanged after each run that succeeds, which costs nothing.

        Returns
        -------
        BoundModel
            To be called. It holds the buffers until it is closed.

        Raises
        ------
        ValueError, TypeError
            Something does not fit, or an output is in memory of another tensor; it is named.
        NotImplementedError
            The model has dynamic shapes, or dynamic AIPP.
        """
        return bound_model(self, inputs, outputs, state or {})

    def _bindable_outputs(
        self, inputs: list[Bindable], out: Sequence[Bindable] | None
    ) -> list[Any]:
        check_bindable(self)
        return list(out) if out is not None else self._gear_and_outputs(inputs, None)[1]

    def _gear_and_outputs(
        self, inputs: list[Any], out: Sequence[Any] | None
    ) -> tuple[int, list[Array]]:
        if self._gears:
            inputs = self._aipp_inputs.gear_like(inputs)
        gear = gear_of(inputs, self._inputs, self._gears)
        infos = self._outputs_of_gears[gear] if self._gears else self._outputs
        if out is not None:
            return gear, checked_outputs(out, infos)
        return gear, [np.empty(info.shape, info.dtype) for info in infos]

    def run_named(
        self,
        *inputs: ModelInput | Mapping[str, ModelInput],
        out: Sequence[ModelOutput] | None = None,
        timeout: float | None = None,
    ) -> dict[str, Array]:
        """Run the model; like a call, but outputs by the names of their tensors.

        These are the names in the model that it was compiled from (`TensorInfo.tensor`), or the
        whole names where those are not different.
        """
        results = self.run(*inputs, out=out, timeout=timeout)
        names = [info.tensor for info in self._outputs]
        if len(set(names)) != len(names):
            names = [info.name for info in self._outputs]
        return dict(zip(names, results, strict=True))

    def __repr__(self) -> str:
        if self.closed:
            return "<acl.Model closed>"
        shapes = [
            ", ".join(f"{info.name}: {info.dtype}{list(info.shape)}" for info in infos)
            for infos in (self._inputs, self._outputs)
        ]
        return f"<acl.Model ({shapes[0]}) -> ({shapes[1]}) on device {self.device}>"


def _is_on_device(inputs: Sequence[object], out: Sequence[object] | None) -> bool:
    return DeviceArray in map(type, inputs) or (out is not None and DeviceArray in map(type, out))
