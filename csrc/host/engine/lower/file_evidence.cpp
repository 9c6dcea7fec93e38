// One look at every node before any is lowered.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/file_evidence.h"

#include <string>

#include "host/engine/lower/conv_node.h"
#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/kernel_immediates.h"
#include "host/engine/lower/kernel_reading.h"
#include "host/engine/lower/logical_layout.h"
#include "host/engine/lower/matmul.h"
#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr const char *kAxisNames[] = {"vertical", "horizontal"};
constexpr float kLeastSlope = 1e-3f;

class Gathering {
   public:
    Gathering(const om::KernelStore &kernels, Framework framework, std::vector<Finding> &findings)
        : kernels_(kernels), framework_(framework), findings_(findings) {}

    void look_at(const om::Node &node) {
        const bool fused = is_fused(node);
        if (const auto conv = conv_node(node)) {
            if (conv->sizes.kernel != Pair{1, 1} && !conv->is_transposed)
                look_at_convolution(node, *conv, fused ? std::nullopt : stated_geometry(node));
            return;
        }
        if (!fused && node.type == "LeakyRelu") look_at_slope(node);
        const ProductKind kind = product_kind(node);
        if (kind == ProductKind::kNone) return;
        const auto transposes = fused ? transposes_by_shape(node) : stated_transposes(node.attrs);
        if (!transposes) return;
        auto &seen = kind == ProductKind::kGemm ? evidence_.gemm : evidence_.matmul;
        ++(transposes->b ? seen.yes : seen.no);
    }

    FileEvidence evidence() const noexcept { return evidence_; }

   private:
    void contradict(FileEvidence::Source &source, const om::Node &node, const char *what,
                    std::string shown, std::string against) {
        ++source.contradicted;
        findings_.push_back({Finding::Kind::kContradicted, std::string(node.name),
                             std::string(node.type), what, std::move(shown), std::move(against)});
    }

    // One pair of numbers, recovered and stated.
    void compare(FileEvidence::Source &source, const om::Node &node, const char *what,
                 int64_t recovered, int64_t stated) {
        if (recovered == stated) {
            ++source.confirmed;
            return;
        }
        contradict(source, node, what, std::to_string(recovered),
                   "the node's own attribute says " + std::to_string(stated));
    }

    void look_at_convolution(const om::Node &node, const ConvNode &conv,
                             const std::optional<StatedGeometry> &stated) {
        if (stated) look_at_custom(node, conv, *stated);
        const auto reading = read_kernel(kernels_, node, conv.sizes);
        if (!reading) return;
        if (stated &&
            (reading->strides != stated->strides || reading->dilations != stated->dilations)) {
            contradict(evidence_.steps, node, "strides and dilations in kernels",
                       text_of(reading->strides) + " and " + text_of(reading->dilations),
                       "the node's own attributes say " + text_of(stated->strides) + " and " +
                           text_of(stated->dilations));
            return;
        }
        if (stated) ++evidence_.steps.confirmed;
        for (size_t i = 0; i < 2; ++i) {
            const ConvAxis axis = axis_of(conv.sizes, reading->strides, reading->dilations, i);
            if (axis.kernel > 1) look_at_axis(node, axis, *reading, stated, i);
        }
    }

    void look_at_axis(const om::Node &node, const ConvAxis &axis, const KernelReading &reading,
                      const std::optional<StatedGeometry> &stated, size_t i) {
        const std::string what = std::string(kAxisNames[i]) + " pads in kernels";
        if (stated) {
            if (reading.axes[i].begin)
                compare(evidence_.pads[i], node, what.c_str(), *reading.axes[i].begin,
                        stated->pads_begin[i]);
            return;
        }
        if (possible_begins(axis).none()) {
            contradict(evidence_.steps, node, "strides and dilations in kernels",
                       text_of(reading.strides) + " and " + text_of(reading.dilations),
                       "no pads make " + std::to_string(axis.output) + " of " +
                           std::to_string(axis.input) + " with them");
        } else if (verdict_of_sizes(axis, reading.axes[i]) == Verdict::kContradicts) {
            contradict(evidence_.pads[i], node, what.c_str(),
                       reading.axes[i].begin ? std::to_string(*reading.axes[i].begin) : "none",
                       reading.axes[i].exceeds_image
                           ? "the tile is larger than the image"
                           : "they do not make " + std::to_string(axis.output) + " of " +
                                 std::to_string(axis.input));
        }
    }

    static std::optional<Transposes> transposes_by_shape(const om::Node &node) {
        std::array<Shape, 3> shapes;
        for (size_t i = 0; i < shapes.size(); ++i) {
            const om::TensorDesc *desc = i < 2 && i < node.inputs.size() ? input_desc(node, i)
                                         : i == 2 && !node.output_descs.empty()
                                             ? &node.output_descs[0]
                                             : nullptr;
            if (desc == nullptr) return std::nullopt;
            try {
                shapes[i] = logical_tensor(*desc).shape;
            } catch (const Refusal &) {
                return std::nullopt;  // its lowering says why
            }
        }
        return only_transposes(shapes[0], shapes[1], shapes[2]);
    }

    void look_at_custom(const om::Node &node, const ConvNode &conv, const StatedGeometry &stated) {
        for (size_t i = 0; i < 2; ++i) {
            const ConvAxis axis = axis_of(conv.sizes, stated.strides, stated.dilations, i);
            if (axis.kernel == 1 || axis.stride < 1 || axis.dilation < 1) continue;
            const auto custom = customary_pads(axis, framework_);
            compare(evidence_.custom, node, "pads by the framework's custom",
                    custom ? custom->begin : -1, stated.pads_begin[i]);
        }
    }

    void look_at_slope(const om::Node &node) {
        const auto slope = node.attrs.real("negative_slope");
        if (!slope || *slope <= kLeastSlope || *slope >= 1) return;
        const KernelImmediates immediates(kernels_, node);
        const std::vector<float> shown = immediates.decimals(kLeastSlope, 1);
        if (shown.size() != 1) return;
        if (shown[0] == *slope) {
            ++evidence_.slopes.confirmed;
            return;
        }
        contradict(evidence_.slopes, node, "slopes in kernels", std::to_string(shown[0]),
                   "the node's own attribute says " + std::to_string(*slope));
    }

    static std::string text_of(const Pair &pair) {
        return std::to_string(pair[0]) + "x" + std::to_string(pair[1]);
    }

    const om::KernelStore &kernels_;
    const Framework framework_;
    std::vector<Finding> &findings_;
    FileEvidence evidence_;
};

}  // namespace

ProductKind product_kind(const om::Node &node) {
    std::vector<std::string_view> names = node.attrs.texts("_datadump_original_op_names");
    if (names.empty() && !is_fused(node)) names.push_back(node.name);
    for (const std::string_view name : names) {
        const std::string_view last = name.substr(name.rfind('/') + 1);
        if (last.find("Gemm") != std::string_view::npos) return ProductKind::kGemm;
        if (last.find("MatMul") != std::string_view::npos) return ProductKind::kMatMul;
    }
    return ProductKind::kNone;
}

FileEvidence gather_evidence(const om::Graph &graph, const om::KernelStore &kernels,
                             Framework framework, std::vector<Finding> &findings) {
    Gathering gathering(kernels, framework, findings);
    for (const om::Node &node : graph.nodes) gathering.look_at(node);
    return gathering.evidence();
}

}  // namespace ascendcl::host::engine
