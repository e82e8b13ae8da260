// Case: one operator with a body in a model of its own, with random values around it, run in a session and compared with
// the same body run one time after the other in C++.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/core/run/random_body.h"

namespace mortise::test {

class Case {
 public:
  explicit Case(uint32_t seed, int opset) : random(seed), model(opset) {
    flag = below(2) == 0;
    flag_name = operand(Tensor::of<bool>({}, {flag}));
    for (int64_t count = 1 + below(3); count > 0; --count) add_outer(some());
  }

  int64_t below(uint64_t end) { return static_cast<int64_t>(random() % end); }
  Numbers some() {
    Numbers numbers;
    for (int64_t i = 0; i < kBodyWidth; ++i) numbers.push_back(below(2001) - 1000);
    return numbers;
  }
  std::vector<Numbers> some_of(int64_t count) {
    std::vector<Numbers> rows;
    for (; count > 0; --count) rows.push_back(some());
    return rows;
  }
  // What the operator reads is known before the run, or not.
  std::string operand(const Tensor& tensor) { return below(2) == 0 ? model.input(tensor) : model.constant(tensor); }
  static Tensor tensor_of(const Numbers& numbers) {
    return Tensor::of<int64_t>({kBodyWidth}, std::span<const int64_t>(numbers));
  }
  // Rows side by side along axis 0 or 1.
  static Tensor tensor_of(const std::vector<Numbers>& rows, int64_t axis) {
    const auto count = static_cast<int64_t>(rows.size());
    Tensor tensor =
        Tensor::allocate(DType::kI64, axis == 0 ? Shape{count, kBodyWidth} : Shape{kBodyWidth, count}).value();
    for (int64_t row = 0; row < count; ++row) {
      for (int64_t i = 0; i < kBodyWidth; ++i) {
        tensor.data<int64_t>()[axis == 0 ? row * kBodyWidth + i : i * count + row] =
            rows[static_cast<size_t>(row)][static_cast<size_t>(i)];
      }
    }
    return tensor;
  }

  void add_outer(const Numbers& numbers) {
    outer.push_back(numbers);
    outer_names.push_back(operand(tensor_of(numbers)));
  }
  // Adds inputs of a body and returns the names of all that it sees.
  std::vector<std::string> declare_inputs(onnx::GraphProto& body, size_t count) {
    std::vector<std::string> seen = outer_names;
    for (; count > 0; --count) {
      seen.push_back(model.fresh());
      declare(*body.add_input(), seen.back(), DType::kI64, {kBodyWidth});
    }
    return seen;
  }
  // The values that a body sees in one round.
  std::vector<Numbers> seen_with(const std::vector<Numbers>& more, const std::vector<Numbers>& last = {}) const {
    std::vector<Numbers> seen = outer;
    seen.insert(seen.end(), more.begin(), more.end());
    seen.insert(seen.end(), last.begin(), last.end());
    return seen;
  }

  void expect(const std::string& output, const Tensor& tensor) { expect(output, std::vector<Tensor>{tensor}, false); }
  void expect(const std::string& output, std::vector<Tensor> tensors, bool is_sequence) {
    model.output(output);
    expected_.push_back({output, std::move(tensors), is_sequence});
  }
  void check() const {
    const auto outputs = model.run();
    ASSERT_TRUE(outputs.ok()) << outputs.status().message() << '\n' << model.text();
    for (const auto& [name, tensors, is_sequence] : expected_) {
      const Value& value = outputs->at(name);
      const std::vector<Value> got = is_sequence ? value.elements.list() : std::vector<Value>{value};
      ASSERT_EQ(got.size(), tensors.size()) << model.text();
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].tensor.shape(), tensors[i].shape()) << name << '\n' << model.text();
        const auto all = got[i].tensor.elements<int64_t>(), wanted = tensors[i].elements<int64_t>();
        ASSERT_TRUE(std::equal(all.begin(), all.end(), wanted.begin(), wanted.end())) << name << '\n' << model.text();
      }
    }
  }

  std::mt19937 random;
  ModelBuilder model;
  bool flag = false;
  std::string flag_name;
  std::vector<Numbers> outer;
  std::vector<std::string> outer_names;

 private:
  struct Expected {
    std::string name;
    std::vector<Tensor> tensors;
    bool is_sequence;
  };
  std::vector<Expected> expected_;
};

// Makes and checks many cases; those of an operator that is older come in its opset.
template <class Make>
void check_cases(Make make, int opset = 18) {
  for (uint32_t seed = 0; seed < 200 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Case test(seed, opset);
    make(test);
    test.check();
  }
}

}  // namespace mortise::test
