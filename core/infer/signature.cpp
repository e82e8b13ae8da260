// Reads the notation of signatures.inc and holds nodes against it.
#include "core/infer/signature.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace mortise::infer {

namespace {

// In the order of AttributeValue's alternatives.
constexpr std::string_view kAttributeTypes[] = {
    "",        "float",   "int",    "string",        "tensor",         "graph", "floats", "ints",
    "strings", "tensors", "graphs", "sparse_tensor", "sparse_tensors", "type",  "types"};
static_assert(std::size(kAttributeTypes) == std::variant_size_v<AttributeValue>);

// Cuts off and returns what stands before the next `mark`; all if there is none.
std::string_view take(std::string_view& text, char mark) {
  const size_t end = std::min(text.find(mark), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return head;
}

bool take_suffix(std::string_view& text, char mark) {
  if (text.empty() || text.back() != mark) return false;
  text.remove_suffix(1);
  return true;
}

uint32_t dtype_bit(std::string_view name) {
  for (uint32_t number = 1; number < kNumDTypes; ++number) {
    if (kDTypeInfo[number].name == name) return 1u << number;
  }
  return 0;
}

void read_element_type(std::string_view text, Parameter& parameter, std::vector<std::string_view>& variables) {
  if (text.front() >= 'A' && text.front() <= 'Z') {
    auto found = std::find(variables.begin(), variables.end(), text);
    if (found == variables.end()) found = variables.insert(variables.end(), text);
    parameter.variable = static_cast<uint8_t>(found - variables.begin());
  } else {
    parameter.allowed = text;
    while (!text.empty()) parameter.dtypes |= dtype_bit(take(text, '|'));
  }
}

uint32_t bits(std::initializer_list<DType> dtypes) {
  uint32_t set = 0;
  for (const DType dtype : dtypes) set |= 1u << static_cast<uint32_t>(dtype);
  return set;
}

// A name of the notation of element_types.inc; 0 for an unknown one.
uint32_t named_types(std::string_view name) {
  const uint32_t floats = bits({DType::kF16, DType::kF32, DType::kF64});
  const uint32_t ints =
      bits({DType::kI8, DType::kI16, DType::kI32, DType::kI64, DType::kU8, DType::kU16, DType::kU32, DType::kU64});
  const uint32_t float8 = bits({DType::kF8E4M3FN, DType::kF8E4M3FNUZ, DType::kF8E5M2, DType::kF8E5M2FNUZ});
  if (name == "float") return floats;
  if (name == "float8") return float8;
  if (name == "int") return ints;
  if (name == "number") return floats | ints;
  uint32_t any = floats | ints | bits({DType::kBool, DType::kString, DType::kC64, DType::kC128});
  if (name == "any") return any;
  const std::pair<std::string_view, uint32_t> additions[] = {{"any4", bits({DType::kBF16})},
                                                             {"any9", float8},
                                                             {"any10", bits({DType::kU4, DType::kI4})},
                                                             {"any11", bits({DType::kF4E2M1})},
                                                             {"any12", bits({DType::kF8E8M0})},
                                                             {"any13", bits({DType::kU2, DType::kI2})}};
  for (const auto& [version, types] : additions) {
    any |= types;
    if (name == version) return any;
  }
  return dtype_bit(name);
}

// "int32, int64 or string"
std::string to_text(uint32_t dtypes) {
  std::string text;
  for (uint32_t number = 1; number < kNumDTypes; ++number) {
    if ((dtypes >> number & 1) == 0) continue;
    const bool is_last = dtypes >> number == 1;
    text.append(text.empty() ? "" : is_last ? " or " : ", ").append(kDTypeInfo[number].name);
  }
  return text;
}

// Of a tensor, or of the tensors in a sequence or an optional.
DType element_type(const Type& type) {
  if (type.kind == ValueKind::kMap) return DType::kUndefined;
  return type.element ? element_type(*type.element) : type.dtype;
}

bool allows(const Parameter& parameter, DType dtype) {
  return parameter.dtypes == 0 || dtype == DType::kUndefined ||
         (parameter.dtypes >> static_cast<uint32_t>(dtype) & 1) != 0;
}

std::vector<Parameter> read_parameters(std::string_view text, std::vector<std::string_view>& variables, uint32_t& min,
                                       uint32_t& max) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    std::string_view type = take(text, ' ');
    Parameter parameter;
    parameter.name = take(type, ':');
    max = static_cast<uint32_t>(parameters.size()) + 1;
    if (take_suffix(type, '?')) {
      parameter.count = Parameter::Count::kOptional;
    } else if (take_suffix(type, '*')) {
      parameter.count = Parameter::Count::kMany;
    } else {
      min = max;
      if (take_suffix(type, '+')) parameter.count = Parameter::Count::kMany;
    }
    if (parameter.count == Parameter::Count::kMany) max = kAnyNumber;
    parameter.type = type;
    if (type.starts_with("seq(")) {
      parameter.kind = Parameter::Kind::kSequence;
      read_element_type(type.substr(4, type.size() - 5), parameter, variables);
    } else if (type != "any") {
      parameter.kind = Parameter::Kind::kTensor;
      read_element_type(type, parameter, variables);
    }
    parameters.push_back(parameter);
  }
  return parameters;
}

// An empty end leaves `end` as it is; false for what is no number.
bool read_end(std::string_view text, int64_t& end) {
  const char* const last = text.data() + text.size();
  if (text.empty()) return true;
  const auto read = std::from_chars(text.data(), last, end);
  return read.ec == std::errc() && read.ptr == last;
}

// False for a range whose ends are no numbers.
bool read_restriction(std::string_view text, AttributeRule& rule) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    while (!text.empty()) rule.words.push_back(take(text, ','));
    return true;
  }
  return read_end(text.substr(0, dots), rule.least) && read_end(text.substr(dots + 2), rule.most);
}

// Its type is 0 where the text is not in the notation.
AttributeRule read_attribute(std::string_view text) {
  AttributeRule rule;
  bool good = true;
  rule.name = take(text, ':');
  rule.required = take_suffix(text, '!');
  if (take_suffix(text, ')')) {
    const std::string_view type = take(text, '(');
    good = read_restriction(text, rule);
    text = type;
  }
  const auto* found = std::find(std::begin(kAttributeTypes), std::end(kAttributeTypes), text);
  if (good && found != std::end(kAttributeTypes)) rule.type = static_cast<size_t>(found - std::begin(kAttributeTypes));
  return rule;
}

template <class... Parts>
Status fault(const Graph& graph, NodeId id, const Parts&... parts) {
  return std::move(invalid_argument(describe(graph, id), ": ", parts...)).at_node(id);
}

std::string range(uint32_t least, uint32_t most) {
  if (least == most) return std::to_string(least);
  return most == kAnyNumber ? concat("at least ", least) : concat(least, " to ", most);
}

template <class List>
std::string join(const List& list) {
  std::string text;
  for (const auto& item : list) text.append(text.empty() ? "" : ", ").append(item);
  return text;
}

std::string range_of(const AttributeRule& rule) {
  if (rule.most == std::numeric_limits<int64_t>::max()) return concat("at least ", rule.least);
  return concat(rule.least, " to ", rule.most);
}

Status check_attribute(const AttributeRule& rule, const Graph& graph, NodeId id, const AttributeValue& value) {
  if (value.index() != rule.type) {
    return fault(graph, id, "attribute '", rule.name, "' is a value of the type ", kAttributeTypes[value.index()],
                 "; it must be of the type ", kAttributeTypes[rule.type]);
  }
  if (const auto* number = std::get_if<int64_t>(&value); number != nullptr) {
    if (!rule.has(*number)) {
      return fault(graph, id, "attribute '", rule.name, "' is ", *number, "; it must be ", range_of(rule));
    }
  }
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value); numbers != nullptr) {
    const auto odd = std::find_if_not(numbers->begin(), numbers->end(), [&](int64_t n) { return rule.has(n); });
    if (odd != numbers->end()) {
      return fault(graph, id, "attribute '", rule.name, "' has the entry ", *odd, "; each must be ", range_of(rule));
    }
  }
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !rule.words.empty()) {
    if (std::find(rule.words.begin(), rule.words.end(), *text) == rule.words.end()) {
      return fault(graph, id, "attribute '", rule.name, "' is '", *text, "'; it must be one of ", join(rule.words));
    }
  }
  return {};
}

Status check_attributes(const Signature& signature, const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  for (const Attribute& attribute : node.attributes) {
    const auto rule = std::find_if(signature.attributes.begin(), signature.attributes.end(),
                                   [&](const AttributeRule& r) { return attribute.name == r.name; });
    if (rule == signature.attributes.end()) {
      std::vector<std::string_view> known;
      for (const AttributeRule& r : signature.attributes) known.push_back(r.name);
      return fault(graph, id, "attribute '", attribute.name.view(), "' is unknown to version ", node.since_version,
                   " of the operator, which has ", known.empty() ? "none" : join(known));
    }
    MORTISE_TRY(check_attribute(*rule, graph, id, attribute.value));
  }
  for (const AttributeRule& rule : signature.attributes) {
    if (rule.required && node.find(rule.name) == nullptr) {
      return fault(graph, id, "attribute '", rule.name, "' is missing");
    }
  }
  return {};
}

}  // namespace

Signature parse_signature(std::string_view inputs, std::string_view outputs, std::string_view attributes,
                          int32_t since_version) {
  Signature signature;
  std::vector<std::string_view> variables;
  signature.since_version = since_version;
  signature.inputs = read_parameters(inputs, variables, signature.min_inputs, signature.max_inputs);
  signature.outputs = read_parameters(outputs, variables, signature.min_outputs, signature.max_outputs);
  while (!attributes.empty()) signature.attributes.push_back(read_attribute(take(attributes, ' ')));
  return signature;
}

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text.front())) == 0) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

Status check_element_type(std::string_view text, std::vector<std::string_view>& variables) {
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z' && is_name(text)) {
    if (std::find(variables.begin(), variables.end(), text) == variables.end()) variables.push_back(text);
    if (variables.size() <= std::tuple_size_v<ElementTypes>) return {};
    return invalid_argument("it has more than ", std::tuple_size_v<ElementTypes>, " type variables");
  }
  do {
    const std::string_view word = take(text, '|');
    if (dtype_bit(word) == 0) return invalid_argument("'", word, "' is no element type");
  } while (!text.empty());
  return {};
}

Status check_parameters(std::string_view text, std::vector<std::string_view>& variables) {
  while (!text.empty()) {
    std::string_view type = take(text, ' ');
    const std::string_view whole = type;
    const std::string_view name = take(type, ':');
    const bool many = take_suffix(type, '*') || take_suffix(type, '+');
    if (!many) take_suffix(type, '?');
    if (!is_name(name)) return invalid_argument("parameter '", whole, "' is not of the form name:type");
    if (many && !text.empty()) return invalid_argument("parameter '", whole, "' is variadic, but not the last");
    if (type == "any") continue;
    if (type.starts_with("seq(")) {
      if (!take_suffix(type, ')')) return invalid_argument("parameter '", whole, "' has no ')'");
      type.remove_prefix(4);
    }
    MORTISE_TRY(check_element_type(type, variables).context(concat("parameter '", whole, "'")));
  }
  return {};
}

Status check_attributes(std::string_view text) {
  while (!text.empty()) {
    const std::string_view whole = take(text, ' ');
    const AttributeRule rule = read_attribute(whole);
    if (is_name(rule.name) && rule.type != 0) continue;
    return invalid_argument("attribute '", whole, "' is not of the form name:type, with a type that exists");
  }
  return {};
}

}  // namespace

Result<Signature> read_signature(std::string_view inputs, std::string_view outputs, std::string_view attributes,
                                 int32_t since_version) {
  std::vector<std::string_view> variables;
  MORTISE_TRY(check_parameters(inputs, variables).context("inputs"));
  MORTISE_TRY(check_parameters(outputs, variables).context("outputs"));
  MORTISE_TRY(check_attributes(attributes));
  return parse_signature(inputs, outputs, attributes, since_version);
}

const Parameter& parameter_of(const std::vector<Parameter>& parameters, uint32_t i) {
  return parameters[std::min<size_t>(i, parameters.size() - 1)];
}

std::string_view variable_of(const Parameter& parameter) {
  std::string_view type = parameter.type;
  if (type == "any") return parameter.name;
  if (type.starts_with("seq(")) type = type.substr(4, type.size() - 5);
  return type;
}

void allow_types(Signature& signature, std::string_view types) {
  while (!types.empty()) {
    std::string_view allowed = take(types, ';');
    if (allowed.starts_with(' ')) allowed.remove_prefix(1);
    const std::string_view variable = take(allowed, ':');
    allowed.remove_prefix(1);
    uint32_t dtypes = 0;
    for (std::string_view rest = allowed; !rest.empty();) dtypes |= named_types(take(rest, '+'));
    for (auto* parameters : {&signature.inputs, &signature.outputs}) {
      for (Parameter& parameter : *parameters) {
        if (variable_of(parameter) != variable) continue;
        parameter.allowed = allowed;
        parameter.dtypes = dtypes;
      }
    }
  }
}

Status check_node(const Signature& signature, const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.inputs.size() < signature.min_inputs || node.inputs.size() > signature.max_inputs) {
    return fault(graph, id, "it has ", node.inputs.size(), " inputs; version ", node.since_version,
                 " of the operator takes ", range(signature.min_inputs, signature.max_inputs));
  }
  if (node.outputs.size() < signature.min_outputs || node.outputs.size() > signature.max_outputs) {
    return fault(graph, id, "it has ", node.outputs.size(), " outputs; version ", node.since_version,
                 " of the operator gives ", range(signature.min_outputs, signature.max_outputs));
  }
  for (uint32_t i = 0; i < node.inputs.size(); ++i) {
    const Parameter& parameter = parameter_of(signature.inputs, i);
    if (node.inputs[i] == kNoId && parameter.count == Parameter::Count::kOne) {
      return fault(graph, id, "input #", i, " '", parameter.name, "' is left out, but it is required");
    }
  }
  return check_attributes(signature, graph, id);
}

Status check_input(const Signature& signature, const Graph& graph, NodeId id, uint32_t i, const Type& type,
                   ElementTypes& types) {
  const Parameter& parameter = parameter_of(signature.inputs, i);
  if (type.kind == ValueKind::kNone) return {};
  const bool sequence = parameter.kind == Parameter::Kind::kSequence;
  const auto mismatch = [&](const auto&... wanted) {
    return fault(graph, id, "input #", i, " '", parameter.name, "' is ", to_string(type), "; it must be ", wanted...);
  };
  const DType dtype = element_type(type);
  const auto not_allowed = [&] {
    return mismatch(to_text(parameter.dtypes), " in version ", signature.since_version,
                    " of the operator; cast it, or import an opset whose version takes it");
  };
  if (parameter.kind == Parameter::Kind::kAnything) return allows(parameter, dtype) ? Status() : not_allowed();
  if (type.kind != (sequence ? ValueKind::kSequence : ValueKind::kTensor)) {
    return mismatch(sequence ? "a sequence of tensors" : "a tensor");
  }
  if (dtype == DType::kUndefined) return {};
  if (!allows(parameter, dtype)) return not_allowed();
  if (!parameter.variable) return {};
  DType& bound = types[*parameter.variable];
  if (bound == DType::kUndefined) bound = dtype;
  return bound == dtype ? Status() : mismatch(to_string(bound), ", like the other inputs of the type ", parameter.type);
}

Status check_output(const Signature& signature, const Graph& graph, NodeId id, uint32_t i, const Type& type) {
  const Parameter& parameter = parameter_of(signature.outputs, i);
  if (allows(parameter, element_type(type))) return {};
  return fault(graph, id, "output #", i, " '", parameter.name, "' would be ", to_string(type), "; version ",
               signature.since_version, " of the operator gives ", to_text(parameter.dtypes));
}

Status check_constant(const Signature& signature, std::string_view attribute, DType dtype) {
  const auto& rules = signature.attributes;
  if (std::none_of(rules.begin(), rules.end(), [&](const AttributeRule& rule) { return rule.name == attribute; })) {
    std::vector<std::string_view> known;
    for (const AttributeRule& rule : rules) known.push_back(rule.name);
    return invalid_argument("attribute '", attribute, "' is unknown to version ", signature.since_version,
                            " of the operator, which has ", join(known));
  }
  if (allows(signature.outputs.front(), dtype)) return {};
  return invalid_argument("its value is ", to_string(dtype), "; it must be ", to_text(signature.outputs.front().dtypes),
                          " in version ", signature.since_version, " of the operator");
}

Type output_type(const Signature& signature, uint32_t i, const ElementTypes& types) {
  const Parameter& parameter = parameter_of(signature.outputs, i);
  DType dtype = DType::kUndefined;
  if (parameter.variable) {
    dtype = types[*parameter.variable];
  } else if (parameter.dtypes != 0 && (parameter.dtypes & (parameter.dtypes - 1)) == 0) {
    dtype = static_cast<DType>(std::countr_zero(parameter.dtypes));
  }
  switch (parameter.kind) {
    case Parameter::Kind::kTensor:
      return Type::tensor(dtype);
    case Parameter::Kind::kSequence:
      return Type::sequence(Type::tensor(dtype));
    case Parameter::Kind::kAnything:
      break;
  }
  return {};
}

}  // namespace mortise::infer
