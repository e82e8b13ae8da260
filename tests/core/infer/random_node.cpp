#include "tests/core/infer/random_node.h"

#include <bit>

namespace mortise {
namespace {

using infer::AttributeRule;
using infer::Parameter;

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kExtremes[] = {
    kLeast, kLeast + 1, -kMost / 2,       -1000000,         -65,       -2,        -1,   0, 1, 2, 3,
    64,     65,         int64_t{1} << 31, int64_t{1} << 40, kMost / 2, kMost - 1, kMost};
constexpr const char* kSymbols[] = {"batch", "height", "width"};

class Maker {
 public:
  Maker(const infer::Operator& op, const infer::Signature& signature, Manners manners, std::mt19937& random)
      : op_(op),
        signature_(signature),
        hostile_(manners == Manners::kHostile),
        random_(random),
        graph_(std::make_shared<StringTable>()) {}

  Graph make() {
    Node node;
    node.name = graph_.intern("victim");
    node.domain = graph_.intern(op_.domain);
    node.op_type = graph_.intern(op_.name);
    node.since_version = signature_.since_version;
    for (DType& dtype : variables_) dtype = any_dtype();
    base_rank_ = below(5);
    const size_t inputs = count(signature_.inputs, signature_.min_inputs);
    for (size_t i = 0; i < inputs; ++i) node.inputs.push_back(make_input(signature_.inputs, i));
    const size_t outputs = std::max<size_t>(count(signature_.outputs, signature_.min_outputs), 1);
    for (size_t i = 0; i < outputs; ++i) {
      const bool left_out = i > 0 && one_in(hostile_ ? 4 : 8);
      node.outputs.push_back(left_out ? kNoId : graph_.add_value(graph_.intern(concat("out", i))));
      if (!left_out) graph_.outputs.push_back(node.outputs.back());
    }
    for (const AttributeRule& rule : signature_.attributes) {
      if (one_in(hostile_ ? 5 : 3) && !(rule.required && !hostile_)) continue;
      node.attributes.push_back({graph_.intern(rule.name), make_attribute(rule)});
    }
    if (hostile_ && one_in(30)) node.attributes.push_back({graph_.intern("unheard_of"), int64_t{1}});
    graph_.add_node(std::move(node));
    static_cast<void>(graph_.finalize().ok());
    return std::move(graph_);
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  bool one_in(size_t n) { return below(n) == 0; }
  template <class T, size_t N>
  const T& pick(const T (&list)[N]) {
    return list[below(N)];
  }

  int64_t number() { return hostile_ && one_in(2) ? pick(kExtremes) : static_cast<int64_t>(below(7)) - 2; }
  DType any_dtype() {
    constexpr DType kUsual[] = {DType::kF32, DType::kF32, DType::kI64, DType::kI32, DType::kF64, DType::kBool};
    return hostile_ && one_in(6) ? static_cast<DType>(below(kNumDTypes)) : pick(kUsual);
  }

  size_t count(const std::vector<Parameter>& parameters, size_t least) {
    if (hostile_ && one_in(12)) return below(parameters.size() + 3);
    if (parameters.empty()) return 0;
    const bool many = parameters.back().count == Parameter::Count::kMany;
    const size_t most = parameters.size() + (many ? 3 : 0);
    return least + below(most - std::min(least, most) + 1);
  }

  DType dtype_of(const Parameter& parameter) {
    if (hostile_ && one_in(12)) return any_dtype();
    DType dtype = parameter.variable ? variables_[*parameter.variable] : any_dtype();
    while (parameter.dtypes != 0 && (parameter.dtypes >> static_cast<uint32_t>(dtype) & 1) == 0) {
      dtype = static_cast<DType>(below(kNumDTypes));
    }
    if (parameter.variable) variables_[*parameter.variable] = dtype;
    return dtype;
  }

  Dim extent() {
    if (one_in(5)) return symbolic_dim(graph_.intern(pick(kSymbols)));
    if (one_in(8)) return kUnknownDim;
    if (!hostile_) return known_dim(static_cast<int64_t>(below(5)));
    const int64_t value = one_in(3) ? pick(kExtremes) : static_cast<int64_t>(below(8));
    return value >= 0 ? known_dim(value) : kUnknownDim;
  }

  std::optional<Dims> shape() {
    if (one_in(10)) return std::nullopt;
    const size_t rank = one_in(3) ? below(hostile_ ? 9 : 5) : base_rank_;
    Dims dims;
    for (size_t i = 0; i < rank; ++i) dims.push_back(extent());
    return dims;
  }

  Tensor constant(DType dtype) {
    const Shape shape = one_in(3) ? Shape{} : Shape{static_cast<int64_t>(one_in(2) ? base_rank_ : below(6))};
    Tensor tensor = Tensor::allocate(dtype, shape).value();
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      switch (dtype) {
        case DType::kI64:
          tensor.data<int64_t>()[i] = number();
          break;
        case DType::kI32:
          tensor.data<int32_t>()[i] = static_cast<int32_t>(number());
          break;
        case DType::kF32:
          tensor.data<float>()[i] =
              hostile_ && one_in(9) ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(number()) / 2;
          break;
        case DType::kF64:
          tensor.data<double>()[i] = static_cast<double>(number()) / 2;
          break;
        default:
          tensor.data<uint8_t>()[i] = static_cast<uint8_t>(below(2));
      }
    }
    return tensor;
  }

  ValueId make_input(const std::vector<Parameter>& parameters, size_t i) {
    static const Parameter kAnything;
    const Parameter& parameter = parameters.empty() ? kAnything : parameters[std::min(i, parameters.size() - 1)];
    if (one_in(hostile_ ? 8 : 3) && (hostile_ || parameter.count == Parameter::Count::kOptional)) return kNoId;
    const Symbol name = graph_.intern(concat("in", i));
    const DType dtype = dtype_of(parameter);
    const bool sequence = parameter.kind == Parameter::Kind::kSequence || (parameter.type == "any" && one_in(3));
    const bool followed = dtype == DType::kI64 || dtype == DType::kI32 || dtype == DType::kF32 || dtype == DType::kBool;
    if (!sequence && followed && one_in(dtype == DType::kI64 ? 2 : 4))
      return graph_.add_constant(name, constant(dtype));
    Type type = Type::tensor(dtype, shape());
    if (sequence || (hostile_ && one_in(20))) type = Type::sequence(std::move(type));
    if (parameter.kind == Parameter::Kind::kAnything && one_in(4)) type = Type::optional(std::move(type));
    if (one_in(25)) type = {};
    graph_.inputs.push_back(graph_.add_value(name, std::move(type)));
    return graph_.inputs.back();
  }

  // Gives back what goes in, and a little more or less.
  std::unique_ptr<Graph> body() {
    auto body = std::make_unique<Graph>(graph_.strings());
    const size_t inputs = below(5);
    for (size_t i = 0; i < inputs; ++i) {
      body->inputs.push_back(body->add_value(graph_.intern(concat("b", i))));
      Node node;
      node.op_type = graph_.intern(one_in(3) ? "Unsqueeze" : "Identity");
      node.since_version = 1;
      node.inputs = {body->inputs.back()};
      node.outputs = {body->add_value(graph_.intern(concat("c", i)))};
      if (node.op_type == "Unsqueeze") node.attributes.push_back({graph_.intern("axes"), std::vector<int64_t>{0}});
      if (!one_in(5)) body->outputs.push_back(node.outputs[0]);
      body->add_node(std::move(node));
    }
    static_cast<void>(body->finalize().ok());
    return body;
  }

  AttributeValue make_attribute(const AttributeRule& rule) {
    const size_t type = hostile_ && one_in(15) ? below(std::variant_size_v<AttributeValue>) : rule.type;
    const size_t length = one_in(2) ? base_rank_ : below(6);
    switch (type) {
      case 1:
        return static_cast<float>(number()) / 4;
      case 2: {
        if (hostile_) return number();
        const int64_t least = std::max<int64_t>(rule.least, rule.name == "axis" ? -1 : 0);
        return least +
               static_cast<int64_t>(below(static_cast<size_t>(std::min<int64_t>(rule.most, least + 2) - least) + 1));
      }
      case 3:
        if (hostile_ && one_in(6)) return std::string(one_in(2) ? "" : "nonsense");
        if (!rule.words.empty()) return std::string(rule.words[below(rule.words.size())]);
        return std::string(rule.name == "equation" ? "ij,jk->ik" : "1");
      case 4:
        return constant(DType::kI64);
      case 5:
        return body();
      case 6:
        return std::vector<float>(length, static_cast<float>(number()) / 2);
      case 7: {
        std::vector<int64_t> list;
        for (size_t i = 0; i < length; ++i) list.push_back(hostile_ ? number() : static_cast<int64_t>(below(3)));
        return list;
      }
      case 8:
        return std::vector<std::string>(length, "word");
      case 13:
        return Type::tensor(any_dtype(), shape());
      default:
        return std::monostate();
    }
  }

  const infer::Operator& op_;
  const infer::Signature& signature_;
  const bool hostile_;
  std::mt19937& random_;
  Graph graph_;
  infer::ElementTypes variables_{};
  size_t base_rank_ = 0;
};

}  // namespace

Graph random_node(const infer::Operator& op, const infer::Signature& signature, Manners manners, std::mt19937& random) {
  return Maker(op, signature, manners, random).make();
}

}  // namespace mortise
