#include "values.h"

#include <cstring>

namespace gallery {

namespace {

constexpr mortise_provider_values_t kTable = {.kinds = 1 << MORTISE_TYPE_SEQUENCE | 1 << MORTISE_TYPE_TENSOR,
                                              .reserved = 0};

Status check(mortise_status status, const mortise_error_t& error) {
  return status == MORTISE_OK ? Status() : Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), error.message);
}

// A value that the run makes.
struct Made {
  mortise_value_t* value = nullptr;
  mortise_tensor_t tensor{};
};
Result<Made> make_tensor(const mortise_host_values_t& values, const sdk::RunArgs& args, mortise_dtype dtype,
                         std::span<const int64_t> dims) {
  Made made;
  mortise_error_t error{};
  MORTISE_TRY(check(values.create_tensor(args.context(), dtype, dims.data(), static_cast<uint32_t>(dims.size()),
                                         &made.value, &made.tensor, &error),
                    error));
  return made;
}

// The tensor of input 1, behind the elements of the sequence that is input 0.
Result<Made> append(const mortise_host_values_t& values, const sdk::RunArgs& args) {
  const mortise_tensor_t& added = args.raw()->inputs[1];
  MORTISE_ASSIGN(const Made made, make_tensor(values, args, added.dtype, std::span(added.dims, added.rank)));
  std::memcpy(made.tensor.data, static_cast<const char*>(added.data) + added.byte_offset, added.size_bytes);
  const auto* sequence = static_cast<const mortise_value_t*>(args.raw()->inputs[0].data);
  std::vector<const mortise_value_t*> elements;
  for (uint64_t i = 0; i < values.num_elements(sequence); ++i) elements.push_back(values.get_element(sequence, i));
  elements.push_back(made.value);
  const mortise_type_t element{.kind = MORTISE_TYPE_TENSOR,
                               .dtype = added.dtype,
                               .rank = MORTISE_UNKNOWN_RANK,
                               .reserved = 0,
                               .dims = nullptr,
                               .element = nullptr};
  const mortise_type_t type{.kind = MORTISE_TYPE_SEQUENCE,
                            .dtype = MORTISE_DTYPE_UNDEFINED,
                            .rank = MORTISE_UNKNOWN_RANK,
                            .reserved = 0,
                            .dims = nullptr,
                            .element = &element};
  mortise_value_t* longer = nullptr;
  mortise_error_t error{};
  MORTISE_TRY(check(values.create(args.context(), &type, elements.data(), elements.size(), &longer, &error), error));
  MORTISE_TRY(check(values.set_output(args.context(), 0, longer, &error), error));
  return made;
}

// The strings of input 0 and then those of input 1.
Result<Made> join(const mortise_host_values_t& values, const sdk::RunArgs& args) {
  std::vector<mortise_string_t> strings;
  for (uint64_t i = 0; i < 2; ++i) {
    const Tensor input = Tensor::view(args.input(i).raw());
    strings.insert(strings.end(), input.data<mortise_string_t>(),
                   input.data<mortise_string_t>() + input.num_elements());
  }
  const int64_t count[] = {static_cast<int64_t>(strings.size())};
  MORTISE_ASSIGN(const Made made, make_tensor(values, args, static_cast<mortise_dtype>(DType::kString), count));
  mortise_error_t error{};
  MORTISE_TRY(check(values.set_strings(made.value, 0, strings.data(), strings.size(), &error), error));
  MORTISE_TRY(check(values.set_output(args.context(), 0, made.value, &error), error));
  return made;
}

}  // namespace

const void* ValuesPlugin::get_extension(Provider& provider, std::string_view id) {
  return id == MORTISE_EXT_VALUES ? &kTable : Plugin::get_extension(provider, id);
}

std::optional<sdk::Refusal> ValuesPlugin::judge(const sdk::NodeView& node) {
  const bool is_onnx = node.domain().empty();
  if (is_onnx && node.op_type() == "SequenceInsert" && !node.has_input(2)) return std::nullopt;
  const bool is_concat = is_onnx && node.op_type() == "Concat" && node.inputs().size() == 2;
  if (is_concat && sdk::ValueView(node.graph(), node.inputs()[0]).dtype() == DType::kString) return std::nullopt;
  return Plugin::judge(node);
}

Status ValuesPlugin::run_steps(Session& session, const sdk::RunArgs& args) {
  const std::string& op = session.steps.front().op;
  const mortise_host_values_t* values = session.provider.host.values();
  if (op != "SequenceInsert" && op != "Concat") return Plugin::run_steps(session, args);
  if (values == nullptr) return unimplemented("the host has no values");
  MORTISE_ASSIGN(const Made made, op == "Concat" ? join(*values, args) : append(*values, args));
  after_output(*values, made.value, made.tensor);
  return {};
}

}  // namespace gallery
