# SPDX-License-Identifier: Apache-2.0
"""Worker threads that share one context; each has a load of its own and takes work from a queue."""

import queue
import threading

import numpy as np

import acl

WORKERS = 3


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


class Worker(threading.Thread):
    def __init__(self, context, model_path, todo, done):
        super().__init__()
        self.context, self.model_path = context, model_path
        self.todo, self.done = todo, done

    def run(self):
        check(acl.rt.set_context(self.context))
        model_id, ret = acl.mdl.load_from_file(self.model_path)
        check(ret)
        desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(desc, model_id))
        size_in = acl.mdl.get_input_size_by_index(desc, 0)
        size_out = acl.mdl.get_output_size_by_index(desc, 0)
        ptr_in, ret = acl.rt.malloc(size_in, 0)
        check(ret)
        ptr_out, ret = acl.rt.malloc(size_out, 0)
        check(ret)
        buffer_in = acl.create_data_buffer(ptr_in, size_in)
        buffer_out = acl.create_data_buffer(ptr_out, size_out)
        dataset_in, dataset_out = acl.mdl.create_dataset(), acl.mdl.create_dataset()
        dataset_in, ret = acl.mdl.add_dataset_buffer(dataset_in, buffer_in)
        check(ret)
        dataset_out, ret = acl.mdl.add_dataset_buffer(dataset_out, buffer_out)
        check(ret)

        while True:
            item = self.todo.get()
            if item is None:
                break
            index, image = item
            check(acl.rt.memcpy(ptr_in, size_in, acl.util.numpy_to_ptr(image), image.nbytes, 1))
            check(acl.mdl.execute(model_id, dataset_in, dataset_out))
            result = np.zeros(size_out // 4, np.float32)
            check(acl.rt.memcpy(acl.util.numpy_to_ptr(result), size_out, ptr_out, size_out, 2))
            self.done[index] = result

        check(acl.mdl.destroy_dataset(dataset_in))
        check(acl.mdl.destroy_dataset(dataset_out))
        check(acl.destroy_data_buffer(buffer_in))
        check(acl.destroy_data_buffer(buffer_out))
        check(acl.rt.free(ptr_in))
        check(acl.rt.free(ptr_out))
        check(acl.mdl.destroy_desc(desc))
        check(acl.mdl.unload(model_id))


def main(model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    context, ret = acl.rt.create_context(0)
    check(ret)
    todo, done = queue.Queue(), {}
    workers = [Worker(context, model_path, todo, done) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for item in enumerate(images):
        todo.put(item)
    for _ in workers:
        todo.put(None)
    for worker in workers:
        worker.join()
    check(acl.rt.destroy_context(context))
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return np.stack([done[index] for index in range(len(images))])
