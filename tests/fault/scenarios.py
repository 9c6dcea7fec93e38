# SPDX-License-Identifier: Apache-2.0
"""Programs in which every call is made to fail in turn (enumerator.py).

Each gives its results, or raises the failure, having released all that it had.
"""

from __future__ import annotations

import asyncio
import pickle
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np

import acl
import flat
from aipp_models import PARAMETERS, Picture, write
from ascendcl.batching import calibration
from ascendcl.data import DIGITS_MODEL, digits_held_out
from ascendcl.om import GraphBuilder, TensorSpec, join_gears
from flat import done
from written_models import DENSE, dynamic_dense

Results = list[np.ndarray]

IMAGES = digits_held_out().images[:3, None]
PROBABILITIES = list(digits_held_out().probabilities[:3, None])
MODEL = str(DIGITS_MODEL)

RANDOM = np.random.default_rng(5)
WEIGHTS = RANDOM.standard_normal((12, 5), np.float32)
OFFSETS = RANDOM.standard_normal(5, np.float32)
BATCHES = [RANDOM.standard_normal((n, len(WEIGHTS)), np.float32) for n in (1, 4)]
REPORT_TIMEOUT = 507012
NOT_SUBSCRIBED = 107012
ROWS = [RANDOM.standard_normal((n, len(DENSE)), np.float32) for n in (2, 5)]
RELU_OF_BATCHES = [np.maximum(x @ WEIGHTS + OFFSETS, 0) for x in BATCHES]


def user_managed_memory() -> Results:
    """acl.Model on work and weight memory of the user."""
    size = acl.query_size(MODEL)
    with (
        acl.Device(0) as device,
        acl.DeviceBuffer(size.work, device) as work,
        acl.DeviceBuffer(size.weight, device) as weight,
        acl.Model.from_file(MODEL, work=work, weight=weight) as model,
    ):
        return [model(image) for image in IMAGES[:2]]


def two_threads() -> Results:
    """Two loads on two threads with one weight buffer and one work buffer.

    The threads meet while both models are loaded: how often the memory of the group's inputs and
    outputs is allocated depends on that, and each run of the enumeration has the same calls.
    """
    size = acl.query_size(MODEL)
    results: dict[int, np.ndarray] = {}
    errors: list[BaseException] = []
    meeting = threading.Barrier(2)

    with (
        acl.Device(0) as device,
        acl.DeviceBuffer(size.work, device) as work,
        acl.DeviceBuffer(size.weight, device) as weight,
    ):

        def serve(index: int) -> None:
            try:
                with acl.Model.from_file(MODEL, work=work, weight=weight) as model:
                    meeting.wait()
                    results[index] = model(IMAGES[index])
                    meeting.wait()
            except threading.BrokenBarrierError:
                pass  # the other thread failed, and says so
            except BaseException as error:
                meeting.abort()
                errors.append(error)

        in_threads(serve, 2)
        raise_only(errors)
    return [results[index] for index in range(2)]


def in_threads(serve: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=serve, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def raise_only(errors: list[BaseException]) -> None:
    """Raise the error of some thread: one call fails, so there is one at most."""
    if len(errors) > 1:
        raise AssertionError(f"one fault, and several errors: {errors}")
    if errors:
        raise errors[0]


class ReportThread:
    """Runs the callbacks of the streams that it is subscribed to."""

    def __init__(self) -> None:
        self._begin = threading.Event()
        self._end = threading.Event()
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def ident(self) -> int:
        assert self._thread.ident is not None
        return self._thread.ident

    def begin(self) -> None:
        """To be called once it is subscribed."""
        self._begin.set()

    def end(self) -> None:
        """Let it end, and raise what went wrong there."""
        self._end.set()
        self._begin.set()
        self._thread.join()
        raise_only(self._errors)

    def _run(self) -> None:
        self._begin.wait()
        while not self._end.is_set():
            code = acl.rt.process_report(20)
            if code == NOT_SUBSCRIBED:  # any more
                break
            if code not in (0, REPORT_TIMEOUT):
                self._errors.append(flat.Failed(code))


def callbacks() -> Results:
    """Asynchronous executions whose results are taken by callbacks in a thread of their own."""
    results: dict[int, np.ndarray] = {}
    with ExitStack() as stack:
        flat.use_device(stack)
        loaded = flat.load(stack, MODEL)
        ((device_in,), (size_in,)) = loaded.inputs[1:]
        ((device_out,), (size_out,)) = loaded.outputs[1:]
        host_in, host_out = flat.malloc_host(stack, size_in), flat.malloc_host(stack, size_out)
        queue = flat.stream(stack)
        thread = ReportThread()
        stack.callback(thread.end)
        done(acl.rt.subscribe_report(thread.ident, queue))
        flat.released_by(stack, acl.rt.unsubscribe_report, thread.ident, queue)
        # Whatever fails: nothing is released under work that has been submitted.
        flat.released_by(stack, acl.rt.synchronize_stream, queue)
        thread.begin()

        def keep(index: int) -> None:
            data = acl.util.ptr_to_bytes(host_out, size_out)
            results[index] = np.frombuffer(data, np.float32)[None].copy()

        for index, image in enumerate(IMAGES):
            source = flat.address_of(image)
            done(acl.rt.memcpy(host_in, size_in, source, image.nbytes, 0))
            done(acl.rt.memcpy_async(device_in, size_in, host_in, size_in, 1, queue))
            inputs, outputs = loaded.inputs.dataset, loaded.outputs.dataset
            done(acl.mdl.execute_async(loaded.model_id, inputs, outputs, queue))
            done(acl.rt.memcpy_async(host_out, size_out, device_out, size_out, 2, queue))
            done(acl.rt.launch_callback(keep, index, 1, queue))
            done(acl.rt.synchronize_stream(queue))
    return [results[index] for index in range(len(IMAGES))]


def flat_client() -> Results:
    """Synchronous inference by flat functions, with memory of its own for the model."""
    results = []
    with ExitStack() as stack:
        flat.use_device(stack)
        loaded = flat.load(stack, MODEL)
        ((device_in,), (size_in,)) = loaded.inputs[1:]
        ((device_out,), (size_out,)) = loaded.outputs[1:]
        for image in IMAGES[:2]:
            source = flat.address_of(image)
            done(acl.rt.memcpy(device_in, size_in, source, image.nbytes, flat.HOST_TO_DEVICE))
            inputs, outputs = loaded.inputs.dataset, loaded.outputs.dataset
            done(acl.mdl.execute(loaded.model_id, inputs, outputs))
            dims, code = acl.mdl.get_cur_output_dims(loaded.desc, 0)
            done(code)
            result = np.zeros(dims["dims"], np.float32)
            target = flat.address_of(result)
            done(acl.rt.memcpy(target, result.nbytes, device_out, size_out, flat.DEVICE_TO_HOST))
            results.append(result)
    return results


def dense(batch: int) -> GraphBuilder:
    """relu(x @ WEIGHTS + OFFSETS) for one batch size."""
    graph = GraphBuilder(f"batch_{batch}")
    x = graph.data("x", TensorSpec((batch, len(WEIGHTS)), "float32", "ND"))
    row = TensorSpec((batch, len(OFFSETS)), "float32", "ND")
    weights = graph.constant("w", WEIGHTS, dtype="float32")
    offsets = graph.constant("b", OFFSETS[None], dtype="float32")
    shifted = graph.op("Add", [graph.op("MatMul", [x, weights], row), offsets], row)
    graph.output([graph.op("Relu", [shifted], row)], ["y"])
    return graph


GEARS_MODEL = join_gears([dense(len(x)) for x in BATCHES], "batch").to_bytes()


def dynamic_batch() -> Results:
    """A model with gears, executed with one batch size after another."""
    results = []
    with ExitStack() as stack:
        flat.use_device(stack)
        model = flat.load_bytes(stack, GEARS_MODEL)
        gear, code = acl.mdl.get_input_index_by_name(model.desc, "ascend_mbatch_shape_data")
        done(code)
        for batch in BATCHES:
            inputs, outputs = model.inputs.dataset, model.outputs.dataset
            done(acl.mdl.set_dynamic_batch_size(model.model_id, inputs, gear, batch.shape[0]))
            source = flat.address_of(batch)
            device_in, size_in = model.inputs.addresses[0], model.inputs.sizes[0]
            done(acl.rt.memcpy(device_in, size_in, source, batch.nbytes, flat.HOST_TO_DEVICE))
            done(acl.mdl.execute(model.model_id, inputs, outputs))
            dims, code = acl.mdl.get_cur_output_dims(model.desc, 0)
            done(code)
            result = np.zeros(dims["dims"], np.float32)
            target, device_out = flat.address_of(result), model.outputs.addresses[0]
            kind = flat.DEVICE_TO_HOST
            done(acl.rt.memcpy(target, result.nbytes, device_out, result.nbytes, kind))
            results.append(result)
    return results


def model_with_gears() -> Results:
    """acl.Model with gears, on memory that the system manages."""
    with acl.Device(0) as device, acl.Model.from_bytes(GEARS_MODEL, device=device) as model:
        return [model(batch) for batch in BATCHES]


def dynamic_shapes() -> Results:
    """acl.Model with dynamic shapes, whose second run needs more memory than the first."""
    content = dynamic_dense()
    with acl.Device(0) as device, acl.Model.from_bytes(content, device=device) as model:
        return [model(rows)[1] for rows in ROWS]


def streams_on_one_workspace() -> Results:
    """Two models that run asynchronously on one work memory, one of them after a call."""
    results: Results = []
    with (
        acl.Device(0) as device,
        acl.Workspace.for_models([MODEL], device) as workspace,
        acl.Model.from_file(MODEL, work=workspace) as one,
        acl.Model.from_file(MODEL, work=workspace) as other,
    ):
        results.append(one(IMAGES[0]))
        asyncio.run(serve_in_streams([one, other], results))
        results.append(other(IMAGES[1]))
    return results


async def serve_in_streams(models: list[acl.Model], results: Results) -> None:
    futures = [model.run_async(image) for image in IMAGES[:2] for model in models]
    answers = await asyncio.gather(*futures, return_exceptions=True)
    raise_only([answer for answer in answers if isinstance(answer, BaseException)])
    results.extend(answer for answer in answers if not isinstance(answer, BaseException))


def bound_memory() -> Results:
    """A model that runs on memory which is bound to it, in calls and in its stream."""
    out = np.empty((1, 10), np.float32)
    results: Results = []
    with (
        acl.Device(0) as device,
        acl.Model.from_bytes(DIGITS_MODEL.read_bytes(), device=device) as model,
        acl.DeviceBuffer(IMAGES[0].nbytes, device) as source,
        model.bind([source], [out]) as bound,
    ):
        source.copy_from(IMAGES[0])
        bound()
        results.append(out.copy())
        source.copy_from(IMAGES[1])
        bound()
        results.append(out.copy())
    return results


def shared_weights() -> Results:
    """Two models on one weight buffer, which came to the second as it comes to another process."""
    size = acl.query_size(MODEL).weight
    results: Results = []
    with (
        acl.Device(0) as device,
        acl.DeviceBuffer(size, device, shareable=True) as weight,
        acl.Model.from_file(MODEL, weight=weight) as model,
        pickle.loads(pickle.dumps(weight)) as imported,
        acl.Model.from_file(MODEL, weight=imported) as other,
    ):
        results.append(model(IMAGES[0]))
        results.append(other(IMAGES[1]))
    return results


def memory_pool() -> Results:
    """Models on memory of a pool: the second one uses that of the first, and some goes back."""
    with acl.Device(0) as device, acl.Pool(1 << 20) as memory:
        results: Results = []
        for image in IMAGES[:2]:
            with acl.Model.from_file(MODEL, device=device, memory=memory) as model:
                results.append(model(image))
        memory.trim(keep=30_000)
        with acl.DeviceBuffer(IMAGES[2].nbytes, device, memory=memory) as buffer:
            buffer.copy_from(IMAGES[2])
            results.append(buffer.copy_to(np.empty_like(IMAGES[2])))
        return results


def pool() -> Results:
    """A pool of two workers that share weights, opened, asked and closed."""
    with acl.ModelPool(MODEL, workers=2) as pool:
        return [future.result() for future in [pool.submit(image) for image in IMAGES[:2]]]


def batcher() -> Results:
    """A batcher on a model with gears, for requests that fill a batch each."""
    # As many timed runs every time: the k-th call is the same one.
    with (
        mock.patch.object(calibration, "SECONDS", 0.0),
        tempfile.TemporaryDirectory() as folder,
    ):
        path = Path(folder) / "gears.om"
        path.write_bytes(GEARS_MODEL)
        with acl.Batcher(path, max_delay=0) as batcher:
            return [batcher.submit(batch).result() for batch in BATCHES]


RGB888 = 3
PICTURES = RANDOM.integers(0, 256, (2, 6, 8, 3), dtype=np.uint8)
AIPP_MODEL = write(Picture((2, 3, 6, 8), PICTURES.nbytes, settings=None))
NORMALISED = (PICTURES.transpose(0, 3, 1, 2) - np.array([[[[10]]], [[[20]]]])) / 2


def dynamic_aipp() -> Results:
    """A model with dynamic AIPP, whose two images have means of their own."""
    with ExitStack() as stack:
        flat.use_device(stack)
        model = flat.load_bytes(stack, AIPP_MODEL)
        inputs, outputs = model.inputs.dataset, model.outputs.dataset
        parameters, code = acl.mdl.get_input_index_by_name(model.desc, PARAMETERS)
        done(code)
        kind, attached, code = acl.mdl.get_aipp_type(model.model_id, 0)
        done(code)
        assert (kind, attached) == (2, parameters)
        _, code = acl.mdl.get_first_aipp_info(model.model_id, 0)
        done(code)
        size, code = acl.mdl.get_aipp_data_size(2)
        done(code)
        assert size == model.inputs.sizes[parameters]
        aipp = flat.made(acl.mdl.create_aipp(2))
        flat.released_by(stack, acl.mdl.destroy_aipp, aipp)
        done(acl.mdl.set_aipp_input_format(aipp, RGB888))
        done(acl.mdl.set_aipp_src_image_size(aipp, 8, 6))
        done(acl.mdl.set_aipp_csc_params(aipp, 0, *[0] * 15))
        done(acl.mdl.set_aipp_rbuv_swap_switch(aipp, 0))
        done(acl.mdl.set_aipp_ax_swap_switch(aipp, 0))
        for i in range(2):
            done(acl.mdl.set_aipp_crop_params(aipp, 0, 0, 0, 0, 0, i))
            done(acl.mdl.set_aipp_padding_params(aipp, 0, 0, 0, 0, 0, i))
            done(acl.mdl.set_aipp_scf_params(aipp, 0, 0, 0, 0, 0, i))
            done(acl.mdl.set_aipp_dtc_pixel_mean(aipp, *[10 * (i + 1)] * 4, i))
            done(acl.mdl.set_aipp_dtc_pixel_min(aipp, 0.0, 0.0, 0.0, 0.0, i))
            done(acl.mdl.set_aipp_pixel_var_reci(aipp, 0.5, 0.5, 0.5, 0.5, i))
        done(acl.mdl.set_input_aipp(model.model_id, inputs, parameters, aipp))
        done(acl.mdl.set_aipp_by_input_index(model.model_id, inputs, 0, aipp))
        device_in, size_in = model.inputs.addresses[0], model.inputs.sizes[0]
        source = flat.address_of(PICTURES)
        done(acl.rt.memcpy(device_in, size_in, source, PICTURES.nbytes, flat.HOST_TO_DEVICE))
        done(acl.mdl.execute(model.model_id, inputs, outputs))
        result = np.zeros(NORMALISED.shape, np.float32)
        device_out, size_out = model.outputs.addresses[0], model.outputs.sizes[0]
        target = flat.address_of(result)
        done(acl.rt.memcpy(target, result.nbytes, device_out, size_out, flat.DEVICE_TO_HOST))
        return [result]


SIDE = 64
NV12 = 1
GRAY, BLACK = 128, 16
CANVAS = np.full(SIDE * SIDE * 3 // 2, BLACK, np.uint8)
for _row in (*range(16, 48), *range(SIDE + 8, SIDE + 24)):  # of luma, and of pairs of chroma
    CANVAS[_row * SIDE + 16 : _row * SIDE + 48] = GRAY


def picture(stack: ExitStack, value: int) -> int:
    """A square of NV12 in memory of its own, all of one value."""
    data, code = acl.media.dvpp_malloc(CANVAS.nbytes)
    done(code)
    flat.released_by(stack, acl.media.dvpp_free, data)
    done(acl.rt.memset(data, CANVAS.nbytes, value, CANVAS.nbytes))
    desc = flat.made(acl.media.dvpp_create_pic_desc())
    flat.released_by(stack, acl.media.dvpp_destroy_pic_desc, desc)
    done(acl.media.dvpp_set_pic_desc_data(desc, data))
    done(acl.media.dvpp_set_pic_desc_size(desc, CANVAS.nbytes))
    done(acl.media.dvpp_set_pic_desc_format(desc, NV12))
    done(acl.media.dvpp_set_pic_desc_width(desc, SIDE))
    done(acl.media.dvpp_set_pic_desc_height(desc, SIDE))
    done(acl.media.dvpp_set_pic_desc_width_stride(desc, SIDE))
    done(acl.media.dvpp_set_pic_desc_height_stride(desc, SIDE))
    return desc


def area(stack: ExitStack, first: int, last: int) -> int:
    """The square of these rows and columns."""
    roi = flat.made(acl.media.dvpp_create_roi_config(first, last, first, last))
    flat.released_by(stack, acl.media.dvpp_destroy_roi_config, roi)
    return roi


def finish(stack: ExitStack, stream: int) -> None:
    """Wait for a stream; if that fails, once more before anything that it uses is released."""
    flat.released_by(stack, acl.rt.synchronize_stream, stream)
    done(acl.rt.synchronize_stream(stream))


def pictures() -> Results:
    """A gray picture is encoded, decoded, scaled, and half of it pasted into a dark one."""
    media = acl.media
    with ExitStack() as stack:
        flat.use_device(stack)
        stream, code = acl.rt.create_stream()
        done(code)
        flat.released_by(stack, acl.rt.destroy_stream, stream)
        channel = flat.made(media.dvpp_create_channel_desc())
        flat.released_by(stack, media.dvpp_destroy_channel_desc, channel)
        done(media.dvpp_set_channel_desc_mode(channel, 7))
        done(media.dvpp_create_channel(channel))
        flat.released_by(stack, media.dvpp_destroy_channel, channel)
        config = flat.made(media.dvpp_create_jpege_config())
        flat.released_by(stack, media.dvpp_destroy_jpege_config, config)
        done(media.dvpp_set_jpege_config_level(config, 100))

        drawn, decoded, scaled = (picture(stack, value) for value in (GRAY, 0, 0))
        room, code = media.dvpp_jpeg_predict_enc_size(drawn, config)
        done(code)
        encoded, code = media.dvpp_malloc(room)
        done(code)
        flat.released_by(stack, media.dvpp_free, encoded)
        size = np.array([room], np.uint32)
        where = flat.address_of(size)
        done(media.dvpp_jpeg_encode_async(channel, drawn, encoded, where, config, stream))
        finish(stack, stream)
        length = int(size[0])

        _, _, _, code = media.dvpp_jpeg_get_image_info(encoded, length)
        done(code)
        _, code = media.dvpp_jpeg_predict_dec_size(encoded, length, NV12)
        done(code)
        done(media.dvpp_jpeg_decode_async(channel, encoded, length, decoded, stream))
        finish(stack, stream)
        resize = flat.made(media.dvpp_create_resize_config())
        flat.released_by(stack, media.dvpp_destroy_resize_config, resize)
        done(media.dvpp_set_resize_config_interpolation(resize, 1))
        done(media.dvpp_vpc_resize_async(channel, decoded, scaled, resize, stream))
        canvas = picture(stack, BLACK)
        half, middle = area(stack, 0, 31), area(stack, 16, 47)
        done(media.dvpp_vpc_crop_and_paste_async(channel, scaled, canvas, half, middle, stream))
        finish(stack, stream)
        result = np.zeros_like(CANVAS)
        data = flat.made(media.dvpp_get_pic_desc_data(canvas))
        target = flat.address_of(result)
        done(acl.rt.memcpy(target, result.nbytes, data, result.nbytes, flat.DEVICE_TO_HOST))
        return [result]


class Scenario(NamedTuple):
    """A program, and what numpy computes in its place."""

    run: Callable[[], Results]
    expected: Results


SCENARIOS = {
    "user_managed_memory": Scenario(user_managed_memory, PROBABILITIES[:2]),
    "two_threads": Scenario(two_threads, PROBABILITIES[:2]),
    "streams_on_one_workspace": Scenario(
        streams_on_one_workspace,
        [PROBABILITIES[i] for i in (0, 0, 0, 1, 1, 1)],
    ),
    "bound_memory": Scenario(bound_memory, PROBABILITIES[:2]),
    "memory_pool": Scenario(memory_pool, [*PROBABILITIES[:2], IMAGES[2]]),
    "callbacks": Scenario(callbacks, PROBABILITIES),
    "dynamic_batch": Scenario(
        dynamic_batch, [np.maximum(x @ WEIGHTS + OFFSETS, 0) for x in BATCHES]
    ),
    "model_with_gears": Scenario(model_with_gears, RELU_OF_BATCHES),
    "dynamic_aipp": Scenario(dynamic_aipp, [NORMALISED]),
    "dynamic_shapes": Scenario(dynamic_shapes, [2 * rows for rows in ROWS]),
    "pictures": Scenario(pictures, [CANVAS]),
    "flat_client": Scenario(flat_client, PROBABILITIES[:2]),
    "shared_weights": Scenario(shared_weights, PROBABILITIES[:2]),
    "pool": Scenario(pool, PROBABILITIES[:2]),
    "batcher": Scenario(batcher, RELU_OF_BATCHES),
}
