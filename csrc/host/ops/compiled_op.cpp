// Compilation, execution, and a least-recently-used cache.
// SPDX-License-Identifier: Apache-2.0
#include "host/ops/compiled_op.h"

#include <cstring>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "acl/acl.h"
#include "host/checks/trace.h"
#include "host/model/assumptions.h"
#include "host/model/engine_library.h"
#include "host/model/program_cache.h"
#include "host/report/report.h"

namespace ascendcl::host::ops {
namespace {

constexpr uint64_t kDefaultCapacity = 20000;

aclError code_of(engine::Outcome::Kind kind) {
    using Kind = engine::Outcome::Kind;
    switch (kind) {
        case Kind::kUnknownOp:
            return ACL_ERROR_OP_NOT_FOUND;
        case Kind::kOutput:
            return ACL_ERROR_OP_OUTPUT_NOT_MATCH;
        case Kind::kAttribute:
            return ACL_ERROR_OP_ATTR_NOT_MATCH;
        case Kind::kInput:
        case Kind::kRefused:
            return ACL_ERROR_OP_INPUT_NOT_MATCH;
        case Kind::kOk:
        case Kind::kFailed:
        case Kind::kDamaged:
        case Kind::kNoMemory:
            break;
    }
    return ACL_ERROR_OP_LOAD_FAILED;
}

size_t bytes_of(int32_t dtype, const std::vector<int64_t> &dims) {
    size_t bytes = aclDataTypeSize(static_cast<aclDataType>(dtype));
    for (const int64_t dim : dims) bytes *= static_cast<size_t>(dim);  // the engine has seen them
    return bytes;
}

bool overlap(const engine::Binding &a, const engine::Binding &b) {
    const auto begin_a = reinterpret_cast<uintptr_t>(a.data);
    const auto begin_b = reinterpret_cast<uintptr_t>(b.data);
    return begin_a < begin_b + b.size && begin_b < begin_a + a.size;
}

bool overlaps_any(const engine::Binding &output, const Bindings &inputs) {
    for (const engine::Binding &input : inputs) {
        if (overlap(output, input)) return true;
    }
    return false;
}

// All that tells one compiled op from another.
class Key {
   public:
    explicit Key(const engine::OpRequest &request) {
        add(request.type);
        add(request.attributes);
        add_number(request.threads);
        for (const auto *tensors : {&request.inputs, &request.outputs}) {
            add_number(tensors->size());
            for (const engine::OpTensor &tensor : *tensors) add(tensor);
        }
    }
    std::string take() { return std::move(text_); }

   private:
    template <typename Number>
    void add_number(Number number) {
        text_.append(reinterpret_cast<const char *>(&number), sizeof number);
    }
    void add(const std::string &text) {
        add_number(text.size());
        text_ += text;
    }
    void add(const engine::OpTensor &tensor) {
        add_number(tensor.connected);
        add_number(tensor.dtype);
        add_number(tensor.format);
        add_number(tensor.dims.size());
        for (const int64_t dim : tensor.dims) add_number(dim);
        add_number(tensor.value != nullptr);
        if (tensor.value != nullptr)
            add(std::string(static_cast<const char *>(tensor.value), tensor.value_size));
    }

    std::string text_;
};

class Cache {
   public:
    std::shared_ptr<CompiledOp> find(const std::string &key) {
        std::lock_guard lock(mutex_);
        const auto found = index_.find(key);
        if (found == index_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return entries_.front().op;
    }

    // What is there already wins: two threads may have compiled the same op.
    std::shared_ptr<CompiledOp> insert(std::string key, std::shared_ptr<CompiledOp> op) {
        std::lock_guard lock(mutex_);
        if (const auto found = index_.find(key); found != index_.end()) return found->second->op;
        entries_.push_front({std::move(key), op});
        index_[entries_.front().key] = entries_.begin();
        shrink();
        return op;
    }

    void set_capacity(uint64_t count) {
        std::lock_guard lock(mutex_);
        capacity_ = count;
        shrink();
    }

    void reset() {
        std::list<Entry> gone;  // after the lock: releasing programs takes a while
        std::lock_guard lock(mutex_);
        index_.clear();
        entries_.swap(gone);
        capacity_ = kDefaultCapacity;
    }

   private:
    struct Entry {
        std::string key;
        std::shared_ptr<CompiledOp> op;
    };

    void shrink() {
        while (entries_.size() > capacity_) {
            index_.erase(entries_.back().key);
            entries_.pop_back();
        }
    }

    std::mutex mutex_;
    uint64_t capacity_ = kDefaultCapacity;
    std::list<Entry> entries_;  // the last used first
    std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

Cache &cache() {
    static Cache &instance = *new Cache;  // leaked: streams may outlive static destructors
    return instance;
}

}  // namespace

CompiledOp::CompiledOp(const engine::OpRequest &request) : type_(request.type) {
    engine::Outcome outcome;
    engine::CompiledOpProgram compiled = model::Compiler()->compile_op(request, outcome);
    model::require_ok(outcome, code_of(outcome.kind));
    output_dims_ = std::move(compiled.output_dims);
    if (compiled.program) {
        const om::Bytes type{reinterpret_cast<const uint8_t *>(type_.data()), type_.size()};
        model::tell_assumptions(*compiled.program, model::content_key(type));
        program_.emplace(std::move(compiled.program));
    }
    for (const engine::OpTensor &input : request.inputs) {
        const bool is_bound = input.connected && input.value == nullptr;
        inputs_.push_back({is_bound, is_bound ? bytes_of(input.dtype, input.dims) : 0,
                           static_cast<aclDataType>(input.dtype)});
    }
    for (size_t i = 0; i < request.outputs.size(); ++i) {
        outputs_.push_back({true, bytes_of(request.outputs[i].dtype, output_dims_[i]),
                            static_cast<aclDataType>(request.outputs[i].dtype)});
    }
}

void CompiledOp::require_room(const Bindings &inputs, const Bindings &outputs) const {
    const auto check = [](const char *side, const std::vector<Tensor> &tensors,
                          const Bindings &bindings) {
        if (tensors.size() != bindings.size()) {
            throw Failure{ACL_ERROR_INVALID_PARAM, "the op has " + std::to_string(tensors.size()) +
                                                       " " + side + "s, not " +
                                                       std::to_string(bindings.size())};
        }
        for (size_t i = 0; i < tensors.size(); ++i) {
            if (!tensors[i].is_bound) continue;
            const std::string name = std::string(side) + " " + std::to_string(i);
            if (bindings[i].size < tensors[i].size) {
                throw Failure{ACL_ERROR_INVALID_PARAM,
                              name + " needs " + std::to_string(tensors[i].size) +
                                  " bytes, its buffer has " + std::to_string(bindings[i].size)};
            }
            if (bindings[i].data == nullptr && tensors[i].size > 0) {
                throw Failure{ACL_ERROR_INVALID_PARAM, name + " has a null address"};
            }
        }
    };
    check("input", inputs_, inputs);
    check("output", outputs_, outputs);
}

void CompiledOp::run(const Bindings &inputs, const Bindings &outputs) {
    if (!program_) return;
    Bindings bound_inputs, bound_outputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs_[i].is_bound) bound_inputs.push_back({inputs[i].data, inputs_[i].size});
    }
    // An output may lie on an input (C of a GEMM): it is written when all is read.
    std::vector<std::vector<uint8_t>> set_aside(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
        bound_outputs.push_back({outputs[i].data, outputs_[i].size});
        if (!overlaps_any(bound_outputs[i], bound_inputs)) continue;
        set_aside[i].resize(outputs_[i].size);
        bound_outputs[i].data = set_aside[i].data();
    }
    require_numbers(inputs_, inputs, "input", ACL_ERROR_INVALID_PARAM);
    const auto execution = program_->take(nullptr, ACL_ERROR_RT_MODEL_EXECUTE);
    const checks::TraceSlice slice;
    const engine::Outcome outcome = execution->run(bound_inputs, bound_outputs);
    slice.write("op", type_.c_str(), {});
    model::require_ok(outcome, ACL_ERROR_RT_MODEL_EXECUTE);
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (set_aside[i].empty()) continue;
        std::memcpy(outputs[i].data, set_aside[i].data(), set_aside[i].size());
    }
    require_numbers(outputs_, outputs, "output", ACL_ERROR_RT_MODEL_EXECUTE);
}

void CompiledOp::require_numbers(const std::vector<Tensor> &tensors, const Bindings &bindings,
                                 const char *side, aclError code) const {
    if (real_check_ == model::RealCheck::kOff) return;
    for (size_t i = 0; i < tensors.size(); ++i) {
        if (!tensors[i].is_bound) continue;
        model::require_numbers(real_check_, type_ + ": " + side + " " + std::to_string(i),
                               tensors[i].dtype, bindings[i].data, tensors[i].size, code);
    }
}

std::shared_ptr<CompiledOp> compiled_op(const engine::OpRequest &request) {
    std::string key = Key(request).take();
    if (auto found = cache().find(key)) return found;
    return cache().insert(std::move(key), std::make_shared<CompiledOp>(request));
}

void set_cache_capacity(uint64_t count) { cache().set_capacity(count); }

void reset_cache() { cache().reset(); }

}  // namespace ascendcl::host::ops
