# SPDX-License-Identifier: Apache-2.0
"""Asynchronous inference: several requests in a stream, results taken by callbacks in a thread."""

import numpy as np

import acl

IN_FLIGHT = 4
REPORT_TIMEOUT_MS = 50


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


class Request:
    """The memory of one request: pinned on the host, plain on the device."""

    def __init__(self, desc):
        self.device, self.host, self.datasets = [], [], []
        for size in (
            acl.mdl.get_input_size_by_index(desc, 0),
            acl.mdl.get_output_size_by_index(desc, 0),
        ):
            device_ptr, ret = acl.rt.malloc(size, 0)
            check(ret)
            host_ptr, ret = acl.rt.malloc_host(size)
            check(ret)
            dataset = acl.mdl.create_dataset()
            _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(device_ptr, size))
            check(ret)
            self.device.append((device_ptr, size))
            self.host.append(host_ptr)
            self.datasets.append(dataset)

    def launch(self, model_id, image, stream):
        (device_in, size_in), (device_out, size_out) = self.device
        host_in, host_out = self.host
        address = acl.util.numpy_to_ptr(image)
        check(acl.rt.memcpy(host_in, size_in, address, image.nbytes, 0))
        check(acl.rt.memcpy_async(device_in, size_in, host_in, size_in, 1, stream))
        check(acl.mdl.execute_async(model_id, *self.datasets, stream))
        check(acl.rt.memcpy_async(host_out, size_out, device_out, size_out, 2, stream))

    def result(self):
        return np.frombuffer(acl.util.ptr_to_bytes(self.host[1], self.device[1][1]), np.float32)

    def release(self):
        for dataset, host_ptr, (device_ptr, _) in zip(
            self.datasets, self.host, self.device, strict=True
        ):
            check(acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, 0)))
            check(acl.mdl.destroy_dataset(dataset))
            check(acl.rt.free_host(host_ptr))
            check(acl.rt.free(device_ptr))


class Inference:
    def __init__(self, model_path):
        check(acl.init())
        check(acl.rt.set_device(0))
        self.context, ret = acl.rt.create_context(0)
        check(ret)
        self.stream, ret = acl.rt.create_stream()
        check(ret)
        self.model_id, ret = acl.mdl.load_from_file(model_path)
        check(ret)
        self.desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.desc, self.model_id))
        self.exit_flag = False
        self.results = {}

    def report_loop(self, args_list):
        timeout_ms, context = args_list
        check(acl.rt.set_context(context))
        while not self.exit_flag:
            acl.rt.process_report(timeout_ms)

    def on_result(self, user_data):
        index, request = user_data
        self.results[index] = request.result()

    def run(self, images):
        thread_id, ret = acl.util.start_thread(self.report_loop, [REPORT_TIMEOUT_MS, self.context])
        check(ret)
        check(acl.rt.subscribe_report(thread_id, self.stream))
        requests = [Request(self.desc) for _ in range(IN_FLIGHT)]
        for start in range(0, len(images), IN_FLIGHT):
            for index, request in zip(range(start, len(images)), requests, strict=False):
                request.launch(self.model_id, images[index], self.stream)
                ret = acl.rt.launch_callback(self.on_result, (index, request), 1, self.stream)
                check(ret)
            check(acl.rt.synchronize_stream(self.stream))
        check(acl.rt.unsubscribe_report(thread_id, self.stream))
        self.exit_flag = True
        check(acl.util.stop_thread(thread_id))
        for request in requests:
            request.release()

    def release(self):
        check(acl.mdl.destroy_desc(self.desc))
        check(acl.mdl.unload(self.model_id))
        check(acl.rt.destroy_stream(self.stream))
        check(acl.rt.destroy_context(self.context))
        check(acl.rt.reset_device(0))
        check(acl.finalize())


def main(model_path, images):
    inference = Inference(model_path)
    inference.run(images)
    inference.release()
    return np.stack([inference.results[index] for index in range(len(images))])
