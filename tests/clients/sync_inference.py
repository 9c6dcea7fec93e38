# SPDX-License-Identifier: Apache-2.0
"""Synchronous inference: datasets and their buffers are kept in lists of dicts."""

import numpy as np

import acl

SUCCESS = 0
MALLOC_NORMAL_ONLY = 2
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
NPY_FLOAT = 11


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


class Net:
    def __init__(self, model_path, device_id=0):
        self.device_id = device_id
        check("acl.init", acl.init())
        check("acl.rt.set_device", acl.rt.set_device(self.device_id))
        self.context, ret = acl.rt.create_context(self.device_id)
        check("acl.rt.create_context", ret)
        self.model_id, ret = acl.mdl.load_from_file(model_path)
        check("acl.mdl.load_from_file", ret)
        self.model_desc = acl.mdl.create_desc()
        check("acl.mdl.get_desc", acl.mdl.get_desc(self.model_desc, self.model_id))
        self.inputs = self.make_dataset(
            acl.mdl.get_num_inputs(self.model_desc), acl.mdl.get_input_size_by_index
        )
        self.outputs = self.make_dataset(
            acl.mdl.get_num_outputs(self.model_desc), acl.mdl.get_output_size_by_index
        )

    def make_dataset(self, count, size_of):
        dataset = {"handle": acl.mdl.create_dataset(), "buffers": []}
        for index in range(count):
            size = size_of(self.model_desc, index)
            device_ptr, ret = acl.rt.malloc(size, MALLOC_NORMAL_ONLY)
            check("acl.rt.malloc", ret)
            item = {"ptr": device_ptr, "size": size}
            item["buffer"] = acl.create_data_buffer(device_ptr, size)
            _, ret = acl.mdl.add_dataset_buffer(dataset["handle"], item["buffer"])
            check("acl.mdl.add_dataset_buffer", ret)
            dataset["buffers"].append(item)
        return dataset

    def release_dataset(self, dataset):
        for item in dataset["buffers"]:
            check("acl.destroy_data_buffer", acl.destroy_data_buffer(item["buffer"]))
            check("acl.rt.free", acl.rt.free(item["ptr"]))
        check("acl.mdl.destroy_dataset", acl.mdl.destroy_dataset(dataset["handle"]))

    def forward(self, arrays):
        for item, array in zip(self.inputs["buffers"], arrays, strict=True):
            address = acl.util.numpy_to_ptr(array)
            ret = acl.rt.memcpy(item["ptr"], item["size"], address, array.nbytes, HOST_TO_DEVICE)
            check("acl.rt.memcpy", ret)
        ret = acl.mdl.execute(self.model_id, self.inputs["handle"], self.outputs["handle"])
        check("acl.mdl.execute", ret)
        return [self.fetch(index) for index in range(len(self.outputs["buffers"]))]

    def fetch(self, index):
        item = self.outputs["buffers"][index]
        dims, ret = acl.mdl.get_cur_output_dims(self.model_desc, index)
        check("acl.mdl.get_cur_output_dims", ret)
        host_ptr, ret = acl.rt.malloc_host(item["size"])
        check("acl.rt.malloc_host", ret)
        ret = acl.rt.memcpy(host_ptr, item["size"], item["ptr"], item["size"], DEVICE_TO_HOST)
        check("acl.rt.memcpy", ret)
        result = acl.util.ptr_to_numpy(host_ptr, tuple(dims["dims"]), NPY_FLOAT).copy()
        check("acl.rt.free_host", acl.rt.free_host(host_ptr))
        return result

    def release(self):
        self.release_dataset(self.inputs)
        self.release_dataset(self.outputs)
        check("acl.mdl.destroy_desc", acl.mdl.destroy_desc(self.model_desc))
        check("acl.mdl.unload", acl.mdl.unload(self.model_id))
        check("acl.rt.destroy_context", acl.rt.destroy_context(self.context))
        check("acl.rt.reset_device", acl.rt.reset_device(self.device_id))
        check("acl.finalize", acl.finalize())


def main(model_path, images):
    net = Net(model_path)
    results = [net.forward([image])[0] for image in images]
    net.release()
    return np.concatenate(results)
