// SPDX-License-Identifier: Apache-2.0
//
// See lower.h. A Lowering collects operands and parameters; the first thing that does not suit the chip is thrown as a
// Refusal and caught in lower(), which keeps each operator to the few lines that say what is particular to it.
#include "lower.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "datasheet.h"
#include "mortise/sdk/onnx/window.h"

namespace mortise::mock_npu {
namespace {

template <class... Parts>
[[noreturn]] void refuse(uint32_t code, const Parts&... parts) {
  throw sdk::Refusal{code, concat(parts...)};
}

class Lowering {
 public:
  Lowering(const sdk::GraphView& graph, const sdk::NodeView& node, const Options& options)
      : graph_(graph), node_(node), real_(options.half ? Element::kF16 : Element::kF32) {}

  Lowered take(const Options& options);

 private:
  std::string op() const { return std::string(node_.op_type()); }
  Type type_of(uint32_t value, DType also_allowed = DType::kUndefined) const;
  const Type& input(uint32_t index, DType also_allowed = DType::kUndefined);
  const Type& constant_input(uint32_t index, DType also_allowed = DType::kUndefined);
  sdk::TensorView constant(uint32_t index) const;
  template <class T>
  std::vector<T> numbers(uint32_t index) const;
  float scalar(uint32_t index) const;
  int32_t zero_point(uint32_t index) const;
  void no_attribute(std::string_view name, int64_t expected) const;
  void window(int64_t kernel_h, int64_t kernel_w);
  void conv();
  void pool();
  void matmul();
  void qlinear_conv();
  void qlinear_matmul();
  void clip();
  void concatenate();
  void quantize();
  void check_output(const Options& options);

  const sdk::GraphView& graph_;
  const sdk::NodeView& node_;
  Element real_;
  Lowered made_;
};

Type Lowering::type_of(uint32_t id, DType also_allowed) const {
  const sdk::ValueView value = graph_.value(id);
  Type type;
  if (!value.is_tensor()) refuse(MORTISE_REFUSAL_DTYPE, op(), ": '", value.name(), "' is not a tensor");
  switch (value.dtype()) {
    case DType::kF32:
      type.element = real_;
      break;
    case DType::kI8:
      type.element = Element::kI8;
      break;
    case DType::kU8:
      type.element = Element::kU8;
      break;
    default:
      if (value.dtype() != also_allowed || also_allowed != DType::kI32) {
        refuse(MORTISE_REFUSAL_DTYPE, op(), ": '", value.name(), "' is ", to_string(value.dtype()),
               "; the chip takes float32, int8 and uint8");
      }
      type.element = Element::kI32;
  }
  if (!value.has_rank()) refuse(MORTISE_REFUSAL_DYNAMIC_SHAPE, op(), ": the rank of '", value.name(), "' is unknown");
  if (value.type().rank > static_cast<int32_t>(kMaxRank)) {
    refuse(MORTISE_REFUSAL_RANK, op(), ": '", value.name(), "' has rank ", value.type().rank, ", the chip goes to ",
           kMaxRank);
  }
  const auto shape = value.static_shape();
  if (!shape)
    refuse(MORTISE_REFUSAL_DYNAMIC_SHAPE, op(), ": the shape of '", value.name(), "' is known only in the run");
  for (const int64_t extent : *shape) {
    if (extent < 1 || extent > kMaxExtent) {
      refuse(MORTISE_REFUSAL_SHAPE, op(), ": '", value.name(), "' has an extent of ", extent, ", the chip takes 1 to ",
             kMaxExtent);
    }
  }
  type.dims = *shape;
  if (type.dims.num_elements() > kMaxElements)
    refuse(MORTISE_REFUSAL_TOO_BIG, op(), ": '", value.name(), "' has too many elements");
  return type;
}

const Type& Lowering::input(uint32_t index, DType also_allowed) {
  if (!node_.has_input(index)) refuse(MORTISE_REFUSAL_OTHER, op(), ": input ", index, " is missing");
  const uint32_t value = node_.inputs()[index];
  made_.inputs.push_back({value, {}, type_of(value, also_allowed)});
  return made_.inputs.back().type;
}

sdk::TensorView Lowering::constant(uint32_t index) const {
  if (!node_.has_input(index)) refuse(MORTISE_REFUSAL_OTHER, op(), ": input ", index, " is missing");
  const sdk::ValueView value = graph_.value(node_.inputs()[index]);
  if (!value.is_constant()) {
    refuse(MORTISE_REFUSAL_NOT_CONSTANT, op(), ": input ", index, " ('", value.name(), "') must be constant");
  }
  return value.constant();
}

const Type& Lowering::constant_input(uint32_t index, DType also_allowed) {
  constant(index);
  return input(index, also_allowed);
}

template <class T>
std::vector<T> Lowering::numbers(uint32_t index) const {
  const sdk::TensorView tensor = constant(index);
  if (tensor.dtype() != dtype_of<T>) {
    refuse(MORTISE_REFUSAL_DTYPE, op(), ": input ", index, " is ", to_string(tensor.dtype()), ", expected ",
           to_string(dtype_of<T>));
  }
  std::vector<T> copy(tensor.size_bytes() / sizeof(T));
  if (!copy.empty())
    std::memcpy(copy.data(), static_cast<const char*>(tensor.raw().data) + tensor.raw().byte_offset,
                copy.size() * sizeof(T));
  return copy;
}

float Lowering::scalar(uint32_t index) const {
  const auto all = numbers<float>(index);
  if (all.size() != 1)
    refuse(MORTISE_REFUSAL_SHAPE, op(), ": input ", index, " has ", all.size(),
           " elements; one per tensor is supported");
  return all[0];
}

int32_t Lowering::zero_point(uint32_t index) const {
  if (!node_.has_input(index)) return 0;
  const auto same = [&](const auto& all) -> int32_t {
    if (all.empty() || std::any_of(all.begin(), all.end(), [&](auto zero) { return zero != all[0]; })) {
      refuse(MORTISE_REFUSAL_SHAPE, op(), ": zero points must be equal over all channels");
    }
    return all[0];
  };
  return constant(index).dtype() == DType::kI8 ? same(numbers<int8_t>(index)) : same(numbers<uint8_t>(index));
}

void Lowering::no_attribute(std::string_view name, int64_t expected) const {
  const int64_t value = node_.get_int(name, expected);
  if (value != expected)
    refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": ", name, " = ", value, " is not supported, only ", expected);
}

// Strides and padding, for an x of rank 4 that is operand 0.
void Lowering::window(int64_t kernel_h, int64_t kernel_w) {
  const auto attributes = sdk::read_window(node_);
  if (!attributes.ok()) refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": ", attributes.status().message());
  const auto resolved = sdk::resolve_window(*attributes, made_.inputs[0].type.dims, Shape{kernel_h, kernel_w});
  if (!resolved.ok()) refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": ", resolved.status().message());
  const sdk::Window& window = *resolved;
  auto& params = made_.command.params;
  for (uint32_t axis = 0; axis < 2; ++axis) {
    if (window.dilation[axis] != 1) {
      refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": dilation ", window.dilation[axis], " is not supported, only 1");
    }
    for (const int64_t extent : {window.stride[axis], window.pad_begin[axis], window.pad_end[axis]}) {
      if (extent > 255) refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": strides and pads go up to 255, not ", extent);
    }
    params[kStrideH + axis] = static_cast<int32_t>(window.stride[axis]);
    params[kPadTop + axis] = static_cast<int32_t>(window.pad_begin[axis]);
    params[kPadBottom + axis] = static_cast<int32_t>(window.pad_end[axis]);
  }
}

void Lowering::conv() {
  const bool quantized = op() == "QLinearConv";
  const uint32_t w_index = quantized ? 3 : 1, bias_index = quantized ? 8 : 2;
  const Type x = input(0);
  const Type w = constant_input(w_index);
  if (x.dims.rank() != 4 || w.dims.rank() != 4) {
    refuse(MORTISE_REFUSAL_RANK, op(), ": the input has rank ", x.dims.rank(),
           "; only 2-D convolutions (rank 4) are supported");
  }
  const int64_t group = node_.get_int("group", 1);
  if (group != 1 && (group != x.dims[1] || w.dims[1] != 1)) {
    refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": group ", group, " over ", x.dims[1],
           " channels is neither 1 nor depthwise");
  }
  const auto kernel = node_.get_ints("kernel_shape");
  if (!kernel.empty() && (kernel.size() != 2 || kernel[0] != w.dims[2] || kernel[1] != w.dims[3])) {
    refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": kernel_shape does not match the weights");
  }
  window(w.dims[2], w.dims[3]);
  made_.command.params[kGroup] = static_cast<int32_t>(group);
  made_.command.opcode = quantized ? Opcode::kConvInt8 : Opcode::kConv;
  if (quantized) qlinear_conv();
  if (node_.has_input(bias_index)) constant_input(bias_index, quantized ? DType::kI32 : DType::kUndefined);
}

void Lowering::qlinear_conv() {
  const float x_scale = scalar(1), y_scale = scalar(6);
  std::vector<float> factors = numbers<float>(4);
  for (float& factor : factors) factor = x_scale * factor / y_scale;
  const auto count = static_cast<int64_t>(factors.size());
  made_.inputs.push_back({MORTISE_NO_ID, std::move(factors), {Element::kF32, Shape{count}}});
  made_.command.params[kZeroX] = zero_point(2);
  made_.command.params[kZeroW] = zero_point(5);
  made_.command.params[kZeroY] = zero_point(7);
}

void Lowering::qlinear_matmul() {
  input(0);
  constant_input(3);
  made_.command.opcode = Opcode::kMatMulInt8;
  made_.inputs.push_back({MORTISE_NO_ID, {scalar(1) * scalar(4) / scalar(6)}, {Element::kF32, Shape{1}}});
  made_.command.params[kZeroX] = zero_point(2);
  made_.command.params[kZeroW] = zero_point(5);
  made_.command.params[kZeroY] = zero_point(7);
}

void Lowering::pool() {
  auto& params = made_.command.params;
  const Type x = input(0);
  if (x.dims.rank() != 4)
    refuse(MORTISE_REFUSAL_RANK, op(), ": the input has rank ", x.dims.rank(), "; only rank 4 is supported");
  if (node_.has_output(1)) refuse(MORTISE_REFUSAL_OTHER, op(), ": the output of indices is not supported");
  no_attribute("ceil_mode", 0);
  int64_t kernel[] = {x.dims[2], x.dims[3]};
  if (op() != "GlobalAveragePool") {
    const auto given = node_.get_ints("kernel_shape");
    if (given.size() != 2) refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": kernel_shape needs 2 numbers");
    std::copy(given.begin(), given.end(), kernel);
  }
  if (std::max(kernel[0], kernel[1]) > kMaxExtent) refuse(MORTISE_REFUSAL_ATTRIBUTE, op(), ": the kernel is too big");
  window(kernel[0], kernel[1]);
  params[kKernelH] = static_cast<int32_t>(kernel[0]);
  params[kKernelW] = static_cast<int32_t>(kernel[1]);
  params[kCountPadding] = node_.get_int("count_include_pad", 0) != 0;
  made_.command.opcode = op() == "MaxPool" ? Opcode::kMaxPool : Opcode::kAveragePool;
}

void Lowering::matmul() {
  const bool gemm = op() == "Gemm";
  input(0);
  constant_input(1);
  made_.command.opcode = Opcode::kMatMul;
  made_.command.scalars = {1, 1};
  if (!gemm) return;
  no_attribute("transA", 0);
  made_.command.params[kTransposeB] = node_.get_int("transB", 0) != 0;
  made_.command.scalars = {node_.get_float("alpha", 1), node_.get_float("beta", 1)};
  if (!node_.has_input(2)) return;
  const Shape bias = constant_input(2).dims;
  const Shape& b = made_.inputs[1].type.dims;
  const int64_t columns = b.rank() == 2 ? b[made_.command.params[kTransposeB] != 0 ? 0 : 1] : 0;
  const bool one = bias.num_elements() == 1,
             row = bias.num_elements() == columns && bias.rank() > 0 && bias.back() == columns;
  if (!one && !row)
    refuse(MORTISE_REFUSAL_SHAPE, op(), ": C has shape ", to_string(bias), "; one row of ", columns,
           " or a scalar is supported");
}

void Lowering::clip() {
  made_.command.opcode = Opcode::kClip;
  const float infinity = std::numeric_limits<float>::infinity();
  input(0);
  if (op() == "Relu") {
    made_.command.scalars = {0, infinity};
  } else if (node_.since_version() < 11) {
    made_.command.scalars = {node_.get_float("min", -infinity), node_.get_float("max", infinity)};
  } else {
    made_.command.scalars = {node_.has_input(1) ? scalar(1) : -infinity, node_.has_input(2) ? scalar(2) : infinity};
  }
}

void Lowering::concatenate() {
  for (uint32_t i = 0; i < node_.inputs().size(); ++i) input(i);
  if (made_.inputs.empty()) refuse(MORTISE_REFUSAL_OTHER, "Concat: no inputs");
  const auto rank = static_cast<int64_t>(made_.inputs[0].type.dims.rank());
  const int64_t axis = node_.get_int("axis", 0);
  if (axis < -rank || axis >= rank) refuse(MORTISE_REFUSAL_ATTRIBUTE, "Concat: axis ", axis, " is out of range");
  made_.command.opcode = Opcode::kConcat;
  made_.command.params[0] = static_cast<int32_t>(axis < 0 ? axis + rank : axis);
}

void Lowering::quantize() {
  no_attribute("block_size", 0);
  input(0);
  made_.command.opcode = op() == "QuantizeLinear" ? Opcode::kQuantize : Opcode::kDequantize;
  made_.command.scalars[0] = scalar(1);
  made_.command.params[0] = zero_point(2);
}

// The graph must agree with the command about the output, and everything must fit into the SRAM.
void Lowering::check_output(const Options& options) {
  if (!node_.has_output(0)) refuse(MORTISE_REFUSAL_OTHER, op(), ": output 0 is missing");
  const uint32_t value = node_.outputs()[0];
  made_.output = {value, {}, type_of(value)};
  std::vector<Type> types;
  for (const Operand& operand : made_.inputs) types.push_back(operand.type);
  const Type& y = made_.output.type;
  if (made_.command.opcode == Opcode::kCopy) {
    if (types[0].element != y.element || types[0].dims.num_elements() != y.dims.num_elements()) {
      refuse(MORTISE_REFUSAL_SHAPE, op(), ": ", to_string(types[0].dims), " cannot become ", to_string(y.dims));
    }
  } else {
    const auto dims = output_dims(made_.command, types);
    if (!dims)
      refuse(MORTISE_REFUSAL_SHAPE, op(), ": the shapes or element types of its inputs are not supported together");
    if (*dims != y.dims)
      refuse(MORTISE_REFUSAL_SHAPE, op(), ": the output would be ", to_string(*dims), ", the model says ",
             to_string(y.dims));
  }
  const bool bytes = made_.command.opcode == Opcode::kQuantize || made_.command.opcode == Opcode::kConvInt8 ||
                     made_.command.opcode == Opcode::kMatMulInt8;
  const bool moves = made_.command.opcode == Opcode::kCopy || made_.command.opcode == Opcode::kConcat;
  if (!moves && bytes != (y.element == Element::kI8 || y.element == Element::kU8)) {
    refuse(MORTISE_REFUSAL_DTYPE, op(), ": its output has an element type that the chip does not make");
  }
  uint64_t working_set = y.bytes();
  for (const Type& type : types) working_set += type.bytes();
  if (working_set > options.sram_kib * 1024) {
    refuse(MORTISE_REFUSAL_TOO_BIG, op(), ": working set ", (working_set + 1023) / 1024, " KiB exceeds ",
           options.sram_kib, " KiB of SRAM");
  }
}

Lowered Lowering::take(const Options& options) {
  const OperatorSheet* sheet = node_.domain().empty() ? find_operator(node_.op_type()) : nullptr;
  if (sheet == nullptr) refuse(MORTISE_REFUSAL_OP, op(), " is not among the operators of the chip");
  if (node_.since_version() < sheet->first_version || node_.since_version() > sheet->last_version) {
    refuse(MORTISE_REFUSAL_OPSET, op(), "-", node_.since_version(), ": versions ", sheet->first_version, " to ",
           sheet->last_version, " are supported");
  }
  const std::string type = op();
  made_.command.node_id = node_.id();
  made_.command.name = type;
  const auto simple = [&](Opcode opcode, uint32_t num_inputs) {
    made_.command.opcode = opcode;
    for (uint32_t i = 0; i < num_inputs; ++i) input(i);
  };
  if (type == "Conv" || type == "QLinearConv")
    conv();
  else if (type == "MatMul" || type == "Gemm")
    matmul();
  else if (type == "QLinearMatMul")
    qlinear_matmul();
  else if (type == "Add")
    simple(Opcode::kAdd, 2);
  else if (type == "Sub")
    simple(Opcode::kSub, 2);
  else if (type == "Mul")
    simple(Opcode::kMul, 2);
  else if (type == "Sigmoid")
    simple(Opcode::kSigmoid, 1);
  else if (type == "HardSwish")
    simple(Opcode::kHardSwish, 1);
  else if (type == "Relu" || type == "Clip")
    clip();
  else if (type == "Concat")
    concatenate();
  else if (type == "QuantizeLinear" || type == "DequantizeLinear")
    quantize();
  else if (type == "Flatten" || type == "Reshape") {
    if (type == "Reshape") constant(1);  // the output's static shape is what it says
    simple(Opcode::kCopy, 1);
  } else
    pool();
  check_output(options);
  return std::move(made_);
}

}  // namespace

std::variant<Lowered, sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node,
                                          const Options& options) {
  try {
    return Lowering(graph, node, options).take(options);
  } catch (sdk::Refusal& refusal) {
    return std::move(refusal);
  }
}

}  // namespace mortise::mock_npu
