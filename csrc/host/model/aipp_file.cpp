// One table says which attribute is which setting; reading goes through it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_file.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "om/aipp.h"
#include "om/error.h"
#include "om/host_ir.h"

namespace ascendcl::host::model {
namespace {

constexpr int64_t kStaticMode = 1;

[[noreturn]] void damaged(const om::Node &input, const std::string &what) {
    throw om::Error(om::ErrorCode::kBadModelDef,
                    "input '" + std::string(input.name) + "', its AIPP: " + what);
}

// The attributes of AIPP, each read into what holds it.
class Reader {
   public:
    Reader(const om::Node &input, const om::AttrMap &attrs) : input_(input), attrs_(attrs) {}

    template <typename Integer>
    void integer(const std::string &key, Integer &value) const {
        static_assert(std::is_integral_v<Integer>);
        if (!attrs_.has(key)) return;
        const auto stored = attrs_.integer(key);
        if (!stored || *stored < std::numeric_limits<Integer>::min() ||
            *stored > std::numeric_limits<Integer>::max())
            damaged(input_, key + (stored ? " is " + std::to_string(*stored) : " is no integer"));
        value = static_cast<Integer>(*stored);
    }

    void boolean(const std::string &key, bool &value) const {
        if (!attrs_.has(key)) return;
        const auto stored = attrs_.boolean(key);
        if (!stored) damaged(input_, key + " is neither true nor false");
        value = *stored;
    }

    // A list of one counts as the number in it.
    void real(const std::string &key, float &value) const {
        if (!attrs_.has(key)) return;
        if (const auto stored = attrs_.real(key)) {
            value = *stored;
            return;
        }
        const auto list = attrs_.reals(key);
        if (list.size() != 1) damaged(input_, key + " is no number");
        value = list[0];
    }

   private:
    const om::Node &input_;
    const om::AttrMap &attrs_;
};

// "mean_chn_" and 2: "mean_chn_2".
std::string indexed(const char *key, size_t index) { return key + std::to_string(index); }

AippImage read_image(const Reader &reader) {
    AippImage image;
    reader.boolean("crop", image.crop);
    reader.integer("load_start_pos_w", image.crop_start_w);
    reader.integer("load_start_pos_h", image.crop_start_h);
    reader.integer("crop_size_w", image.crop_size_w);
    reader.integer("crop_size_h", image.crop_size_h);
    reader.boolean("resize", image.scale);
    reader.integer("resize_output_w", image.scale_output_w);
    reader.integer("resize_output_h", image.scale_output_h);
    reader.boolean("padding", image.padding);
    reader.integer("top_padding_size", image.padding_top);
    reader.integer("bottom_padding_size", image.padding_bottom);
    reader.integer("left_padding_size", image.padding_left);
    reader.integer("right_padding_size", image.padding_right);
    image.reciprocal.fill(1);
    for (size_t i = 0; i < image.mean.size(); ++i) {
        reader.integer(indexed("mean_chn_", i), image.mean[i]);
        reader.real(indexed("min_chn_", i), image.minimum[i]);
        reader.real(indexed("var_reci_chn_", i), image.reciprocal[i]);
    }
    return image;
}

AippSettings read_settings(const om::Node &input) {
    const auto attrs = input.attrs.nested(om::kAippSettings);
    if (!attrs) damaged(input, "its settings are not in the file");
    const Reader reader(input, *attrs);
    int64_t mode = kStaticMode;
    reader.integer("aipp_mode", mode);
    if (mode != kStaticMode) damaged(input, "aipp_mode is " + std::to_string(mode));
    AippSettings settings;
    int32_t format = 0;
    reader.integer("input_format", format);
    settings.format = static_cast<aclAippInputFormat>(format);
    reader.integer("src_image_size_w", settings.source_w);
    reader.integer("src_image_size_h", settings.source_h);
    reader.boolean("csc_switch", settings.convert_colour);
    for (size_t row = 0; row < 3; ++row) {
        for (size_t column = 0; column < 3; ++column)
            reader.integer(indexed("matrix_r", row) + indexed("c", column),
                           settings.matrix[row][column]);
        reader.integer(indexed("input_bias_", row), settings.input_bias[row]);
        reader.integer(indexed("output_bias_", row), settings.output_bias[row]);
    }
    reader.boolean("rbuv_swap_switch", settings.swap_rb_or_uv);
    reader.boolean("ax_swap_switch", settings.swap_ax);
    reader.real("padding_value", settings.padding_value);
    settings.images = {read_image(reader)};
    return settings;
}

size_t parameters_of(const om::Node &input, const om::Descriptors &io,
                     const std::vector<AippInput> &types) {
    const std::string name(input.attrs.text(om::kAippParameters).value_or(ACL_DYNAMIC_AIPP_NAME));
    for (size_t i = 0; i < types.size(); ++i) {
        if (io.inputs[i].name == name && types[i].type == ACL_DYNAMIC_AIPP_NODE) return i;
    }
    damaged(input,
            "no input '" + name.substr(0, ACL_MAX_TENSOR_NAME_LEN) + "' carries its parameters");
}

aclmdlInputAippType type_of(om::AippMode mode) noexcept {
    switch (mode) {
        case om::AippMode::kStatic:
            return ACL_DATA_WITH_STATIC_AIPP;
        case om::AippMode::kDynamic:
            return ACL_DATA_WITH_DYNAMIC_AIPP;
        case om::AippMode::kParameters:
            return ACL_DYNAMIC_AIPP_NODE;
        default:
            return ACL_DATA_WITHOUT_AIPP;
    }
}

void read_tensors(const om::Node &node, const om::Descriptors &io, size_t index, bool carries_ir,
                  AippInput &input) {
    input.network_inputs = om::aipp_tensors(node, om::kAippInputs);
    input.made = om::aipp_tensors(node, om::kAippOutputs);
    const auto &dims = io.inputs[index].dims;
    const bool is_open = std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
    if (io.gears.empty()) {
        if (is_open) return;  // dynamic shapes: refused when loaded
        input.taken = {om::behind_aipp(node, io.inputs[index], carries_ir, -1)};
        return;
    }
    if (io.gears.size() > ACL_MAX_SHAPE_COUNT)
        damaged(node, "there are " + std::to_string(io.gears.size()) + " gears");
    // What is known of a gear only; a file of another compiler with both is refused when loaded.
    for (size_t gear = 0; gear < io.gears.size() && carries_ir; ++gear) {
        input.taken.push_back(
            om::behind_aipp(node, io.inputs[index], carries_ir, static_cast<int32_t>(gear)));
    }
}

}  // namespace

std::vector<AippInput> read_aipp(const om::ModelDef &def, const om::Descriptors &io) {
    std::vector<AippInput> inputs(io.inputs.size());
    if (def.graphs.empty()) return inputs;
    const bool carries_ir = om::has_ir(def);
    std::vector<const om::Node *> nodes;
    for (size_t i = 0; i < inputs.size(); ++i) {
        nodes.push_back(def.graphs.front().find(io.inputs[i].name));
        if (nodes[i] != nullptr) inputs[i].type = type_of(om::aipp_mode(*nodes[i]));
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
        AippInput &input = inputs[i];
        if (!input.is_before_program()) continue;
        if (input.type == ACL_DATA_WITH_STATIC_AIPP) input.settings = read_settings(*nodes[i]);
        if (input.type == ACL_DATA_WITH_DYNAMIC_AIPP)
            input.parameters = parameters_of(*nodes[i], io, inputs);
        read_tensors(*nodes[i], io, i, carries_ir, input);
    }
    return inputs;
}

void write_info(const AippSettings &settings, aclAippInfo &info) noexcept {
    const AippImage &image = settings.images.front();
    info.inputFormat = settings.format;
    info.srcImageSizeW = settings.source_w;
    info.srcImageSizeH = settings.source_h;
    info.cropSwitch = image.crop;
    info.loadStartPosW = image.crop_start_w;
    info.loadStartPosH = image.crop_start_h;
    info.cropSizeW = image.crop_size_w;
    info.cropSizeH = image.crop_size_h;
    info.resizeSwitch = image.scale;
    info.resizeOutputW = image.scale_output_w;
    info.resizeOutputH = image.scale_output_h;
    info.paddingSwitch = image.padding;
    info.leftPaddingSize = image.padding_left;
    info.rightPaddingSize = image.padding_right;
    info.topPaddingSize = image.padding_top;
    info.bottomPaddingSize = image.padding_bottom;
    info.cscSwitch = settings.convert_colour;
    info.rbuvSwapSwitch = settings.swap_rb_or_uv;
    info.axSwapSwitch = settings.swap_ax;
    const auto &matrix = settings.matrix;
    info.matrixR0C0 = matrix[0][0];
    info.matrixR0C1 = matrix[0][1];
    info.matrixR0C2 = matrix[0][2];
    info.matrixR1C0 = matrix[1][0];
    info.matrixR1C1 = matrix[1][1];
    info.matrixR1C2 = matrix[1][2];
    info.matrixR2C0 = matrix[2][0];
    info.matrixR2C1 = matrix[2][1];
    info.matrixR2C2 = matrix[2][2];
    info.outputBias0 = settings.output_bias[0];
    info.outputBias1 = settings.output_bias[1];
    info.outputBias2 = settings.output_bias[2];
    info.inputBias0 = settings.input_bias[0];
    info.inputBias1 = settings.input_bias[1];
    info.inputBias2 = settings.input_bias[2];
    info.meanChn0 = image.mean[0];
    info.meanChn1 = image.mean[1];
    info.meanChn2 = image.mean[2];
    info.meanChn3 = image.mean[3];
    info.minChn0 = image.minimum[0];
    info.minChn1 = image.minimum[1];
    info.minChn2 = image.minimum[2];
    info.minChn3 = image.minimum[3];
    info.varReciChn0 = image.reciprocal[0];
    info.varReciChn1 = image.reciprocal[1];
    info.varReciChn2 = image.reciprocal[2];
    info.varReciChn3 = image.reciprocal[3];
}

AippOutput aipp_output(const om::IoDescriptor &taken) noexcept {
    const bool last = taken.format == om::Format::kNHWC;
    const auto side = [&](size_t axis) {
        constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
        return static_cast<int32_t>(std::min(taken.dims[axis], kMost));
    };
    AippOutput output;
    output.dtype = static_cast<aclDataType>(taken.dtype);
    output.channels_last = last;
    output.batch = side(0);
    output.channels = side(last ? 3 : 1);
    output.height = side(last ? 1 : 2);
    output.width = side(last ? 2 : 3);
    return output;
}

}  // namespace ascendcl::host::model
