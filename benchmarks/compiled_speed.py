# SPDX-License-Identifier: Apache-2.0
"""Compiled models on the host runtime against OpenVINO and onnxruntime on the ONNX itself.

    python tools/corpus.py && python benchmarks/compiled_speed.py [--rounds 40] [--models lane ...]

With 1 and with 2 threads. All four run in turns in one process: acl.Model (which copies in and
out), acl.mdl.execute, OpenVINO with tensors made before, onnxruntime. The flat functions have
nothing to copy, as OpenVINO here. The first of the four is what counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ["ASCENDCL_RUNTIME"] = "host"
sys.path.append(str(Path(__file__).parents[1] / "tools"))

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import openvino as ov
from corpus import CORPUS, MINILM, Input, Trained, archive_of, default_folder, path_of
from figures import Figure, Figures, best_ratio, figure
from interleave import times_in_turns
from minilm import write_minilm
from registry import COMPILED, bound_text, is_kept

import acl
from ascendcl.om.compiler import CompileOptions, compile

Arrays = Mapping[str, npt.NDArray[Any]]

TOKENS = (1, 64)


def source_of(name: str, folder: Path) -> tuple[Path, Trained]:
    if name != "minilm_l6":
        return path_of(CORPUS[name], folder), CORPUS[name]
    path = folder / "minilm_l6.onnx"
    if not path.exists():
        write_minilm(archive_of(MINILM, default_folder()), path)
    ids = {"input_ids": 30521, "attention_mask": 0, "token_type_ids": 1}
    return path, Trained(MINILM, "", {key: Input(TOKENS, greatest=top) for key, top in ids.items()})


def made_up(session: ort.InferenceSession, model: Trained) -> dict[str, npt.NDArray[Any]]:
    rng = np.random.default_rng(0)
    arrays: dict[str, npt.NDArray[Any]] = {}
    for port in session.get_inputs():
        about = model.inputs[port.name]
        if port.type == "tensor(float)":
            arrays[port.name] = rng.random(about.shape, dtype=np.float32)
        elif port.name == "attention_mask":
            arrays[port.name] = np.ones(about.shape, np.int64)
        else:
            dtype = np.int32 if port.type == "tensor(int32)" else np.int64
            arrays[port.name] = rng.integers(0, about.greatest + 1, about.shape, dtype)
    return arrays


def ort_session(path: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Its threads would spin on and slow whoever comes next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def openvino_call(path: Path, inputs: Arrays, threads: int) -> Callable[[], object]:
    graph = ov.Core().read_model(path)
    names = [min(port.get_names() & inputs.keys()) for port in graph.inputs]
    graph.reshape({name: list(inputs[name].shape) for name in names})
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    request = ov.Core().compile_model(graph, "CPU", settings).create_infer_request()
    # A tensor does not keep the memory that it is made of.
    arrays = [inputs[name].copy() for name in names]
    arrays += [
        np.empty(list(port.get_shape()), port.get_element_type().to_dtype())
        for port in request.model_outputs
    ]
    tensors = [ov.Tensor(array, shared_memory=True) for array in arrays]
    for index, tensor in enumerate(tensors):
        if index < len(names):
            request.set_input_tensor(index, tensor)
        else:
            request.set_output_tensor(index - len(names), tensor)

    def call(_: object = arrays) -> None:
        request.infer()

    return call


class Flat:
    """A load of the flat functions with datasets made before, as a service has them."""

    def __init__(self, path: Path, inputs: list[npt.NDArray[Any]]) -> None:
        size = acl.query_size(path)
        self.held: list[Any] = [acl.DeviceBuffer(max(1, each)) for each in size]
        work, weight = self.held
        self.model_id, ret = acl.mdl.load_from_file_with_mem(
            str(path), work.ptr, work.size, weight.ptr, weight.size
        )
        assert ret == 0, acl.get_recent_err_msg()
        desc = acl.mdl.create_desc()
        acl.mdl.get_desc(desc, self.model_id)
        self.into, self.out = acl.mdl.create_dataset(), acl.mdl.create_dataset()
        for array in inputs:
            pointer = self.add(self.into, array.nbytes)
            acl.rt.memcpy(pointer, array.nbytes, acl.util.numpy_to_ptr(array), array.nbytes, 1)
        for index in range(acl.mdl.get_num_outputs(desc)):
            self.add(self.out, acl.mdl.get_output_size_by_index(desc, index))
        acl.mdl.destroy_desc(desc)

    def add(self, dataset: int, size: int) -> int:
        buffer = acl.DeviceBuffer(size)
        self.held.append(buffer)
        acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(buffer.ptr, size))
        return buffer.ptr

    def __call__(self) -> None:
        assert acl.mdl.execute(self.model_id, self.into, self.out) == 0


def measure_one(
    name: str, threads: int, rounds: int, folder: Path, *, beside: bool
) -> tuple[str, Figure]:
    path, about = source_of(name, folder)
    compiled = folder / f"{name}.om"
    if not compiled.exists():
        shapes = {key: port.shape for key, port in about.inputs.items()}
        compile(path, compiled, CompileOptions(input_shape=shapes, verify=False))
    os.environ["ASCENDCL_HOST_THREADS"] = str(threads)
    session = ort_session(path, threads)
    inputs = made_up(session, about)
    with acl.Model.from_file(compiled) as model:
        arrays = [inputs[info.name] for info in model.inputs]
        out = [np.empty(info.shape, info.dtype) for info in model.outputs]
        contestants: dict[str, Callable[[], object]] = {
            "model": lambda: model.run(*arrays, out=out),
            "openvino": openvino_call(path, inputs, threads),
        }
        if beside:
            flat = Flat(compiled, arrays)
            contestants["execute"] = flat
            contestants["onnxruntime"] = lambda: session.run(None, inputs)
        times = times_in_turns(contestants, rounds)
        if beside:
            acl.mdl.unload(flat.model_id)
    theirs = times["openvino"]
    found = figure(best_ratio, times["model"], theirs)
    called = f"{name}, {threads} thread{'s' if threads > 1 else ''}"
    others = ""
    if beside:
        others = (
            f"{best_ratio(times['execute'], theirs):9.3f}"
            f"{best_ratio(times['onnxruntime'], times['model']):13.2f}"
        )
    print(
        f"{name:12}{threads:4}{min(theirs) * 1e3:11.2f}{found.value:9.3f}{others}"
        f"{bound_text(f'compiled_speed/{called}')}",
        flush=True,
    )
    return called, found


def measure(
    rounds: int = 40,
    models: Sequence[str] = COMPILED,
    threads: Sequence[int] = (1, 2),
    beside: bool = True,
) -> Figures:
    """`beside`: the flat functions and onnxruntime run as well."""
    acl.init()
    acl.rt.set_device(0)
    print(f"{'':12}{'':4}{'openvino':>11}{'acl.Model':>9}{'execute':>9}{'onnxruntime':>13}")
    print(f"{'model':12}{'thr':>4}{'ms':>11}{'ratio':>9}{'ratio':>9}{'/ acl.Model':>13}")
    with tempfile.TemporaryDirectory(prefix="ascendcl-speed-") as folder:
        return dict(
            measure_one(name, number, rounds, Path(folder), beside=beside)
            for name in models
            for number in threads
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--models", nargs="*", default=COMPILED, choices=COMPILED)
    parser.add_argument("--threads", type=int, nargs="*", default=(1, 2), choices=(1, 2))
    options = parser.parse_args()
    figures = measure(options.rounds, options.models, options.threads)
    fits = [is_kept(f"compiled_speed/{name}", one.value) for name, one in figures.items()]
    print(f"bounds {'kept' if all(fits) else 'NOT KEPT'}")
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main())
