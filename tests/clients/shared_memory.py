# SPDX-License-Identifier: Apache-2.0
"""Two loads of one model share weights and, a lock keeping them apart, their work memory."""

import threading

import numpy as np

import acl

LOADS = 2


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


def allocate(size):
    ptr, ret = acl.rt.malloc(size, 0)
    check(ret)
    return ptr


class Load:
    def __init__(self, model_path, work, weight):
        self.model_id, ret = acl.mdl.load_from_file_with_mem(model_path, *work, *weight)
        check(ret)
        desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(desc, self.model_id))
        self.sizes = [
            acl.mdl.get_input_size_by_index(desc, 0),
            acl.mdl.get_output_size_by_index(desc, 0),
        ]
        check(acl.mdl.destroy_desc(desc))
        self.ptrs = [allocate(size) for size in self.sizes]
        self.buffers = [
            acl.create_data_buffer(*each) for each in zip(self.ptrs, self.sizes, strict=True)
        ]
        self.datasets = [acl.mdl.create_dataset() for _ in self.buffers]
        for dataset, buffer in zip(self.datasets, self.buffers, strict=True):
            _, ret = acl.mdl.add_dataset_buffer(dataset, buffer)
            check(ret)

    def infer(self, image, work_lock):
        size_in, size_out = self.sizes
        ptr_in, ptr_out = self.ptrs
        result = np.zeros(size_out // 4, np.float32)
        check(acl.rt.memcpy(ptr_in, size_in, acl.util.numpy_to_ptr(image), image.nbytes, 1))
        with work_lock:
            check(acl.mdl.execute(self.model_id, *self.datasets))
        check(acl.rt.memcpy(acl.util.numpy_to_ptr(result), size_out, ptr_out, size_out, 2))
        return result

    def release(self):
        for dataset, buffer, ptr in zip(self.datasets, self.buffers, self.ptrs, strict=True):
            check(acl.mdl.destroy_dataset(dataset))
            check(acl.destroy_data_buffer(buffer))
            check(acl.rt.free(ptr))
        check(acl.mdl.unload(self.model_id))


def main(model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    context, ret = acl.rt.get_context()
    check(ret)
    work_size, weight_size, ret = acl.mdl.query_size(model_path)
    check(ret)
    work = (allocate(work_size), work_size)
    weight = (allocate(weight_size), weight_size)
    loads = [Load(model_path, work, weight) for _ in range(LOADS)]
    work_lock = threading.Lock()
    results = {}

    def serve(first):
        check(acl.rt.set_context(context))
        for index in range(first, len(images), LOADS):
            results[index] = loads[first].infer(images[index], work_lock)

    threads = [threading.Thread(target=serve, args=(first,)) for first in range(LOADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for load in loads:
        load.release()
    check(acl.rt.free(work[0]))
    check(acl.rt.free(weight[0]))
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return np.stack([results[index] for index in range(len(images))])
