# SPDX-License-Identifier: Apache-2.0
"""Profiling: a thread reads from a pipe how long the model's operators took."""

import os
import threading

import numpy as np

import acl

MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
AICORE_NONE = 255
RECORDS_PER_READ = 10


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


class OpStatistics:
    """Reads the subscribed records until the pipe is closed."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        self.durations = {}
        self.model_ids = set()
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        desc_size, ret = acl.prof.get_op_desc_size()
        check(ret)
        while True:
            data = os.read(self.read_end, desc_size * RECORDS_PER_READ)
            if not data:
                return
            self.parse(data)

    def parse(self, data):
        op_info = acl.util.bytes_to_ptr(data)
        op_num, ret = acl.prof.get_op_num(op_info, len(data))
        check(ret)
        for index in range(op_num):
            name_len, ret = acl.prof.get_op_name_len(op_info, len(data), index)
            check(ret)
            name, ret = acl.prof.get_op_name(op_info, len(data), index, name_len)
            check(ret)
            type_len, ret = acl.prof.get_op_type_len(op_info, len(data), index)
            check(ret)
            op_type, ret = acl.prof.get_op_type(op_info, len(data), index, type_len)
            check(ret)
            start = acl.prof.get_op_start(op_info, len(data), index)
            end = acl.prof.get_op_end(op_info, len(data), index)
            duration = acl.prof.get_op_duration(op_info, len(data), index)
            assert end - start == duration
            self.durations.setdefault((op_type, name), []).append(duration)
            self.model_ids.add(acl.prof.get_model_id(op_info, len(data), index))

    def close(self):
        os.close(self.write_end)
        self.thread.join()
        os.close(self.read_end)


def make_dataset(size):
    address, ret = acl.rt.malloc(size, MALLOC_HUGE_FIRST)
    check(ret)
    buffer = acl.create_data_buffer(address, size)
    dataset = acl.mdl.create_dataset()
    _, ret = acl.mdl.add_dataset_buffer(dataset, buffer)
    check(ret)
    return dataset, buffer, address


def release_dataset(dataset, buffer, address):
    check(acl.destroy_data_buffer(buffer))
    check(acl.mdl.destroy_dataset(dataset))
    check(acl.rt.free(address))


def main(model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    model_id, ret = acl.mdl.load_from_file(model_path)
    check(ret)
    desc = acl.mdl.create_desc()
    check(acl.mdl.get_desc(desc, model_id))
    input_size = acl.mdl.get_input_size_by_index(desc, 0)
    output_size = acl.mdl.get_output_size_by_index(desc, 0)
    inputs = make_dataset(input_size)
    outputs = make_dataset(output_size)

    statistics = OpStatistics()
    config = acl.prof.create_subscribe_config(1, AICORE_NONE, statistics.write_end)
    assert config != 0
    check(acl.prof.model_subscribe(model_id, config))
    results = []
    for image in images:
        data = np.ascontiguousarray(image).tobytes()
        address = acl.util.bytes_to_ptr(data)
        check(acl.rt.memcpy(inputs[2], input_size, address, len(data), HOST_TO_DEVICE))
        check(acl.mdl.execute(model_id, inputs[0], outputs[0]))
        result = bytes(output_size)
        address = acl.util.bytes_to_ptr(result)
        check(acl.rt.memcpy(address, output_size, outputs[2], output_size, DEVICE_TO_HOST))
        results.append(np.frombuffer(result, np.float32))
    check(acl.prof.model_unsubscribe(model_id))
    check(acl.prof.destroy_subscribe_config(config))
    statistics.close()
    assert statistics.model_ids == {model_id}
    assert len(statistics.durations) > 1
    for (op_type, name), durations in statistics.durations.items():
        assert op_type
        assert name
        assert len(durations) == len(images)
        assert min(durations) >= 0

    release_dataset(*inputs)
    release_dataset(*outputs)
    check(acl.mdl.destroy_desc(desc))
    check(acl.mdl.unload(model_id))
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return np.stack(results)
