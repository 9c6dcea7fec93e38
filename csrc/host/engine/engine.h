// The engine as host/model sees it: a compiled program and its executions. This header is the
// whole interface between libascendcl.so and libascendcl_engine.so; it names no OpenVINO type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ascendcl::host::engine {

inline constexpr uint32_t kEngineAbi = 8;

// Caller-owned memory of one input or output, in the dtype and dims of the model's descriptor.
struct Binding {
    void *data;
    size_t size;  // bytes; an output may be up to 64 bytes short, the tail is then dropped
};

struct OpTime {
    std::string name;
    std::string type;
    uint64_t nanoseconds;
};

// What went wrong, in words that name the node; no words where there was no memory. kRefused is
// what the engine cannot do, kDamaged what contradicts itself. kUnknownOp to kAttribute say what of
// a single op is refused.
struct Outcome {
    enum class Kind {
        kOk,
        kRefused,
        kFailed,
        kNoMemory,
        kUnknownOp,
        kInput,
        kOutput,
        kAttribute,
        kDamaged
    };
    Kind kind = Kind::kOk;
    std::string text;
    bool ok() const noexcept { return kind == Kind::kOk; }
};

// How a quantity of a node was found that its op does not state in the file.
struct Finding {
    enum class Kind : uint8_t {
        kRead,          // it stands in the file
        kChecked,       // recovered from one place in the file, and another one agrees
        kAssumed,       // no second place says it: it may be wrong
        kContradicted,  // a check failed: where it came from counts as unknown in this file
    };
    Kind kind;
    std::string node;
    std::string type;
    std::string quantity;  // "pads", "order of the operands"
    std::string value;
    std::string reason;
};

// Why a node cannot be run; no node's name where it is the whole model.
struct RefusedNode {
    std::string node;
    std::string type;
    std::string reason;
};

// What can be told of a model without making a program of it.
struct Examined {
    std::vector<Finding> findings;  // in the order in which the nodes were lowered
    std::vector<RefusedNode> refused;
};

// What a run made of an output whose dims only the run tells. The memory is the execution's own.
struct Computed {
    std::vector<int64_t> dims;
    const void *data = nullptr;
    size_t size = 0;
};

// One set of intermediate tensors. Not for concurrent use; several executions of one program are.
class Execution {
   public:
    virtual ~Execution() = default;
    // Outputs that have an open dim (Program::output_dims) are not bound: see computed(). kInput:
    // an input holds a value that the program cannot compute with.
    virtual Outcome run(const std::vector<Binding> &inputs,
                        const std::vector<Binding> &outputs) noexcept = 0;
    // Of the last run, until the next one; of an output that has an open dim.
    virtual const Computed &computed(size_t output) const noexcept = 0;
    // How long each op took: in the first run, then in the mean of those after it (OpenVINO keeps
    // sums only). Empty unless the program was compiled with profiling.
    virtual std::vector<OpTime> op_times() const noexcept = 0;
};

// A compiled graph with packed weights, shared by all loads of one file.
class Program {
   public:
    virtual ~Program() = default;
    virtual std::unique_ptr<Execution> new_execution(Outcome &outcome) noexcept = 0;
    // In the order in which the nodes were lowered.
    virtual const std::vector<Finding> &findings() const noexcept = 0;
    // Negative where only a run tells.
    virtual const std::vector<std::vector<int64_t>> &output_dims() const noexcept = 0;
};

struct CompileRequest {
    const void *om = nullptr;  // the whole file's bytes; not needed after compile() returns
    size_t om_size = 0;
    // Weight memory as loaded (partition 1), or null for that of the file; must hold weight_size. A
    // model that carries an IR (om/host_ir.h) computes on it: it must outlive the program then.
    const void *weights = nullptr;
    size_t weight_size = 0;
    int32_t gear = -1;  // index of the gear to compile, -1 for a model without gears
    // The shape of each input, for a model with dynamic shapes; none for the others.
    std::vector<std::vector<int64_t>> input_dims;
    uint32_t threads = 0;    // per execution; 0 means all cores
    bool profiling = false;  // times its ops; such a program has one execution
};

// A tensor of a single op.
struct OpTensor {
    bool connected = true;        // false for an optional input that is left out
    int32_t dtype = -1;           // aclDataType
    int32_t format = -1;          // aclFormat: ND, NCHW, NHWC or HWCN
    std::vector<int64_t> dims;    // of an output a negative one stands for what is computed
    const void *value = nullptr;  // of an input that is constant; not needed after compile_op()
    size_t value_size = 0;
};

struct OpRequest {
    std::string type;  // of the GE op: "MatMulV2"
    std::vector<OpTensor> inputs;
    std::vector<OpTensor> outputs;
    std::string attributes;  // an OpDef message (om/fields.h) with nothing but attributes
    uint32_t threads = 0;    // as in CompileRequest
};

struct CompiledOpProgram {
    // Its executions take the inputs that are connected and not constant. Null when all outputs are
    // empty: there is nothing to compute.
    std::shared_ptr<Program> program;
    std::vector<std::vector<int64_t>> output_dims;
};

class Engine {
   public:
    virtual ~Engine() = default;
    virtual std::shared_ptr<Program> compile(const CompileRequest &request,
                                             Outcome &outcome) noexcept = 0;
    virtual const char *version() const noexcept = 0;  // "OpenVINO 2026.4.1"
    virtual CompiledOpProgram compile_op(const OpRequest &request, Outcome &outcome) noexcept = 0;
    // The same program, its ops timed; for one execution.
    virtual std::shared_ptr<Program> with_op_times(const Program &program,
                                                   Outcome &outcome) noexcept = 0;
    // Looks at all nodes, beyond the first that is refused. Of a model whose input shapes are open
    // and not given, only at the types of its ops. What only OpenVINO's plugin refuses is not seen.
    virtual Examined examine(const CompileRequest &request, Outcome &outcome) noexcept = 0;
    // Writes what the model is to OpenVINO as an IR, ops under the names of the nodes that they
    // come from ("conv1/12").
    virtual Outcome write_ir(const CompileRequest &request, const char *xml_path,
                             const char *weights_path) noexcept = 0;
    // Ends the threads that compiling and running started; the next compilation starts others. For
    // when no program is alive and none is being compiled.
    virtual void shut_down() noexcept = 0;
};

// The one symbol that libascendcl_engine.so exports: `ascendcl_engine`. Answers null when `abi` is
// not kEngineAbi. The object lives as long as the library.
using EngineEntry = Engine *(*)(uint32_t abi);
inline constexpr char kEngineEntryName[] = "ascendcl_engine";

}  // namespace ascendcl::host::engine
