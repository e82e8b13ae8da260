// Preparation of features, against hand calculations: what becomes of NaN, of odd ranks, of lists of the wrong length.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pointwise;

constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

struct Outcome {
  Value y;
  std::string error;
};

Outcome run(const char* op, Attributes attributes, std::vector<Value> inputs, int32_t version = 1, DType output = {}) {
  auto result = run_op({.op = op,
                        .domain = "ai.onnx.ml",
                        .version = version,
                        .attributes = std::move(attributes),
                        .inputs = std::move(inputs),
                        .output_dtypes = {output}});
  if (!result.ok()) return {.y = {}, .error = result.status().message()};
  return {.y = (*result)[0], .error = ""};
}

const Tensor kTwoRows = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(ArrayFeatureExtractor, PicksColumnsInAnyOrder) {
  auto [y, error] = run("ArrayFeatureExtractor", {}, {kTwoRows, Tensor::of<int64_t>({1, 4}, {2, 0, 0, 1})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 4})) << error;
  EXPECT_THAT(floats(y), ElementsAre(3, 1, 1, 2, 6, 4, 4, 5));
  y = run("ArrayFeatureExtractor", {}, {Tensor::strings({3}, {"a", "b", "c"}), Tensor::of<int64_t>({1}, {2})}).y;
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 1}));
  EXPECT_THAT(strings(y), ElementsAre("c"));
}

TEST(ArrayFeatureExtractor, RefusesColumnsThatAreNotThere) {
  for (const int64_t index : {-1, 3}) {
    EXPECT_THAT(run("ArrayFeatureExtractor", {}, {kTwoRows, Tensor::of<int64_t>({1}, {index})}).error,
                HasSubstr(concat("Y has the index ", index)));
  }
}

TEST(Binarizer, IsOneAboveTheThreshold) {
  const Attributes attributes = {{"threshold", 1.5f}};
  EXPECT_THAT(floats(run("Binarizer", attributes, {Tensor::of<float>({4}, {1.5f, 1.75f, -3, kNoNumber})}).y),
              ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(elements<int32_t>(run("Binarizer", attributes, {Tensor::of<int32_t>({2}, {1, 2})}).y), ElementsAre(0, 1));
}

TEST(Scaler, SubtractsThenMultiplies) {
  EXPECT_THAT(floats(run("Scaler", {{"offset", Floats{1, 2, 3}}, {"scale", Floats{2}}}, {kTwoRows}).y),
              ElementsAre(0, 0, 0, 6, 6, 6));
  EXPECT_THAT(floats(run("Scaler", {{"offset", Floats{1}}}, {Tensor::of<int64_t>({2}, {1, 5})}).y), ElementsAre(0, 4));
  EXPECT_THAT(run("Scaler", {{"scale", Floats{1, 2}}}, {kTwoRows}).error, HasSubstr("'scale' has 2 entries"));
}

TEST(Imputer, ReplacesMissingValues) {
  const Attributes nan = {{"imputed_value_floats", Floats{10, 20, 30}}, {"replaced_value_float", kNoNumber}};
  EXPECT_THAT(floats(run("Imputer", nan, {Tensor::of<float>({2, 3}, {kNoNumber, 2, kNoNumber, 4, kNoNumber, 6})}).y),
              ElementsAre(10, 2, 30, 4, 20, 6));
  const Attributes ints = {{"imputed_value_int64s", Ints{7}}, {"replaced_value_int64", int64_t{-1}}};
  EXPECT_THAT(elements<int64_t>(run("Imputer", ints, {Tensor::of<int64_t>({3}, {-1, 2, -1})}).y), ElementsAre(7, 2, 7));
  EXPECT_THAT(elements<double>(run("Imputer", nan, {Tensor::of<double>({3}, {NAN, 1, 2})}).y), ElementsAre(10, 1, 2));
}

TEST(Imputer, RefusesValuesThatDoNotFit) {
  const Attributes ints = {{"imputed_value_int64s", Ints{int64_t{1} << 40}}};
  EXPECT_THAT(run("Imputer", ints, {Tensor::of<int32_t>({1}, {0})}).error, HasSubstr("which does not fit int32"));
  EXPECT_THAT(run("Imputer", ints, {Tensor::of<float>({1}, {0})}).error,
              HasSubstr("'imputed_value_floats' is missing"));
  EXPECT_THAT(run("Imputer", {}, {kTwoRows}).error, HasSubstr("must be given"));
  EXPECT_THAT(run("Imputer", {{"imputed_value_floats", Floats{1, 2}}}, {kTwoRows}).error, HasSubstr("has 2 entries"));
}

TEST(Normalizer, DividesRowsByTheirNorms) {
  const Tensor x = Tensor::of<float>({3, 2}, {3, -4, 0, 0, 2, 1});
  EXPECT_THAT(floats(run("Normalizer", {}, {x}).y),
              Pointwise(FloatNear(1e-6f), {1.0f, -4.0f / 3, 0.0f, 0.0f, 1.0f, 0.5f}));
  EXPECT_THAT(floats(run("Normalizer", {{"norm", std::string("L1")}}, {x}).y),
              Pointwise(FloatNear(1e-6f), {3.0f / 7, -4.0f / 7, 0.0f, 0.0f, 2.0f / 3, 1.0f / 3}));
  EXPECT_THAT(floats(run("Normalizer", {{"norm", std::string("L2")}}, {x}).y),
              Pointwise(FloatNear(1e-6f), {0.6f, -0.8f, 0.0f, 0.0f, 2 / std::sqrt(5.0f), 1 / std::sqrt(5.0f)}));
  EXPECT_THAT(floats(run("Normalizer", {}, {Tensor::of<float>({2, 0}, {})}).y), IsEmpty());
  EXPECT_THAT(run("Normalizer", {}, {Tensor::of<float>({1, 1, 1}, {1})}).error, HasSubstr("must be [features] or"));
  EXPECT_THAT(run("Normalizer", {{"norm", std::string("L3")}}, {x}).error, HasSubstr("'norm' is 'L3'"));
}

TEST(FeatureVectorizer, JoinsCutsAndFills) {
  const Tensor one = Tensor::of<float>({2, 1}, {7, 8});
  EXPECT_THAT(floats(run("FeatureVectorizer", {{"inputdimensions", Ints{2, 3}}}, {kTwoRows, one}).y),
              ElementsAre(1, 2, 7, 0, 0, 4, 5, 8, 0, 0));
  EXPECT_THAT(floats(run("FeatureVectorizer", {}, {Tensor::of<int32_t>({2}, {1, 2}), Tensor::of<int32_t>({1}, {3})}).y),
              ElementsAre(1, 2, 3));
  EXPECT_THAT(run("FeatureVectorizer", {{"inputdimensions", Ints{2}}}, {kTwoRows, one}).error,
              HasSubstr("1 entries for 2"));
  EXPECT_THAT(run("FeatureVectorizer", {}, {kTwoRows, Tensor::of<float>({1, 1}, {1})}).error,
              HasSubstr("1 rows instead of 2"));
  EXPECT_THAT(run("FeatureVectorizer", {{"inputdimensions", Ints{INT64_MAX, INT64_MAX}}}, {kTwoRows, one}).error,
              HasSubstr("more than a tensor can have"));
}

TEST(OneHotEncoder, MarksTheCategory) {
  const Attributes ints = {{"cats_int64s", Ints{4, 2}}};
  const Value y = run("OneHotEncoder", ints, {Tensor::of<float>({1, 4}, {2.9f, 4, kNoNumber, 1e30f})}).y;
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 4, 2}));
  EXPECT_THAT(floats(y), ElementsAre(0, 1, 1, 0, 0, 0, 0, 0));
  EXPECT_THAT(floats(run("OneHotEncoder", {{"cats_strings", Strings{"x", "y"}}}, {Tensor::strings({2}, {"y", "z"})}).y),
              ElementsAre(0, 1, 0, 0));
  const Attributes strict = {{"cats_int64s", Ints{4, 2}}, {"zeros", int64_t{0}}};
  EXPECT_THAT(run("OneHotEncoder", strict, {Tensor::of<int64_t>({2}, {4, 3})}).error,
              HasSubstr("element 1 of X, 3, is none of the categories"));
  EXPECT_THAT(run("OneHotEncoder", ints, {Tensor::strings({1}, {"4"})}).error,
              HasSubstr("the categories are integers"));
  EXPECT_THAT(run("OneHotEncoder", {}, {kTwoRows}).error, HasSubstr("must be given"));
}

TEST(LabelEncoder, MapsEachTypeToEach) {
  const Tensor words = Tensor::strings({3}, {"b", "a", "?"});
  EXPECT_THAT(
      floats(run("LabelEncoder",
                 {{"keys_strings", Strings{"a", "b"}}, {"values_floats", Floats{1, 2}}, {"default_float", 9.0f}},
                 {words}, 2)
                 .y),
      ElementsAre(2, 1, 9));
  // The last of two equal keys counts; NaN is found by any NaN, 0 by -0.
  EXPECT_THAT(strings(run("LabelEncoder",
                          {{"keys_floats", Floats{0, kNoNumber, 0}}, {"values_strings", Strings{"x", "nan", "zero"}}},
                          {Tensor::of<float>({3}, {-0.0f, -kNoNumber, 1})}, 2)
                          .y),
              ElementsAre("zero", "nan", "_Unused"));
  EXPECT_THAT(elements<int16_t>(run("LabelEncoder",
                                    {{"keys_tensor", Tensor::of<double>({2}, {0.5, 1.5})},
                                     {"values_tensor", Tensor::of<int16_t>({2}, {5, 15})},
                                     {"default_tensor", Tensor::of<int16_t>({1}, {-7})}},
                                    {Tensor::of<double>({3}, {1.5, 0.5, 2})}, 4)
                                    .y),
              ElementsAre(15, 5, -7));
  EXPECT_THAT(elements<int64_t>(run("LabelEncoder",
                                    {{"keys_tensor", Tensor::of<int32_t>({1}, {3})}, {"values_int64s", Ints{4}}},
                                    {Tensor::of<int32_t>({2}, {3, 0})}, 4)
                                    .y),
              ElementsAre(4, -1));
}

TEST(LabelEncoder, CountsWordsInItsFirstVersion) {
  const Attributes attributes = {{"classes_strings", Strings{"a", "b"}}};
  EXPECT_THAT(elements<int64_t>(run("LabelEncoder", attributes, {Tensor::strings({3}, {"b", "a", "c"})}).y),
              ElementsAre(1, 0, -1));
  EXPECT_THAT(strings(run("LabelEncoder", attributes, {Tensor::of<int64_t>({3}, {1, 0, 2})}).y),
              ElementsAre("b", "a", "_Unused"));
}

TEST(LabelEncoder, RefusesListsThatDoNotMatch) {
  const Tensor x = Tensor::of<int64_t>({1}, {0});
  EXPECT_THAT(run("LabelEncoder", {{"keys_int64s", Ints{1, 2}}, {"values_int64s", Ints{1}}}, {x}, 2).error,
              HasSubstr("there are 2 keys for 1 values"));
  EXPECT_THAT(run("LabelEncoder", {{"keys_strings", Strings{"a"}}, {"values_int64s", Ints{1}}}, {x}, 2).error,
              HasSubstr("X is int64, but the keys are string"));
  EXPECT_THAT(run("LabelEncoder", {{"keys_int64s", Ints{1}}}, {x}, 2).error, HasSubstr("'values_strings'"));
  EXPECT_THAT(run("LabelEncoder",
                  {{"keys_int64s", Ints{1}}, {"keys_strings", Strings{"a"}}, {"values_int64s", Ints{1}}}, {x}, 2)
                  .error,
              HasSubstr("must be given, not 2"));
  EXPECT_THAT(
      run("LabelEncoder",
          {{"keys_int64s", Ints{1}}, {"values_int64s", Ints{1}}, {"default_tensor", Tensor::of<float>({1}, {0})}}, {x},
          4)
          .error,
      HasSubstr("must be one element of the values' type"));
}

TEST(CategoryMapper, GoesBothWays) {
  const Attributes attributes = {{"cats_strings", Strings{"cat", "dog"}},
                                 {"cats_int64s", Ints{5, 6}},
                                 {"default_string", std::string("?")},
                                 {"default_int64", int64_t{-9}}};
  EXPECT_THAT(elements<int64_t>(run("CategoryMapper", attributes, {Tensor::strings({1, 2}, {"dog", "cow"})}).y),
              ElementsAre(6, -9));
  EXPECT_THAT(strings(run("CategoryMapper", attributes, {Tensor::of<int64_t>({2}, {5, 7})}).y),
              ElementsAre("cat", "?"));
  EXPECT_THAT(run("CategoryMapper", {{"cats_strings", Strings{"cat"}}}, {Tensor::strings({1}, {"cat"})}).error,
              HasSubstr("keys for"));
}

}  // namespace
}  // namespace mortise::test
