# SPDX-License-Identifier: Apache-2.0
"""A load described by a config handle, with work and weight memory of the program's own."""

import numpy as np

import acl

PRIORITY_INT32 = 0
LOAD_TYPE_SIZET = 1
PATH_PTR = 2
WEIGHT_ADDR_PTR = 5
WEIGHT_SIZET = 6
WORKSPACE_ADDR_PTR = 7
WORKSPACE_SIZET = 8
LOAD_FROM_FILE_WITH_MEM = 2


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


def allocate(size):
    ptr, ret = acl.rt.malloc(size, 0)
    check(ret)
    return ptr


def load(model_path, work, weight):
    handle = acl.mdl.create_config_handle()
    options = {
        LOAD_TYPE_SIZET: LOAD_FROM_FILE_WITH_MEM,
        PATH_PTR: model_path,
        WORKSPACE_ADDR_PTR: work[0],
        WORKSPACE_SIZET: work[1],
        WEIGHT_ADDR_PTR: weight[0],
        WEIGHT_SIZET: weight[1],
        PRIORITY_INT32: 0,
    }
    for attr, value in options.items():
        check(acl.mdl.set_config_opt(handle, attr, value))
    model_id, ret = acl.mdl.load_with_config(handle)
    check(ret)
    check(acl.mdl.destroy_config_handle(handle))
    return model_id


def main(model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    work_size, weight_size, ret = acl.mdl.query_size(model_path)
    check(ret)
    work = (allocate(work_size), work_size)
    weight = (allocate(weight_size), weight_size)
    model_id = load(model_path, work, weight)
    desc = acl.mdl.create_desc()
    check(acl.mdl.get_desc(desc, model_id))

    size_in = acl.mdl.get_input_size_by_index(desc, 0)
    size_out = acl.mdl.get_output_size_by_index(desc, 0)
    ptr_in, ptr_out = allocate(size_in), allocate(size_out)
    buffer_in = acl.create_data_buffer(ptr_in, size_in)
    buffer_out = acl.create_data_buffer(ptr_out, size_out)
    inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
    _, ret = acl.mdl.add_dataset_buffer(inputs, buffer_in)
    check(ret)
    _, ret = acl.mdl.add_dataset_buffer(outputs, buffer_out)
    check(ret)

    results = np.zeros((len(images), size_out // 4), np.float32)
    for image, result in zip(images, results, strict=True):
        check(acl.rt.memcpy(ptr_in, size_in, acl.util.numpy_to_ptr(image), image.nbytes, 1))
        check(acl.mdl.execute(model_id, inputs, outputs))
        check(acl.rt.memcpy(acl.util.numpy_to_ptr(result), size_out, ptr_out, size_out, 2))

    for dataset, buffer in ((inputs, buffer_in), (outputs, buffer_out)):
        check(acl.mdl.destroy_dataset(dataset))
        check(acl.destroy_data_buffer(buffer))
    check(acl.mdl.destroy_desc(desc))
    check(acl.mdl.unload(model_id))
    for ptr in (ptr_in, ptr_out, work[0], weight[0]):
        check(acl.rt.free(ptr))
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return results
