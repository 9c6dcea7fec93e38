// Graphs, nodes, tensor descriptions and attributes.
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <cstring>

#include "bindings/om/objects.h"
#include "bindings/plain_type.h"
#include "om/decode.h"

namespace ascendcl::om_objects {

namespace {

using om::Attribute;
using om::AttrMap;
using om::AttrNames;
using om::ListField;
using Names = std::shared_ptr<const AttrNames>;

// Texts are what the field is meant for; some files keep raw data in it.
py::object text_or_bytes(om::Bytes bytes) {
    const auto size = static_cast<Py_ssize_t>(bytes.size);
    const auto *data = reinterpret_cast<const char *>(bytes.data);
    PyObject *decoded = PyUnicode_DecodeUTF8(data, size, nullptr);
    if (decoded != nullptr) return py::reinterpret_steal<py::object>(decoded);
    PyErr_Clear();
    return py::bytes(data, bytes.size);
}

py::object raw(om::Bytes bytes) {
    return py::bytes(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

float float_of(uint64_t bits) {
    const auto bits32 = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &bits32, sizeof value);
    return value;
}

py::object message(const Owner &owner, Attribute::Kind kind, om::Bytes bytes, const Names &names) {
    switch (kind) {
        case Attribute::Kind::kNested:
            return made(owner, om::decode_named_attrs(bytes, names));
        case Attribute::Kind::kTensorDesc:
            return made(owner, om::Decoder::on_demand(names, bytes.size).tensor_desc(bytes));
        case Attribute::Kind::kTensor:
            return made(owner, om::Decoder::on_demand(names, bytes.size).tensor_def(bytes));
        default:
            return made(owner, om::Decoder::on_demand(names, bytes.size).graph(bytes));
    }
}

// A list holds elements of one kind; were there several, they follow one another.
py::list list_value(const Owner &owner, const Attribute &attribute, const Names &names) {
    py::list values;
    if (attribute.is_value_index) return texts(om::list_texts(attribute, names.get()));
    const om::Bytes list = attribute.bytes;
    for (const om::Bytes &bytes : om::list_bytes(list, ListField::kText, names.get())) {
        values.append(text_or_bytes(bytes));
    }
    for (const int64_t value : om::list_integers(list, ListField::kInteger, names.get())) {
        values.append(value);
    }
    for (const float value : om::list_reals(list, names.get())) values.append(value);
    for (const bool value : om::list_booleans(list)) values.append(py::bool_(value));
    for (const om::Bytes &bytes : om::list_bytes(list, ListField::kRawBytes, names.get())) {
        values.append(raw(bytes));
    }
    for (const auto &[field, kind] :
         {std::pair{ListField::kTensorDesc, Attribute::Kind::kTensorDesc},
          std::pair{ListField::kTensor, Attribute::Kind::kTensor},
          std::pair{ListField::kGraph, Attribute::Kind::kGraph},
          std::pair{ListField::kNested, Attribute::Kind::kNested}}) {
        for (const om::Bytes &bytes : om::list_bytes(list, field, names.get())) {
            values.append(message(owner, kind, bytes, names));
        }
    }
    for (const int64_t value : om::list_integers(list, ListField::kDataType, names.get())) {
        values.append(value);
    }
    return values;
}

// Names in the order of the file, each once.
py::dict keys(const AttrMap &attrs) {
    py::dict names;
    for (const std::string &name : attrs.names()) names[text(name)] = py::none();
    return names;
}

// By the name as text() shows it, so that every name that is listed can be asked for.
std::optional<Attribute> find_shown(const AttrMap &attrs, const std::string &name) {
    if (auto found = attrs.find(name)) return found;
    for (const std::string &stored : attrs.names()) {
        if (text(stored).cast<std::string>() == name) return attrs.find(stored);
    }
    return std::nullopt;
}

std::optional<py::object> find(const std::shared_ptr<AttrMap> &attrs, const std::string &name) {
    const auto found = find_shown(*attrs, name);
    if (!found) return std::nullopt;
    return attribute(attrs, *found, attrs->name_tables());
}

py::object required(const std::shared_ptr<AttrMap> &attrs, const std::string &name) {
    auto found = find(attrs, name);
    if (!found) throw py::key_error(name);
    return *found;
}

const char *kind_name(om::Edge::Kind kind) {
    switch (kind) {
        case om::Edge::Kind::kData:
            return "data";
        case om::Edge::Kind::kControl:
            return "control";
        default:
            return "none";
    }
}

void register_attributes(py::module_ &module) {
    auto cls =
        py::class_<AttrMap, std::shared_ptr<AttrMap>>(module, "AttrMap", bindings::plain_type());
    cls.def("__getitem__", &required, py::arg("name"))
        .def(
            "get",
            [](const std::shared_ptr<AttrMap> &self, const std::string &name,
               const py::object &fallback) { return find(self, name).value_or(fallback); },
            py::arg("name"), py::arg("default") = py::none())
        .def(
            "__contains__",
            [](const AttrMap &self, const py::object &name) {
                return py::isinstance<py::str>(name) &&
                       find_shown(self, name.cast<std::string>()).has_value();
            },
            py::arg("name"))
        .def("__len__", [](const AttrMap &self) { return keys(self).size(); })
        .def("__iter__", [](const AttrMap &self) { return py::iter(keys(self)); })
        .def("keys", [](const AttrMap &self) { return keys(self).attr("keys")(); })
        .def("values",
             [](const std::shared_ptr<AttrMap> &self) {
                 py::list values;
                 for (const auto &entry : keys(*self)) {
                     values.append(required(self, entry.first.cast<std::string>()));
                 }
                 return values;
             })
        .def("items", [](const std::shared_ptr<AttrMap> &self) {
            py::list items;
            for (const auto &entry : keys(*self)) {
                items.append(
                    py::make_tuple(entry.first, required(self, entry.first.cast<std::string>())));
            }
            return items;
        });
    py::module_::import("collections.abc").attr("Mapping").attr("register")(cls);

    using om::NamedAttrs;
    py::class_<NamedAttrs, std::shared_ptr<NamedAttrs>>(module, "NamedAttrs",
                                                        bindings::plain_type())
        .def_property_readonly("name", [](const NamedAttrs &self) { return text(self.name); })
        .def_property_readonly("attrs", [](const std::shared_ptr<NamedAttrs> &self) {
            return part(self, self->attrs);
        });
}

void register_tensors(py::module_ &module) {
    using om::TensorDef;
    using om::TensorDesc;
    py::class_<TensorDesc, std::shared_ptr<TensorDesc>>(module, "TensorDesc",
                                                        bindings::plain_type())
        .def_property_readonly("name", [](const TensorDesc &self) { return text(self.name()); })
        .def_property_readonly("layout", [](const TensorDesc &self) { return text(self.layout); })
        .def_property_readonly("format",
                               [](const TensorDesc &self) { return om::name(self.format); })
        .def_property_readonly("dtype", [](const TensorDesc &self) { return om::name(self.dtype); })
        .def_readonly("shape", &TensorDesc::shape)
        .def_property_readonly("size", &TensorDesc::size)
        .def_property_readonly("weight_size", &TensorDesc::weight_size)
        .def_property_readonly("data_offset", &TensorDesc::data_offset)
        .def_property_readonly(
            "origin_format", [](const TensorDesc &self) { return om::name(self.origin_format()); })
        .def_property_readonly("origin_shape", &TensorDesc::origin_shape)
        .def_property_readonly("sub_format", &TensorDesc::sub_format)
        .def_property_readonly("attrs", [](const std::shared_ptr<TensorDesc> &self) {
            return part(self, self->attrs);
        });
    py::class_<TensorDef, std::shared_ptr<TensorDef>>(module, "TensorDef", bindings::plain_type())
        .def_property_readonly(
            "desc", [](const std::shared_ptr<TensorDef> &self) { return part(self, self->desc); })
        .def_property_readonly(
            "data", [](const std::shared_ptr<TensorDef> &self) { return view(self, self->data); });
}

void register_nodes(py::module_ &module) {
    using om::Edge;
    using om::Node;
    py::class_<Edge, std::shared_ptr<Edge>>(module, "Edge", bindings::plain_type())
        .def_property_readonly("kind", [](const Edge &self) { return kind_name(self.kind); })
        .def_property_readonly("node", [](const Edge &self) { return text(self.node); })
        .def_readonly("index", &Edge::index);
    py::class_<Node, std::shared_ptr<Node>>(module, "Node", bindings::plain_type())
        .def_property_readonly("name", [](const Node &self) { return text(self.name); })
        .def_property_readonly("type", [](const Node &self) { return text(self.type); })
        .def_readonly("id", &Node::id)
        .def_property_readonly(
            "inputs", [](const std::shared_ptr<Node> &self) { return parts(self, self->inputs); })
        .def_property_readonly(
            "input_descs",
            [](const std::shared_ptr<Node> &self) { return parts(self, self->input_descs); })
        .def_property_readonly(
            "output_descs",
            [](const std::shared_ptr<Node> &self) { return parts(self, self->output_descs); })
        .def_property_readonly("input_names",
                               [](const Node &self) { return texts(self.input_names()); })
        .def_property_readonly("src_names",
                               [](const Node &self) { return texts(self.src_names()); })
        .def_property_readonly("src_indexes", &Node::src_indexes)
        .def_property_readonly("subgraphs",
                               [](const Node &self) { return texts(self.subgraphs()); })
        .def_property_readonly("input_offsets", &Node::input_offsets)
        .def_property_readonly("output_offsets", &Node::output_offsets)
        .def_property_readonly("scratch_offsets", &Node::scratch_offsets)
        .def_property_readonly("scratch_sizes", &Node::scratch_sizes)
        .def_property_readonly(
            "attrs", [](const std::shared_ptr<Node> &self) { return part(self, self->attrs); });
}

// Null becomes None.
template <typename T>
py::object found(const Owner &owner, const T *value) {
    return value == nullptr ? py::none() : part(owner, *value);
}

void register_graphs(py::module_ &module) {
    using om::Graph;
    using om::ModelDef;
    py::class_<Graph, std::shared_ptr<Graph>>(module, "Graph", bindings::plain_type())
        .def_property_readonly("name", [](const Graph &self) { return text(self.name); })
        .def_property_readonly(
            "nodes", [](const std::shared_ptr<Graph> &self) { return parts(self, self->nodes); })
        .def(
            "find",
            [](const std::shared_ptr<Graph> &self, const std::string &name) {
                return found(self, self->find(name));
            },
            py::arg("name"))
        .def_property_readonly(
            "attrs", [](const std::shared_ptr<Graph> &self) { return part(self, self->attrs); });
    py::class_<ModelDef, std::shared_ptr<ModelDef>>(module, "ModelDef", bindings::plain_type())
        .def_property_readonly("name", [](const ModelDef &self) { return text(self.name); })
        .def_property_readonly(
            "graphs",
            [](const std::shared_ptr<ModelDef> &self) { return parts(self, self->graphs); })
        .def(
            "find",
            [](const std::shared_ptr<ModelDef> &self, const std::string &name) {
                return found(self, self->find(name));
            },
            py::arg("name"))
        .def_property_readonly(
            "attrs", [](const std::shared_ptr<ModelDef> &self) { return part(self, self->attrs); });
}

}  // namespace

py::object attribute(const Owner &owner, const Attribute &attribute, const Names &names) {
    switch (attribute.kind) {
        case Attribute::Kind::kNone:
            return py::none();
        case Attribute::Kind::kList:
            return list_value(owner, attribute, names);
        case Attribute::Kind::kText:
            return text_or_bytes(attribute.bytes);
        case Attribute::Kind::kInteger:
            if (attribute.is_value_index) return text(names->value(attribute.scalar));
            return py::int_(static_cast<int64_t>(attribute.scalar));
        case Attribute::Kind::kDataType:
            return py::int_(static_cast<int64_t>(attribute.scalar));
        case Attribute::Kind::kReal:
            return py::float_(float_of(attribute.scalar));
        case Attribute::Kind::kBoolean:
            return py::bool_(attribute.scalar != 0);
        case Attribute::Kind::kRawBytes:
            return raw(attribute.bytes);
        case Attribute::Kind::kIntegerLists:
            return py::cast(om::integer_lists(attribute.bytes, names.get()));
        default:
            return message(owner, attribute.kind, attribute.bytes, names);
    }
}

void register_graph(py::module_ &module) {
    register_attributes(module);
    register_tensors(module);
    register_nodes(module);
    register_graphs(module);
}

}  // namespace ascendcl::om_objects
