// Operators that take and give maps.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

Value map_of(Tensor keys, Tensor values) { return Value(ValueKind::kMap, {std::move(keys), std::move(values)}); }
const Value kIntsToFloats = map_of(Tensor::of<int64_t>({3}, {4, 0, 2}), Tensor::of<float>({3}, {4.5f, 0.5f, 2.5f}));

Result<std::vector<Value>> run(const char* op, Attributes attributes, Value input) {
  return run_op({.op = op, .domain = "ai.onnx.ml", .attributes = std::move(attributes), .inputs = {std::move(input)}});
}
std::string error_of(const char* op, Attributes attributes, Value input) {
  return run(op, std::move(attributes), std::move(input)).status().message();
}

TEST(CastMap, OrdersValuesByTheirKeys) {
  const auto y = run("CastMap", {}, kIntsToFloats);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{1, 3}));
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0.5f, 2.5f, 4.5f));
}

TEST(CastMap, PutsValuesWhereTheirKeysSay) {
  const Attributes attributes = {{"map_form", std::string("SPARSE")}, {"max_map", int64_t{6}}};
  const auto y = run("CastMap", attributes, kIntsToFloats);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0.5f, 0, 2.5f, 0, 4.5f, 0));
  EXPECT_THAT(error_of("CastMap", {{"map_form", std::string("SPARSE")}, {"max_map", int64_t{4}}}, kIntsToFloats),
              HasSubstr("X has the key 4; attribute 'max_map' allows 0 to 3"));
}

TEST(CastMap, CastsBetweenNumbersAndStrings) {
  const Value words = map_of(Tensor::of<int64_t>({2}, {2, 1}), Tensor::strings({2}, {"7", "-3"}));
  auto y = run("CastMap", {{"cast_to", std::string("TO_INT64")}}, words);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(-3, 7));
  y = run("CastMap", {{"cast_to", std::string("TO_STRING")}}, kIntsToFloats);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("0.5", "2.5", "4.5"));
  EXPECT_THAT(error_of("CastMap", {}, map_of(Tensor::of<int64_t>({1}, {0}), Tensor::strings({1}, {"seven"}))),
              HasSubstr("the string 'seven' is no number"));
}

TEST(CastMap, TakesAnEmptyMap) {
  const auto y = run("CastMap", {}, map_of(Tensor::of<int64_t>({0}, {}), Tensor::of<float>({0}, {})));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{1, 0}));
}

TEST(CastMap, RefusesWhatIsNoMap) {
  EXPECT_THAT(error_of("CastMap", {}, Value(ValueKind::kSequence, {})), HasSubstr("input #0 must be a map"));
  EXPECT_THAT(error_of("CastMap", {}, map_of(Tensor::of<int64_t>({2}, {0, 1}), Tensor::of<float>({1}, {1}))),
              HasSubstr("keys and values are lists of one length"));
  EXPECT_THAT(error_of("CastMap", {}, map_of(Tensor::of<float>({1}, {0}), Tensor::of<float>({1}, {1}))),
              HasSubstr("must be a map from int64 or string, not from float32"));
}

TEST(DictVectorizer, PutsValuesAtTheirWords) {
  const Attributes attributes = {{"string_vocabulary", Strings{"a", "c", "b", "z"}}};
  const auto y =
      run("DictVectorizer", attributes, map_of(Tensor::strings({2}, {"c", "a"}), Tensor::of<int64_t>({2}, {8, 4})));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{1, 4}));
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(4, 8, 0, 0));
}

TEST(DictVectorizer, TakesStringsAsValues) {
  const auto y = run("DictVectorizer", {{"int64_vocabulary", Ints{1, 2}}},
                     map_of(Tensor::of<int64_t>({1}, {2}), Tensor::strings({1}, {"two"})));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("", "two"));
}

TEST(DictVectorizer, RefusesKeysOutsideOfTheVocabulary) {
  EXPECT_THAT(error_of("DictVectorizer", {{"int64_vocabulary", Ints{0, 2}}}, kIntsToFloats),
              HasSubstr("the key '4' of X is not in the vocabulary"));
  EXPECT_THAT(error_of("DictVectorizer", {{"string_vocabulary", Strings{"a"}}}, kIntsToFloats),
              HasSubstr("X is a map from int64; the vocabulary is of strings"));
}

TEST(ZipMap, MakesAMapOfEachRow) {
  const auto y =
      run("ZipMap", {{"classlabels_strings", Strings{"yes", "no"}}}, Tensor::of<float>({2, 2}, {1, 2, 3, 4}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].kind, ValueKind::kSequence);
  ASSERT_EQ((*y)[0].elements.size(), 2u);
  const Value& second = (*y)[0].elements[1];
  ASSERT_EQ(second.kind, ValueKind::kMap);
  EXPECT_THAT(strings(second.elements[0]), ElementsAre("yes", "no"));
  EXPECT_THAT(floats(second.elements[1]), ElementsAre(3, 4));
}

TEST(ZipMap, TakesAListAndNoRows) {
  auto y = run("ZipMap", {{"classlabels_int64s", Ints{7, 8}}}, Tensor::of<float>({2}, {1, 2}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].elements.size(), 1u);
  EXPECT_THAT(elements<int64_t>((*y)[0].elements[0].elements[0]), ElementsAre(7, 8));
  y = run("ZipMap", {{"classlabels_int64s", Ints{7, 8}}}, Tensor::of<float>({0, 2}, {}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].kind, ValueKind::kSequence);
  EXPECT_THAT((*y)[0].elements, IsEmpty());
}

TEST(ZipMap, RefusesLabelsThatDoNotFit) {
  const Tensor x = Tensor::of<float>({1, 2}, {1, 2});
  EXPECT_THAT(error_of("ZipMap", {{"classlabels_int64s", Ints{7}}}, x), HasSubstr("has 2 columns for 1 labels"));
  EXPECT_THAT(error_of("ZipMap", {{"classlabels_int64s", Ints{7, 7}}}, x), HasSubstr("the label '7' is there twice"));
  EXPECT_THAT(error_of("ZipMap", {}, x), HasSubstr("must be given"));
}

}  // namespace
}  // namespace mortise::test
