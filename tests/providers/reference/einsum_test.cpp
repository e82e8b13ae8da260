// Einsum against the loop nest that its equation stands for.
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/providers/reference/einsum_cases.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Result<std::vector<Value>> run_einsum(const std::string& equation, std::vector<Value> inputs,
                                      const char* options = "{}", uint32_t threads = 1) {
  return run_op({.op = "Einsum",
                 .version = 12,
                 .attributes = {{"equation", equation}},
                 .inputs = std::move(inputs),
                 .options = options,
                 .threads = threads});
}

// The definition: for every value of all indices, the product of one element of each operand.
template <class A, class T>
std::vector<A> loop_nest(const EinsumCase& einsum, const std::vector<std::vector<T>>& operands) {
  const std::vector<int> labels = einsum.labels();
  std::vector<int64_t> extents;
  int64_t results = 1, terms = 1;
  for (const int label : labels) {
    extents.push_back(einsum.extent(label));
    terms *= extents.back();
    if (extents.size() <= einsum.output.size()) results *= extents.back();
  }
  std::vector<A> sums(static_cast<size_t>(results), A{0});
  for (int64_t term = 0; term < terms; ++term) {
    std::map<int, int64_t> index;
    int64_t rest = term;
    for (size_t i = labels.size(); i-- > 0; rest /= extents[i]) index[labels[i]] = rest % extents[i];
    A product{1};
    for (size_t n = 0; n < operands.size(); ++n) {
      int64_t at = 0;
      for (uint32_t i = 0; i < einsum.inputs[n].size(); ++i) {
        const int64_t extent = einsum.shapes[n][i];
        at = at * extent + (extent == 1 ? 0 : index[einsum.inputs[n][i]]);
      }
      product *= static_cast<A>(operands[n][static_cast<size_t>(at)]);
    }
    sums[static_cast<size_t>(term / (terms / results))] += product;
  }
  return sums;
}

// Floats are multiples of 1/8 up to 1, of which a float holds every sum, so the result is the exact one, rounded once.
// Integers are any, and wrap.
template <class T>
void expect_loop_nest(const EinsumCase& einsum, EinsumCases& cases, const char* options) {
  using A = std::conditional_t<reference::is_float<T>, double, uint64_t>;
  std::vector<std::vector<T>> operands;
  std::vector<Value> inputs;
  for (const Shape& shape : einsum.shapes) {
    operands.push_back(cases.values<T>(shape.num_elements()));
    inputs.emplace_back(Tensor::of<T>(shape, std::span<const T>(operands.back())));
  }
  const auto y = run_einsum(einsum.equation, inputs, options);
  ASSERT_TRUE(y.ok()) << y.status().message();
  Shape shape;
  for (const int label : einsum.output) shape.push_back(einsum.extent(label));
  EXPECT_EQ(to_string((*y)[0].tensor.shape()), to_string(shape));
  const std::vector<A> sums = loop_nest<A>(einsum, operands);
  const auto got = elements<T>((*y)[0]);
  ASSERT_EQ(got.size(), sums.size());
  for (size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(got[i], static_cast<T>(sums[i])) << "element " << i;
}

template <class... Ts>
void expect_loop_nest(reference::TypeList<Ts...>, const EinsumCase& einsum, EinsumCases& cases, const char* options) {
  (expect_loop_nest<Ts>(einsum, cases, options), ...);
}

TEST(Einsum, MatchesItsDefinitionForRandomEquations) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    EinsumCases cases(seed);
    const EinsumCase einsum = cases.next();
    SCOPED_TRACE(concat("seed ", seed, ": ", einsum.equation));
    expect_loop_nest(reference::Numbers{}, einsum, cases, "{}");
    expect_loop_nest(reference::Floats{}, einsum, cases, R"({"accumulate": "f64"})");
    if (HasFailure()) return;
  }
}

TEST(Einsum, MatchesItsDefinitionAcrossTiles) {
  const std::map<char, int64_t> extents = {{'a', 9}, {'b', 13}, {'c', 11}, {'d', 8}, {'e', 9}, {'f', 5}, {'g', 3}};
  // Rows, columns and sums over several axes that are no neighbours, in different orders; few columns; batches.
  const auto term = [](const char* letters) { return std::vector<int>(letters, letters + std::strlen(letters)); };
  for (EinsumCase einsum : {EinsumCase{"abdc,ecgb->dgea", {term("abdc"), term("ecgb")}, term("dgea"), {}},
                            EinsumCase{"abcd,fcb->afd", {term("abcd"), term("fcb")}, term("afd"), {}},
                            EinsumCase{"gbca,cgeb->aeg", {term("gbca"), term("cgeb")}, term("aeg"), {}},
                            EinsumCase{"aabcd->db", {term("aabcd")}, term("db"), {}}}) {
    SCOPED_TRACE(einsum.equation);
    for (const auto& input : einsum.inputs) {
      Shape& shape = einsum.shapes.emplace_back();
      for (const int label : input) shape.push_back(extents.at(static_cast<char>(label)));
    }
    EinsumCases cases(0);
    expect_loop_nest<float>(einsum, cases, "{}");
    expect_loop_nest<int16_t>(einsum, cases, "{}");
  }
}

TEST(Einsum, MatchesItsDefinitionForTheHighestRank) {
  // 52 letters in front of 204 axes without a name, of which every 32nd is longer than 1; backwards, without 'a'.
  EinsumCase einsum;
  einsum.inputs.emplace_back();
  for (char c = 'a'; c <= 'z'; ++c) einsum.inputs[0].push_back(c);
  for (char c = 'A'; c <= 'Z'; ++c) einsum.inputs[0].push_back(c);
  einsum.equation.assign(einsum.inputs[0].begin(), einsum.inputs[0].end());
  einsum.equation += "...->..." + std::string(einsum.equation.rbegin(), einsum.equation.rend() - 1);
  for (int i = 204; i-- > 0;) einsum.inputs[0].push_back(EinsumCase::kDots + i);
  einsum.output.assign(einsum.inputs[0].begin() + 52, einsum.inputs[0].end());
  einsum.output.insert(einsum.output.end(), einsum.inputs[0].rbegin() + 204, einsum.inputs[0].rend() - 1);
  Shape shape;
  for (int i = 0; i < 256; ++i) shape.push_back(i % 32 == 0 ? 2 : 1);
  einsum.shapes.push_back(shape);
  EinsumCases cases(0);
  expect_loop_nest<float>(einsum, cases, "{}");
  expect_loop_nest<int8_t>(einsum, cases, "{}");
}

TEST(Einsum, MultipliesManyFactors) {
  std::string equation = "a";
  std::vector<Value> inputs;
  std::vector<int8_t> expected = {1, 1, 1};
  EinsumCases cases(0);
  for (int n = 0; n < 100; ++n) {
    if (n != 0) equation += ",a";
    const auto values = cases.values<int8_t>(3);
    inputs.emplace_back(Tensor::of<int8_t>({3}, std::span<const int8_t>(values)));
    for (size_t i = 0; i < 3; ++i) expected[i] = static_cast<int8_t>(expected[i] * (values[i] | 1));
    for (size_t i = 0; i < 3; ++i) inputs.back().tensor.data<int8_t>()[i] |= 1;
  }
  const auto y = run_einsum(equation + "->a", inputs);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(elements<int8_t>((*y)[0]), expected);
}

TEST(Einsum, FinishesAChainThatNoLoopNestWould) {
  // 256^5 products as a nest. With Y = A B C D, Y v is A (B (C (D v))) for every v.
  constexpr int64_t kSize = 256;
  EinsumCases cases(0);
  std::vector<Value> matrices;
  std::vector<uint32_t> wanted = cases.values<uint32_t>(kSize), got(kSize, 0);
  const std::vector<uint32_t> v = wanted;
  for (int n = 0; n < 4; ++n) {
    const auto values = cases.values<uint32_t>(kSize * kSize);
    matrices.emplace_back(Tensor::of<uint32_t>({kSize, kSize}, std::span<const uint32_t>(values)));
  }
  const auto times = [](const Value& matrix, const std::vector<uint32_t>& vector) {
    std::vector<uint32_t> result(kSize, 0);
    for (size_t i = 0; i < kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) result[i] += matrix.tensor.data<uint32_t>()[i * kSize + j] * vector[j];
    }
    return result;
  };
  for (size_t n = 4; n-- > 0;) wanted = times(matrices[n], wanted);
  const auto y = run_einsum("ab,bc,cd,de->ae", matrices, "{}", 2);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(times((*y)[0], v), wanted);
}

TEST(Einsum, DoesNotDependOnThreads) {
  std::minstd_rand random(1);
  const auto noise = [&](const Shape& shape) {
    std::vector<float> values(static_cast<size_t>(shape.num_elements()));
    for (float& value : values) value = std::ldexp(static_cast<float>(random()), -30) - 1;
    return Tensor::of<float>(shape, std::span<const float>(values));
  };
  const std::vector<Value> inputs = {noise({30, 70, 50}), noise({50, 9, 30}), noise({9, 140, 30})};
  for (const char* equation : {"abc,cda,dea->eb", "abc,cda,dea->abed", "abc,cda,dea->a"}) {
    for (const char* options : {"{}", R"({"accumulate": "f64"})"}) {
      const auto alone = run_einsum(equation, inputs, options, 1), shared = run_einsum(equation, inputs, options, 3);
      ASSERT_TRUE(alone.ok() && shared.ok()) << alone.status().message() << shared.status().message();
      EXPECT_EQ(floats((*alone)[0]), floats((*shared)[0])) << equation << options;
    }
  }
}

TEST(Einsum, KeepsResultsOnTheWayInTheTypeThatCarriesSums) {
  // [1 + small, -1] on the way.
  const auto check = []<class T>(T small, const char* options) {
    const T one(1), zero(0), minus(-1);
    const auto y = run_einsum("ij,jk,kl->il",
                              {Tensor::of<T>({1, 2}, {one, small}), Tensor::of<T>({2, 2}, {one, minus, one, zero}),
                               Tensor::of<T>({2, 1}, {one, one})},
                              options);
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(elements<T>((*y)[0])[0], small) << to_string(dtype_of<T>);
  };
  check(Half(0x1p-12f), "{}");
  check(BFloat16(0x1p-12f), "{}");
  check(0x1p-40f, R"({"accumulate": "f64"})");
}

TEST(Einsum, SumsNothingToZero) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor nothing = Tensor::of<float>({0}, std::span<const float>());
  const auto y = run_einsum("i,j->j", {nothing, Tensor::of<float>({2}, {inf, 1})});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(floats((*y)[0]), std::vector<float>(2, 0));
}

TEST(Einsum, BroadcastsEllipsis) {
  // The left operand's second matrix is twice the first.
  const auto y = run_einsum("...ij,...jk->...ik", {Tensor::of<float>({2, 1, 2}, {1, 2, 2, 4}),
                                                   Tensor::of<float>({1, 2, 2}, {1, 10, 100, 1000})});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(floats((*y)[0]), (std::vector<float>{201, 2010, 402, 4020}));
}

TEST(Einsum, RefusesEquationsThatDoNotFit) {
  const Value vector = Tensor::of<float>({3}, {1, 2, 3}), other = Tensor::of<float>({2}, {1, 2});
  const auto message = [](const std::string& equation, std::vector<Value> inputs) {
    return run_einsum(equation, std::move(inputs)).status().message();
  };
  EXPECT_EQ(message("i->", {vector}), "");
  EXPECT_THAT(message("ij", {vector}), AllOf(HasSubstr("2 axes"), HasSubstr("rank 1")));
  EXPECT_THAT(message("i->ii", {vector}), HasSubstr("'i' twice"));
  EXPECT_THAT(message("ii->", {Value(Tensor::of<float>({3, 1}, {1, 2, 3}))}),
              HasSubstr("extents 3 and 1 for 'i'; on one diagonal they have to be equal"));
  EXPECT_THAT(message("i->ij", {vector}), HasSubstr("'j', which no input has"));
  EXPECT_THAT(message("i!", {vector}), HasSubstr("term 'i!'"));
  EXPECT_THAT(message("\u00e9->", {vector}), HasSubstr("term '\u00e9'"));
  EXPECT_THAT(message(",", {vector}), HasSubstr("2 terms for 1 inputs"));
  EXPECT_THAT(message("i,i->", {vector, other}),
              AllOf(HasSubstr("input 1"), HasSubstr("extent 2 for 'i'"), HasSubstr("3 elsewhere")));
  EXPECT_THAT(message("...,...->", {vector, other}), HasSubstr("an axis of '...'"));
  EXPECT_THAT(message("i,i->", {vector, Tensor::of<double>({3}, {1, 2, 3})}),
              AllOf(HasSubstr("input 1 is float64"), HasSubstr("float32")));
}

}  // namespace
}  // namespace mortise::test
