# SPDX-License-Identifier: Apache-2.0
"""The model comes from bytes (decrypted, downloaded): loaded by address, results read as bytes."""

from pathlib import Path

import numpy as np

import acl


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


def infer(model_id, images):
    desc = acl.mdl.create_desc()
    check(acl.mdl.get_desc(desc, model_id))
    size_in = acl.mdl.get_input_size_by_index(desc, 0)
    size_out = acl.mdl.get_output_size_by_index(desc, 0)
    ptr_in, ret = acl.rt.malloc(size_in, 0)
    check(ret)
    ptr_out, ret = acl.rt.malloc(size_out, 0)
    check(ret)
    datasets = []
    for ptr, size in ((ptr_in, size_in), (ptr_out, size_out)):
        dataset = acl.mdl.create_dataset()
        _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(ptr, size))
        check(ret)
        datasets.append(dataset)
    host_ptr, ret = acl.rt.malloc_host(size_out)
    check(ret)

    results = []
    for image in images:
        data = image.tobytes()
        check(acl.rt.memcpy(ptr_in, size_in, acl.util.bytes_to_ptr(data), len(data), 1))
        check(acl.mdl.execute(model_id, *datasets))
        check(acl.rt.memcpy(host_ptr, size_out, ptr_out, size_out, 2))
        results.append(np.frombuffer(acl.util.ptr_to_bytes(host_ptr, size_out), np.float32))

    check(acl.rt.free_host(host_ptr))
    for dataset in datasets:
        for index in range(acl.mdl.get_dataset_num_buffers(dataset)):
            check(acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, index)))
        check(acl.mdl.destroy_dataset(dataset))
    check(acl.rt.free(ptr_in))
    check(acl.rt.free(ptr_out))
    check(acl.mdl.destroy_desc(desc))
    return results


def main(model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    model = Path(model_path).read_bytes()
    model_ptr = acl.util.bytes_to_ptr(model)
    half = len(images) // 2

    model_id, ret = acl.mdl.load_from_mem(model_ptr, len(model))
    check(ret)
    results = infer(model_id, images[:half])
    check(acl.mdl.unload(model_id))

    work_size, weight_size, ret = acl.mdl.query_size_from_mem(model_ptr, len(model))
    check(ret)
    work_ptr, ret = acl.rt.malloc(work_size, 0)
    check(ret)
    weight_ptr, ret = acl.rt.malloc(weight_size, 0)
    check(ret)
    model_id, ret = acl.mdl.load_from_mem_with_mem(
        model_ptr, len(model), work_ptr, work_size, weight_ptr, weight_size
    )
    check(ret)
    del model
    results += infer(model_id, images[half:])
    check(acl.mdl.unload(model_id))
    check(acl.rt.free(work_ptr))
    check(acl.rt.free(weight_ptr))

    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return np.stack(results)
