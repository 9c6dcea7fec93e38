// A file, its models, their partitions, kernels and descriptors.
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <cerrno>
#include <system_error>

#include "bindings/om/objects.h"
#include "bindings/plain_type.h"
#include "bindings/python_call.h"
#include "om/constants.h"

namespace ascendcl::om_objects {

namespace {

const char *kind_name(om::GearKind kind) {
    switch (kind) {
        case om::GearKind::kBatch:
            return "batch";
        case om::GearKind::kImage:
            return "image";
        case om::GearKind::kDims:
            return "dims";
        default:
            return "none";
    }
}

// The address of a part of a model, which its lazily decoded parts do not move.
Model &model_of(const std::shared_ptr<Model> &self) { return *self; }

py::object constant(const std::shared_ptr<Model> &self, const om::Node &node) {
    const auto tensor = node.attrs.tensor("value");
    if (!tensor) throw py::value_error(std::string(node.name) + " is not a constant");
    const om::Bytes weights = self->partitions().find(om::PartitionType::kWeights);
    return view(self, om::constant_bytes(*tensor, weights));
}

void register_partitions(py::module_ &module) {
    using om::Partition;
    py::class_<Partition, std::shared_ptr<Partition>>(module, "Partition", bindings::plain_type())
        .def_readonly("type", &Partition::type)
        .def_property_readonly("size", [](const Partition &self) { return self.bytes.size; })
        .def_property_readonly("bytes", [](const std::shared_ptr<Partition> &self) {
            return view(self, self->bytes);
        });
}

void register_kernels(py::module_ &module) {
    using om::ConvGeometry;
    using om::KernelStore;
    py::class_<ConvGeometry>(module, "ConvGeometry", bindings::plain_type())
        .def_property_readonly(
            "strides",
            [](const ConvGeometry &self) { return py::make_tuple(self.stride_h, self.stride_w); })
        .def_property_readonly("dilations",
                               [](const ConvGeometry &self) {
                                   return py::make_tuple(self.dilation_h, self.dilation_w);
                               })
        .def_readonly("pad_top", &ConvGeometry::pad_top)
        .def_readonly("pad_bottom", &ConvGeometry::pad_bottom)
        .def_readonly("pad_left", &ConvGeometry::pad_left)
        .def_readonly("pad_right", &ConvGeometry::pad_right)
        .def_readonly("input_h", &ConvGeometry::input_h)
        .def_readonly("input_w", &ConvGeometry::input_w);
    py::class_<KernelStore, std::shared_ptr<KernelStore>>(module, "KernelStore",
                                                          bindings::plain_type())
        .def("__len__", &KernelStore::size)
        .def_property_readonly("names",
                               [](const KernelStore &self) {
                                   py::list names;
                                   for (const auto &kernel : self.all()) {
                                       names.append(text(kernel.first));
                                   }
                                   return names;
                               })
        .def(
            "__getitem__",
            [](const std::shared_ptr<KernelStore> &self, const std::string &name) {
                for (const auto &[stored, image] : self->all()) {
                    if (stored == name) return view(self, image);
                }
                throw py::key_error(name);
            },
            py::arg("name"))
        .def(
            "find",
            [](const std::shared_ptr<KernelStore> &self, const om::Node &node) -> py::object {
                const om::Bytes image = self->find(node);
                if (image.empty()) return py::none();
                return view(self, image);
            },
            py::arg("node"))
        .def(
            "geometry",
            [](const KernelStore &self, const om::Node &node, std::pair<int64_t, int64_t> window) {
                return om::decode_conv_geometry(self.find(node), window.first, window.second);
            },
            py::arg("node"), py::arg("window"));
}

void register_descriptors(py::module_ &module) {
    using om::Descriptors;
    using om::IoDescriptor;
    py::class_<IoDescriptor, std::shared_ptr<IoDescriptor>>(module, "IoDescriptor",
                                                            bindings::plain_type())
        .def_property_readonly("name", [](const IoDescriptor &self) { return text(self.name); })
        .def_property_readonly("dtype",
                               [](const IoDescriptor &self) { return om::name(self.dtype); })
        .def_property_readonly("format",
                               [](const IoDescriptor &self) { return om::name(self.format); })
        .def_readonly("size", &IoDescriptor::size)
        .def_readonly("dims", &IoDescriptor::dims)
        .def_readonly("dims_v2", &IoDescriptor::dims_v2)
        .def_readonly("ranges", &IoDescriptor::ranges);
    py::class_<Descriptors, std::shared_ptr<Descriptors>>(module, "Descriptors",
                                                          bindings::plain_type())
        .def_property_readonly(
            "inputs",
            [](const std::shared_ptr<Descriptors> &self) { return parts(self, self->inputs); })
        .def_property_readonly(
            "outputs",
            [](const std::shared_ptr<Descriptors> &self) { return parts(self, self->outputs); })
        .def_property_readonly("gear_kind",
                               [](const Descriptors &self) { return kind_name(self.gear_kind); })
        .def_readonly("gears", &Descriptors::gears)
        .def_readonly("gear_output_dims", &Descriptors::gear_output_dims)
        .def_property_readonly("user_input_order", [](const Descriptors &self) {
            py::list names;
            for (const std::string &name : self.user_input_order) names.append(text(name));
            return names;
        });
}

void register_models(py::module_ &module) {
    py::class_<Model, std::shared_ptr<Model>>(module, "Model", bindings::plain_type())
        .def_property_readonly("partitions",
                               [](const std::shared_ptr<Model> &self) {
                                   return parts(self, self->partitions().partitions);
                               })
        .def_property_readonly("definition",
                               [](const std::shared_ptr<Model> &self) {
                                   return part(self, model_of(self).definition());
                               })
        .def_property_readonly(
            "kernels",
            [](const std::shared_ptr<Model> &self) { return part(self, model_of(self).kernels()); })
        .def_property_readonly("descriptors",
                               [](const std::shared_ptr<Model> &self) {
                                   return part(self, model_of(self).descriptors());
                               })
        .def("constant", &constant, py::arg("node"));
}

}  // namespace

const om::ModelDef &Model::definition() {
    if (!definition_) {
        definition_ = om::ModelDef::parse(partitions_->find(om::PartitionType::kModelDef));
    }
    return *definition_;
}

const om::KernelStore &Model::kernels() {
    if (!kernels_) {
        kernels_ = om::KernelStore::parse(partitions_->find(om::PartitionType::kKernels));
    }
    return *kernels_;
}

const om::Descriptors &Model::descriptors() {
    if (!descriptors_) {
        descriptors_ = om::describe(*partitions_, definition(), is_old_inout_type_);
    }
    return *descriptors_;
}

void File::parse(om::Bytes bytes) {
    constexpr uint8_t kFlowModel = 3;  // there, type 6 is something else
    bytes_ = bytes;
    container_ = om::Container::parse(bytes);
    models_.reserve(container_.models().size());
    for (const om::ModelPartitions &model : container_.models()) {
        models_.emplace_back(model, container_.header().model_type != kFlowModel);
    }
}

std::shared_ptr<File> File::open(const std::string &path) {
    auto file = std::make_shared<File>();
    try {
        file->content_.emplace(path);
    } catch (const std::system_error &error) {
        errno = error.code().value();
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, path.c_str());
        throw py::error_already_set();
    }
    file->parse(file->content_->bytes());
    return file;
}

std::shared_ptr<File> File::from_bytes(py::handle object) {
    auto file = std::make_shared<File>();
    const objects::HostMemory &memory = file->python_.emplace(
        object, objects::HostMemory::Access::kRead, "om.File.from_bytes: data");
    file->parse({static_cast<const uint8_t *>(memory.data()), memory.size()});
    return file;
}

void register_file(py::module_ &module) {
    register_partitions(module);
    register_kernels(module);
    register_descriptors(module);
    register_models(module);
    py::class_<File, std::shared_ptr<File>>(module, "File", bindings::plain_type())
        .def_static(
            "open",
            [](const py::object &path) {
                if (!py::isinstance<py::str>(path) && !py::isinstance<py::bytes>(path) &&
                    !py::hasattr(path, "__fspath__")) {
                    throw py::type_error(
                        std::string("om.File.open: path must be str, bytes or os.PathLike, not ") +
                        Py_TYPE(path.ptr())->tp_name);
                }
                // As open() takes them.
                const py::object encoded = call(py::module_::import("os").attr("fsencode"), path);
                return File::open(encoded.cast<std::string>());
            },
            py::arg("path"))
        .def_static("from_bytes", &File::from_bytes, py::arg("data"))
        .def_property_readonly("size", [](const File &self) { return self.bytes().size; })
        .def_property_readonly("version",
                               [](const File &self) { return self.container().header().version; })
        .def_property_readonly(
            "model_type", [](const File &self) { return self.container().header().model_type; })
        .def_property_readonly(
            "is_dynamic", [](const File &self) { return self.container().header().is_dynamic; })
        .def_property_readonly(
            "name", [](const File &self) { return text(self.container().header().name); })
        .def_property_readonly(
            "platform_version",
            [](const File &self) { return text(self.container().header().platform_version); })
        .def_property_readonly("work_size",
                               [](const File &self) { return self.container().work_size(); })
        .def_property_readonly("weight_size",
                               [](const File &self) { return self.container().weight_size(); })
        .def_property_readonly("zero_copy_size",
                               [](const File &self) { return self.container().zero_copy_size(); })
        .def_property_readonly("models", [](const std::shared_ptr<File> &self) {
            return parts(self, self->models());
        });
}

}  // namespace ascendcl::om_objects
