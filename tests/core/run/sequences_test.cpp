// Random programs of sequence and optional operators, each beside the same program over std::vector. Every value that a
// program makes is an output of the model.
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <variant>

#include "tests/core/run/model_builder.h"

namespace mortise::test {
namespace {

struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> elements;

  int64_t at(int64_t row, int64_t column) const { return elements[static_cast<size_t>(row * columns + column)]; }
  bool operator==(const Matrix&) const = default;
};
using Sequence = std::vector<Matrix>;
using Content = std::variant<std::monostate, Matrix, Sequence>;  // of an optional

template <class Element>
Matrix make_matrix(int64_t rows, int64_t columns, Element element) {
  Matrix made{rows, columns, {}};
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) made.elements.push_back(element(row, column));
  }
  return made;
}

Matrix transposed(const Matrix& x) {
  return make_matrix(x.columns, x.rows, [&](int64_t row, int64_t column) { return x.at(column, row); });
}
Matrix rows_of(const Matrix& x, int64_t first, int64_t count) {
  return make_matrix(count, x.columns, [&](int64_t row, int64_t column) { return x.at(first + row, column); });
}
// One below the other; nothing if their widths differ.
std::optional<Matrix> stacked(const Sequence& parts) {
  Matrix whole{0, parts[0].columns, {}};
  for (const Matrix& part : parts) {
    if (part.columns != whole.columns) return std::nullopt;
    whole.rows += part.rows;
    whole.elements.insert(whole.elements.end(), part.elements.begin(), part.elements.end());
  }
  return whole;
}

Matrix matrix_of(const Value& value) {
  if (!value.is_tensor() || value.tensor.dtype() != DType::kI64 || value.tensor.rank() != 2) {
    ADD_FAILURE() << "a value is no matrix of int64";
    return {};
  }
  const auto all = value.tensor.elements<int64_t>();
  return {value.tensor.dim(0), value.tensor.dim(1), {all.begin(), all.end()}};
}
Sequence sequence_of(const Value& value) {
  EXPECT_EQ(value.kind, ValueKind::kSequence);
  Sequence sequence;
  for (const Value& element : value.elements) sequence.push_back(matrix_of(element));
  return sequence;
}
Content content_of(const Value& value) {
  EXPECT_EQ(value.kind, ValueKind::kOptional);
  if (value.elements.empty()) return {};
  const Value& element = value.elements[0];
  return element.is_tensor() ? Content(matrix_of(element)) : Content(sequence_of(element));
}

class Program {
 public:
  explicit Program(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) {
      const Matrix matrix = make_matrix(below(4), 1 + below(3), [&](int64_t, int64_t) { return below(1000); });
      matrices_.push_back({operand(tensor_of({matrix.rows, matrix.columns}, matrix.elements)), matrix});
    }
    construct();
    // Given from outside, so that its elements are read by whoever needs them.
    const Sequence sequence = {matrices_[0].second, matrices_[1].second};
    std::vector<Value> elements;
    for (const Matrix& matrix : sequence)
      elements.emplace_back(tensor_of({matrix.rows, matrix.columns}, matrix.elements));
    const Value given(ValueKind::kSequence, std::move(elements));
    sequences_.push_back({model_.input(given), sequence});
    optionals_.push_back({model_.input(Value(ValueKind::kOptional, {given})), Content(sequence)});
    optionals_.push_back({model_.input(Value(ValueKind::kOptional, {given.elements[0]})), Content(sequence[0])});
  }

  void grow() {
    static constexpr void (Program::*kSteps[])() = {
        &Program::construct, &Program::make_empty, &Program::insert,     &Program::insert,      &Program::erase,
        &Program::at,        &Program::length,     &Program::split,      &Program::concatenate, &Program::transpose,
        &Program::wrap,      &Program::unwrap,     &Program::ask_whether};
    (this->*kSteps[below(std::size(kSteps))])();
  }

  void check() {
    const auto outputs = model_.run();
    ASSERT_TRUE(outputs.ok()) << outputs.status().message() << '\n' << model_.text();
    for (const auto& [name, matrix] : matrices_) {
      if (!outputs->contains(name)) continue;  // an input
      EXPECT_EQ(matrix_of(outputs->at(name)), matrix) << name << '\n' << model_.text();
    }
    for (const auto& [name, sequence] : sequences_) {
      if (!outputs->contains(name)) continue;
      EXPECT_EQ(sequence_of(outputs->at(name)), sequence) << name << '\n' << model_.text();
    }
    for (const auto& [name, content] : optionals_) {
      if (!outputs->contains(name)) continue;
      EXPECT_EQ(content_of(outputs->at(name)), content) << name << '\n' << model_.text();
    }
  }

 private:
  template <class T>
  using Known = std::vector<std::pair<std::string, T>>;

  int64_t below(uint64_t end) { return static_cast<int64_t>(random_() % end); }
  template <class T>
  const std::pair<std::string, T>& pick(const Known<T>& known) {
    return known[static_cast<size_t>(below(known.size()))];
  }
  template <class T>
  static Tensor tensor_of(const Shape& shape, const std::vector<T>& elements) {
    return Tensor::of<T>(shape, std::span<const T>(elements));
  }
  // What a node reads is known before the run, or not.
  std::string operand(const Tensor& tensor) { return below(2) == 0 ? model_.input(tensor) : model_.constant(tensor); }
  std::string operand(const Shape& shape, const std::vector<int64_t>& numbers) {
    if (below(2) == 0) return operand(tensor_of(shape, numbers));
    return operand(tensor_of(shape, std::vector<int32_t>(numbers.begin(), numbers.end())));
  }
  // Counted from the front or from behind.
  std::string position(int64_t at, size_t size) {
    return operand({}, {below(2) == 0 ? at : at - static_cast<int64_t>(size)});
  }

  template <class T>
  void keep(Known<T>& known, const std::string& name, T value) {
    model_.output(name);
    known.emplace_back(name, std::move(value));
  }

  void construct() {
    std::vector<std::string> names;
    Sequence sequence;
    for (int64_t count = 1 + below(3); count > 0; --count) {
      const auto& [name, matrix] = pick(matrices_);
      names.push_back(name);
      sequence.push_back(matrix);
    }
    keep(sequences_, model_.value("SequenceConstruct", names), sequence);
  }

  void make_empty() {
    onnx::NodeProto& node = model_.node("SequenceEmpty", {});
    set(node, "dtype", int64_t{onnx::TensorProto::INT64});
    keep(sequences_, node.output(0), Sequence());
  }

  void insert() {
    auto [name, sequence] = pick(sequences_);
    const auto [element, matrix] = pick(matrices_);
    if (below(4) == 0) {
      sequence.push_back(matrix);
      keep(sequences_, model_.value("SequenceInsert", {name, element}), sequence);
      return;
    }
    const int64_t at = below(sequence.size() + 1);
    // Behind the last there is no counting from behind.
    const std::string where =
        at == static_cast<int64_t>(sequence.size()) ? operand({}, {at}) : position(at, sequence.size());
    sequence.insert(sequence.begin() + at, matrix);
    keep(sequences_, model_.value("SequenceInsert", {name, element, where}), sequence);
  }

  void erase() {
    auto [name, sequence] = pick(sequences_);
    if (sequence.empty()) return;
    if (below(4) == 0) {
      sequence.pop_back();
      keep(sequences_, model_.value("SequenceErase", {name}), sequence);
      return;
    }
    const int64_t at = below(sequence.size());
    const std::string where = position(at, sequence.size());
    sequence.erase(sequence.begin() + at);
    keep(sequences_, model_.value("SequenceErase", {name, where}), sequence);
  }

  void at() {
    const auto [name, sequence] = pick(sequences_);
    if (sequence.empty()) return;
    const int64_t at = below(sequence.size());
    keep(matrices_, model_.value("SequenceAt", {name, position(at, sequence.size())}),
         sequence[static_cast<size_t>(at)]);
  }

  // A scalar as a matrix, so that the program can go on with it.
  void keep_scalar(const std::string& name, int64_t number) {
    const std::string axes = model_.constant(Tensor::of<int64_t>({2}, {0, 1}));
    keep(matrices_, model_.value("Unsqueeze", {name, axes}), Matrix{1, 1, {number}});
  }

  void length() {
    const auto [name, sequence] = pick(sequences_);
    keep_scalar(model_.value("SequenceLength", {name}), static_cast<int64_t>(sequence.size()));
  }

  // In single rows or columns, in parts of one size but the last, or in parts as listed.
  void split() {
    const auto [name, matrix] = pick(matrices_);
    const int64_t axis = below(2);
    const Matrix along = axis == 0 ? matrix : transposed(matrix);
    const int64_t kind = below(3), size = kind == 0 ? 1 : 1 + below(3);
    std::vector<int64_t> parts;
    int64_t rest = along.rows;
    while (rest > 0) {
      parts.push_back(kind == 2 ? below(static_cast<uint64_t>(rest) + 1) : std::min(size, rest));
      rest -= parts.back();
    }
    if (kind == 2) parts.push_back(0);
    std::vector<std::string> inputs = {name};
    if (kind == 1) inputs.push_back(operand({}, {size}));
    if (kind == 2) inputs.push_back(operand({static_cast<int64_t>(parts.size())}, parts));
    onnx::NodeProto& node = model_.node("SplitToSequence", inputs);
    set(node, "axis", axis - 2 * below(2));
    Sequence sequence;
    int64_t first = 0;
    for (const int64_t part : parts) {
      const Matrix rows = rows_of(along, first, part);
      sequence.push_back(axis == 0 ? rows : transposed(rows));
      first += part;
    }
    keep(sequences_, node.output(0), sequence);
  }

  void concatenate() {
    auto [name, sequence] = pick(sequences_);
    if (sequence.empty()) return;
    const int64_t axis = below(2);
    if (axis == 1) std::transform(sequence.begin(), sequence.end(), sequence.begin(), transposed);
    const std::optional<Matrix> whole = stacked(sequence);
    if (!whole || whole->elements.size() > 200) return;
    onnx::NodeProto& node = model_.node("ConcatFromSequence", {name});
    set(node, "axis", axis - 2 * below(2));
    keep(matrices_, node.output(0), axis == 0 ? *whole : transposed(*whole));
  }

  // Taken apart into vectors along one axis and put together along the other.
  void transpose() {
    const auto [name, matrix] = pick(matrices_);
    const int64_t axis = below(2);
    if ((axis == 0 ? matrix.rows : matrix.columns) == 0) return;
    onnx::NodeProto& apart = model_.node("SplitToSequence", {name});
    set(apart, "axis", axis);
    set(apart, "keepdims", 0);
    onnx::NodeProto& together = model_.node("ConcatFromSequence", {apart.output(0)});
    set(together, "axis", 1 - axis);
    set(together, "new_axis", 1);
    keep(matrices_, together.output(0), transposed(matrix));
  }

  void wrap() {
    const int64_t kind = below(3);
    if (kind == 0) {
      const auto [name, matrix] = pick(matrices_);
      keep(optionals_, model_.value("Optional", {name}), Content(matrix));
    } else if (kind == 1) {
      const auto [name, sequence] = pick(sequences_);
      keep(optionals_, model_.value("Optional", {name}), Content(sequence));
    } else {
      onnx::NodeProto& node = model_.node("Optional", {});
      onnx::AttributeProto& type = *node.add_attribute();
      type.set_name("type");
      type.set_type(onnx::AttributeProto::TYPE_PROTO);
      type.mutable_tp()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
      keep(optionals_, node.output(0), Content());
    }
  }

  void unwrap() {
    if (optionals_.empty()) return;
    const auto [name, content] = pick(optionals_);
    if (const Matrix* matrix = std::get_if<Matrix>(&content)) {
      keep(matrices_, model_.value("OptionalGetElement", {name}), *matrix);
    } else if (const Sequence* sequence = std::get_if<Sequence>(&content)) {
      keep(sequences_, model_.value("OptionalGetElement", {name}), *sequence);
    }
  }

  void ask_whether() {
    if (optionals_.empty()) return;
    const auto [name, content] = pick(optionals_);
    onnx::NodeProto& number = model_.node("Cast", {model_.value("OptionalHasElement", {name})});
    set(number, "to", int64_t{onnx::TensorProto::INT64});
    keep_scalar(number.output(0), content.index() == 0 ? 0 : 1);
  }

  std::mt19937 random_;
  ModelBuilder model_;
  Known<Matrix> matrices_;
  Known<Sequence> sequences_;
  Known<Content> optionals_;
};

TEST(Sequences, AreVectorsInEveryProgram) {
  for (uint32_t seed = 0; seed < 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Program program(seed);
    for (int step = 0; step < 25; ++step) program.grow();
    program.check();
  }
}

// A sequence that has lost its last element is still one of its type.
TEST(Sequences, KeepTheirTypeWhenTheyAreEmpty) {
  ModelBuilder model;
  const std::string x = model.input(Tensor::of<int64_t>({1}, {7}));
  const std::string constructed = model.value("SequenceErase", {model.value("SequenceConstruct", {x})});
  const std::string inserted = model.value("SequenceErase", {model.value("SequenceInsert", {constructed, x})});
  const std::string given = model.input(Value(ValueKind::kSequence, {Value(Tensor::of<int64_t>({1}, {8}))}));
  const std::string erased = model.value("SequenceErase", {given});
  for (const std::string& name : {constructed, inserted, erased}) model.output(name);
  const auto outputs = model.run();
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  for (const std::string& name : {constructed, inserted, erased}) {
    EXPECT_TRUE(outputs->at(name).elements.empty()) << name;
    EXPECT_EQ(outputs->at(name).element_dtype, DType::kI64) << name;
  }
}

// Elements that pass through nodes unchanged are shared on the way, but the caller may write to its inputs afterwards.
TEST(Sequences, OfResultsShareNothingWithInputs) {
  const Tensor first = Tensor::of<int64_t>({2}, {1, 2}), second = Tensor::of<int64_t>({1}, {3});
  const auto lies_in_inputs = [&](const Value& element) {
    return element.tensor.raw() == first.raw() || element.tensor.raw() == second.raw();
  };
  ModelBuilder model;
  const std::string x = model.input(Value(ValueKind::kSequence, {Value(first), Value(second)}));
  const std::vector<std::string> names = {
      model.value("Identity", {x}), model.value("SequenceErase", {x}),
      model.value("SequenceInsert", {x, model.constant(Tensor::of<int64_t>({1}, {4}))}), model.value("Optional", {x})};
  for (const std::string& name : names) model.output(name);
  const auto outputs = model.run();
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  for (const std::string& name : names) {
    const Value& value = outputs->at(name);
    const ValueElements& elements = value.kind == ValueKind::kOptional ? value.elements[0].elements : value.elements;
    ASSERT_FALSE(elements.empty()) << name;
    EXPECT_EQ(std::count_if(elements.begin(), elements.end(), lies_in_inputs), 0) << name;
    EXPECT_THAT(elements[0].tensor.elements<int64_t>(), testing::ElementsAre(1, 2)) << name;
  }
}

TEST(Sequences, OfResultsShareNothingWithATensorGivenForAnOptional) {
  const Tensor given = Tensor::of<int64_t>({2}, {1, 2});
  ModelBuilder model;
  const std::string x = model.optional_input(given);
  const std::vector<std::string> names = {model.value("Identity", {x}), model.value("OptionalGetElement", {x})};
  for (const std::string& name : names) model.output(name);
  const auto outputs = model.run();
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  for (const std::string& name : names) {
    const Value& value = outputs->at(name);
    const Tensor& tensor = value.is_tensor() ? value.tensor : value.elements[0].tensor;
    EXPECT_THAT(tensor.elements<int64_t>(), testing::ElementsAre(1, 2)) << name;
    EXPECT_NE(tensor.raw(), given.raw()) << name;
  }
}

// Every turn reads one element of a sequence of all numbers, and puts it in front of another sequence, which is carried
// as it is or in an optional. Were all elements copied or counted in every turn, this would take minutes.
TEST(Sequences, AreReadAndGrowInLongLoops) {
  constexpr int64_t kTurns = 20000;
  std::vector<Value> numbers;
  for (int64_t i = 0; i < kTurns; ++i) numbers.emplace_back(Tensor::of<int64_t>({1}, {i * i}));
  const Value all_numbers(ValueKind::kSequence, std::move(numbers));
  for (const bool in_optional : {false, true}) {
    const std::vector<ValueKind> kinds =
        in_optional ? std::vector{ValueKind::kOptional, ValueKind::kSequence} : std::vector{ValueKind::kSequence};
    ModelBuilder model;
    const std::string all = model.input(all_numbers);
    const std::string front = model.constant(Tensor::of<int64_t>({}, {0}));
    std::string start = model.value("SequenceErase", {model.value("SequenceConstruct", {front})});
    if (in_optional) start = model.value("Optional", {start});
    onnx::NodeProto& loop = model.node("Loop", {model.value("SequenceLength", {all}), "", start});
    onnx::GraphProto& graph = add_body(loop, "body");
    const std::string turn = model.fresh(), condition = model.fresh(), carried = model.fresh();
    declare(*graph.add_input(), turn, DType::kI64, {});
    declare(*graph.add_input(), condition, DType::kBool, {});
    declare(*graph.add_input(), carried, kinds);
    const auto node = [&](const char* op, const std::vector<std::string>& inputs) {
      return model.add_node(graph, op, inputs).output(0);
    };
    const std::string goes_on = node("Identity", {condition});
    const std::string element = node("SequenceAt", {all, turn});
    const std::string before = in_optional ? node("OptionalGetElement", {carried}) : carried;
    const std::string grown = node("SequenceInsert", {before, element, front});
    declare(*graph.add_output(), goes_on, DType::kBool, {});
    declare(*graph.add_output(), in_optional ? node("Optional", {grown}) : grown, kinds);
    model.output(loop.output(0));
    const auto outputs = model.run();
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    const Value& result = outputs->at(loop.output(0));
    const ValueElements& elements = in_optional ? result.elements[0].elements : result.elements;
    ASSERT_EQ(elements.size(), static_cast<size_t>(kTurns));
    for (int64_t i = 0; i < kTurns; ++i) {
      ASSERT_EQ(*elements[static_cast<size_t>(kTurns - 1 - i)].tensor.data<int64_t>(), i * i);
    }
  }
}

TEST(Sequences, RefusePositionsThatAreNotThere) {
  for (const char* op : {"SequenceAt", "SequenceErase", "SequenceInsert"}) {
    // Behind the last element something can be inserted, and nothing else be done.
    const int64_t end = 2 + (std::string_view(op) == "SequenceInsert" ? 1 : 0);
    for (const int64_t position : {int64_t{-3}, end, std::numeric_limits<int64_t>::min()}) {
      for (const bool known : {false, true}) {
        ModelBuilder model;
        const Tensor element = Tensor::of<int64_t>({1}, {7}), where = Tensor::of<int64_t>({}, {position});
        const std::string x = model.input(element);
        std::vector<std::string> inputs = {model.value("SequenceConstruct", {x, x})};
        if (end == 3) inputs.push_back(x);
        inputs.push_back(known ? model.constant(where) : model.input(where));
        model.output(model.value(op, inputs));
        const auto result = model.run();
        ASSERT_FALSE(result.ok()) << model.text();
        EXPECT_THAT(result.status().message(), testing::HasSubstr("position " + std::to_string(position) +
                                                                  " is out of range for a sequence of 2"));
      }
    }
  }
}

}  // namespace
}  // namespace mortise::test
