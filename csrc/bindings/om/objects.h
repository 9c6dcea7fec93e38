// What the classes of _acl.om share. Everything that Python holds of an .om file is a shared
// pointer into one File, which owns the bytes: no object can outlive what it points to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/objects/host_memory.h"
#include "om/attributes.h"
#include "om/container.h"
#include "om/descriptors.h"
#include "om/file_content.h"
#include "om/graph.h"
#include "om/kernels.h"

namespace ascendcl::om_objects {

namespace py = pybind11;

using Owner = std::shared_ptr<void>;

// A Python object for a part of what `owner` keeps alive.
template <typename T>
py::object part(const Owner &owner, const T &value) {
    return py::cast(std::shared_ptr<T>(owner, const_cast<T *>(&value)));
}

// The same for something decoded just now, whose views point into what `owner` keeps alive.
template <typename T>
py::object made(const Owner &owner, T value) {
    struct Held {
        Owner owner;
        T value;
    };
    auto held = std::make_shared<Held>(Held{owner, std::move(value)});
    return py::cast(std::shared_ptr<T>(held, &held->value));
}

template <typename T>
py::list parts(const Owner &owner, const std::vector<T> &values) {
    py::list list;
    for (const T &value : values) list.append(part(owner, value));
    return list;
}

// A name. What is not UTF-8 shows as \xNN, so that it can be printed.
py::str text(std::string_view name);
py::list texts(const std::vector<std::string_view> &names);
// A read-only memoryview that keeps `owner` alive.
py::object view(const Owner &owner, om::Bytes bytes);
// An attribute as the Python type of its kind.
py::object attribute(const Owner &owner, const om::Attribute &attribute,
                     const std::shared_ptr<const om::AttrNames> &names);

// One model of a file, decoded part by part as it is asked for.
class Model {
   public:
    Model(const om::ModelPartitions &partitions, bool is_old_inout_type)
        : partitions_(&partitions), is_old_inout_type_(is_old_inout_type) {}

    const om::ModelPartitions &partitions() const noexcept { return *partitions_; }
    const om::ModelDef &definition();
    const om::KernelStore &kernels();
    const om::Descriptors &descriptors();

   private:
    const om::ModelPartitions *partitions_;
    bool is_old_inout_type_;
    std::optional<om::ModelDef> definition_;
    std::optional<om::KernelStore> kernels_;
    std::optional<om::Descriptors> descriptors_;
};

class File {
   public:
    static std::shared_ptr<File> open(const std::string &path);
    static std::shared_ptr<File> from_bytes(py::handle object);

    om::Bytes bytes() const noexcept { return bytes_; }
    const om::Container &container() const noexcept { return container_; }
    const std::vector<Model> &models() const noexcept { return models_; }

   private:
    void parse(om::Bytes bytes);

    std::optional<om::FileContent> content_;
    std::optional<objects::HostMemory>
        python_;  // only Python objects own Files: it dies with the GIL
    om::Bytes bytes_;
    om::Container container_;
    std::vector<Model> models_;
};

void register_errors(py::module_ &module);
void register_views(py::module_ &module);
void register_graph(py::module_ &module);
void register_file(py::module_ &module);

}  // namespace ascendcl::om_objects
