#include "core/model/experimental.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {
namespace {

// Inputs are separated by spaces, and so are attributes, which have the value that they have where a node leaves them
// out. The body is `name = expression; …; expression`, the last being the output, where an expression is a name, a list of
// integers, a number of the type of the first input, or an operator of them. The name of an attribute is its value.
struct FunctionLine {
  std::string_view name;
  int64_t last;  // version of ai.onnx
  std::string_view inputs;
  std::string_view attributes;
  std::string_view body;
};

constexpr FunctionLine kFunctionLines[] = {
    {"Affine", 9, "X", "alpha:float=1 beta:float=0", "Add(Mul(X, alpha), beta)"},
    // Without a scale, which is [height, width], the borders are cut off on all sides: left, top, right, bottom.
    {"Crop", 9, "input", "border:ints scale:ints=0,0",
     "begin = Gather(border, [1, 0]); rest = Sub(Gather(Shape(input), [2, 3]), Gather(border, [3, 2]));"
     "Slice(input, begin, Where(Equal(scale, [0, 0]), rest, Add(begin, scale)), [2, 3])"},
    {"DynamicSlice", 9, "data starts ends axes", "", "Slice(data, starts, ends, axes)"},
    {"ImageScaler", 9, "input", "bias:floats scale:float=1", "Add(Mul(input, scale), Unsqueeze(bias, [1, 2]))"},
    {"MeanVarianceNormalization", 8, "input", "across_channels:int=0 normalize_variance:int=1",
     "apart = Equal(across_channels, [0]); m = ReduceMean(input, [0, 2, 3]);"
     "d = Sub(input, Where(apart, m, ReduceMean(m, [1]))); v = ReduceMean(Mul(d, d), [0, 2, 3]);"
     "deviation = Add(Sqrt(Where(apart, v, ReduceMean(v, [1]))), 1e-9);"
     "Div(d, Where(Equal(normalize_variance, [0]), 1, deviation))"},
    {"ParametricSoftplus", 9, "X", "alpha:float beta:float", "Mul(alpha, Softplus(Mul(beta, X)))"},
    {"Scale", 9, "input", "scale:float=1", "Mul(input, scale)"},
    {"ScaledTanh", 9, "input", "alpha:float beta:float", "Mul(alpha, Tanh(Mul(beta, input)))"},
    {"ThresholdedRelu", 9, "X", "alpha:float=1", "Where(Greater(X, alpha), X, 0)"},
};

// Cuts off and returns what stands before the next `mark`, which goes too.
std::string_view take(std::string_view& text, char mark) {
  const std::string_view head = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

template <class Number>
Number number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

using Proto = onnx::AttributeProto;

// What an attribute is, and which one of Constant is such.
struct AttributeKind {
  std::string_view name;
  Proto::AttributeType type;
  const char* constant;
};
constexpr AttributeKind kAttributeKinds[] = {{"float", Proto::FLOAT, "value_float"},
                                             {"floats", Proto::FLOATS, "value_floats"},
                                             {"int", Proto::INT, "value_int"},
                                             {"ints", Proto::INTS, "value_ints"}};

onnx::AttributeProto attribute_of(std::string_view name, Proto::AttributeType type, std::string_view value) {
  onnx::AttributeProto attribute;
  attribute.set_name(std::string(name));
  attribute.set_type(type);
  if (type == Proto::FLOAT) attribute.set_f(number_of<float>(value));
  if (type == Proto::INT) attribute.set_i(number_of<int64_t>(value));
  while (type == Proto::INTS && !value.empty()) attribute.add_ints(number_of<int64_t>(trimmed(take(value, ','))));
  return attribute;
}

class FunctionReader {
 public:
  explicit FunctionReader(const FunctionLine& line) {
    proto().set_name(std::string(line.name));
    proto().add_opset_import()->set_version(18);
    for (std::string_view rest = line.inputs; !rest.empty();) proto().add_input(std::string(take(rest, ' ')));
    for (std::string_view rest = line.attributes; !rest.empty();) declare(take(rest, ' '));
    for (std::string_view rest = line.body; !rest.empty();) statement(take(rest, ';'));
    proto().add_output(proto().node().rbegin()->output(0));
  }

  ExperimentalFunction take_function() { return std::move(function_); }

 private:
  onnx::FunctionProto& proto() { return function_.proto; }

  // name:type, or name:type=default
  void declare(std::string_view text) {
    const std::string_view name = take(text, ':'), kind_name = take(text, '=');
    const auto* kind = std::find_if(std::begin(kAttributeKinds), std::end(kAttributeKinds),
                                    [&](const AttributeKind& known) { return known.name == kind_name; });
    kinds_[name] = kind;
    if (!text.empty()) function_.defaults.push_back(attribute_of(name, kind->type, text));
  }

  void statement(std::string_view text) {
    const std::string_view name = text.find('=') == std::string_view::npos ? text.substr(0, 0) : take(text, '=');
    expression(text);
    if (!name.empty()) proto().mutable_node()->rbegin()->set_output(0, std::string(trimmed(name)));
  }

  // Cuts off an expression, and gives the name of its value.
  std::string expression(std::string_view& text) {
    text = trimmed(text);
    const size_t end = std::min(text.find_first_of("(),["), text.size());
    const std::string_view name = text.substr(0, end);
    const char mark = end < text.size() ? text[end] : ')';
    text.remove_prefix(mark == '(' || mark == '[' ? end + 1 : end);
    if (mark == '[') return constant(attribute_of("value_ints", Proto::INTS, take(text, ']')));
    if (mark != '(') return leaf(name);
    std::vector<std::string> inputs;
    while (!text.empty() && text.front() != ')') {
      inputs.push_back(expression(text));
      text = trimmed(text);
      if (text.starts_with(',')) text.remove_prefix(1);
    }
    take(text, ')');
    return node(name, inputs).output(0);
  }

  std::string leaf(std::string_view name) {
    if (const auto found = kinds_.find(name); found != kinds_.end()) {
      onnx::AttributeProto value;
      value.set_name(found->second->constant);
      value.set_type(found->second->type);
      value.set_ref_attr_name(std::string(name));
      return constant(value);
    }
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) return std::string(name);
    return constant(attribute_of("value_float", Proto::FLOAT, name));
  }

  // Numbers that are no integers get the type of the first input.
  std::string constant(const onnx::AttributeProto& value) {
    auto& made = node("Constant", {});
    *made.add_attribute() = value;
    const bool is_integer = value.type() == Proto::INT || value.type() == Proto::INTS;
    return is_integer ? made.output(0) : node("CastLike", {made.output(0), proto().input(0)}).output(0);
  }

  onnx::NodeProto& node(std::string_view op_type, const std::vector<std::string>& inputs) {
    auto& node = *proto().add_node();
    node.set_op_type(std::string(op_type));
    for (const std::string& input : inputs) node.add_input(input);
    node.set_name(concat(op_type, proto().node_size()));
    node.add_output(node.name());
    return node;
  }

  ExperimentalFunction function_;
  std::map<std::string_view, const AttributeKind*> kinds_;  // of attributes
};

}  // namespace

std::vector<ExperimentalFunction> experimental_functions(int64_t opset) {
  std::vector<ExperimentalFunction> functions;
  for (const FunctionLine& line : kFunctionLines) {
    if (opset <= line.last) functions.push_back(FunctionReader(line).take_function());
  }
  return functions;
}

}  // namespace mortise
