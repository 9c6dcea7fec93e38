# SPDX-License-Identifier: Apache-2.0
"""Dynamic batch: as many images at a time as a batch size of the model takes."""

import numpy as np

import acl

SUCCESS = 0
MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
FLOAT_BYTES = 4


def check(ret, what):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed, ret={ret}")


class DynamicBatchModel:
    def __init__(self, model_path):
        self.model_id, ret = acl.mdl.load_from_file(model_path)
        check(ret, "acl.mdl.load_from_file")
        self.desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.desc, self.model_id), "acl.mdl.get_desc")
        batches, ret = acl.mdl.get_dynamic_batch(self.desc)
        check(ret, "acl.mdl.get_dynamic_batch")
        self.batches = sorted(batches["batch"][: batches["batchCount"]], reverse=True)
        self.dynamic_index, ret = acl.mdl.get_input_index_by_name(
            self.desc, "ascend_mbatch_shape_data"
        )
        check(ret, "acl.mdl.get_input_index_by_name")
        # Sizes are those of the largest batch, so the buffers serve all of them.
        self.input_dataset, self.input_buffers = self._create_dataset(
            acl.mdl.get_num_inputs(self.desc), acl.mdl.get_input_size_by_index
        )
        self.output_dataset, self.output_buffers = self._create_dataset(
            acl.mdl.get_num_outputs(self.desc), acl.mdl.get_output_size_by_index
        )

    def _create_dataset(self, count, get_size):
        dataset = acl.mdl.create_dataset()
        buffers = []
        for i in range(count):
            size = get_size(self.desc, i)
            ptr, ret = acl.rt.malloc(size, MALLOC_HUGE_FIRST)
            check(ret, "acl.rt.malloc")
            data = acl.create_data_buffer(ptr, size)
            _, ret = acl.mdl.add_dataset_buffer(dataset, data)
            check(ret, "acl.mdl.add_dataset_buffer")
            buffers.append((ptr, size, data))
        return dataset, buffers

    def pick_batch(self, remaining):
        for batch in self.batches:
            if batch <= remaining:
                return batch
        return self.batches[-1]

    def infer(self, batch_images):
        batch = len(batch_images)
        ret = acl.mdl.set_dynamic_batch_size(
            self.model_id, self.input_dataset, self.dynamic_index, batch
        )
        check(ret, "acl.mdl.set_dynamic_batch_size")
        ptr, size, _ = self.input_buffers[0]
        payload = np.ascontiguousarray(batch_images).tobytes()
        ret = acl.rt.memcpy(ptr, size, acl.util.bytes_to_ptr(payload), len(payload), HOST_TO_DEVICE)
        check(ret, "acl.rt.memcpy")
        ret = acl.mdl.execute(self.model_id, self.input_dataset, self.output_dataset)
        check(ret, "acl.mdl.execute")
        dims, ret = acl.mdl.get_cur_output_dims(self.desc, 0)
        check(ret, "acl.mdl.get_cur_output_dims")
        shape = dims["dims"]
        nbytes = int(np.prod(shape)) * FLOAT_BYTES
        result = bytearray(nbytes)
        view = np.frombuffer(result, dtype=np.float32)
        ret = acl.rt.memcpy(
            acl.util.numpy_to_ptr(view), nbytes, self.output_buffers[0][0], nbytes, DEVICE_TO_HOST
        )
        check(ret, "acl.rt.memcpy")
        return view.reshape(shape)

    def destroy(self):
        for dataset, buffers in (
            (self.input_dataset, self.input_buffers),
            (self.output_dataset, self.output_buffers),
        ):
            for ptr, _, data in buffers:
                check(acl.destroy_data_buffer(data), "acl.destroy_data_buffer")
                check(acl.rt.free(ptr), "acl.rt.free")
            check(acl.mdl.destroy_dataset(dataset), "acl.mdl.destroy_dataset")
        check(acl.mdl.destroy_desc(self.desc), "acl.mdl.destroy_desc")
        check(acl.mdl.unload(self.model_id), "acl.mdl.unload")


def main(model_path, images):
    check(acl.init(), "acl.init")
    check(acl.rt.set_device(0), "acl.rt.set_device")
    model = DynamicBatchModel(model_path)
    images = np.concatenate(list(images))
    results = []
    done = 0
    while done < len(images):
        batch = model.pick_batch(len(images) - done)
        results.append(model.infer(images[done : done + batch][:, None]))
        done += batch
    model.destroy()
    check(acl.rt.reset_device(0), "acl.rt.reset_device")
    check(acl.finalize(), "acl.finalize")
    return np.concatenate(results)
