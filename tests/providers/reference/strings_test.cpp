// Operators on strings against the words of the standard.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Strings = std::vector<std::string>;

Tensor row(Strings texts) {
  const auto size = static_cast<int64_t>(texts.size());
  return Tensor::strings({size}, std::move(texts));
}

Result<std::vector<Value>> match(std::string pattern, Strings texts) {
  return run_op({.op = "RegexFullMatch",
                 .version = 20,
                 .attributes = {{"pattern", std::move(pattern)}},
                 .inputs = {row(std::move(texts))}});
}

TEST(RegexFullMatch, MatchesTheWholeString) {
  const auto y = match("[a-z]{2}", {"ab", "abc", "a", "", "ab\n"});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<bool>((*y)[0]), ElementsAre(true, false, false, false, false));
}

TEST(RegexFullMatch, CountsCharactersNotBytes) {
  const auto y = match("..", {"äö", "ä", "日本", "日本語"});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<bool>((*y)[0]), ElementsAre(true, false, true, false));
}

TEST(RegexFullMatch, MatchesOnlyEmptyStringsWithAnEmptyPattern) {
  const auto y = match("", {"", "a"});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<bool>((*y)[0]), ElementsAre(true, false));
}

TEST(RegexFullMatch, TakesTimeLinearInTheText) {
  const auto y = match("(a*)*b", {std::string(1 << 16, 'a')});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<bool>((*y)[0]), ElementsAre(false));
}

TEST(RegexFullMatch, RefusesFaultyAndHugeExpressionsWithAReason) {
  const auto open = match("(", {"a"}), reference = match("(a)\\1", {"a"}),
             huge = match("((a{1000}){1000}){1000}", {"a"});
  ASSERT_FALSE(open.ok() || reference.ok() || huge.ok());
  EXPECT_THAT(open.status().message(), HasSubstr("missing )"));
  EXPECT_THAT(reference.status().message(), HasSubstr("invalid escape sequence"));
  EXPECT_THAT(huge.status().message(), HasSubstr("no RE2 expression"));
}

Result<std::vector<Value>> normalize(Tensor x, Attributes attributes) {
  return run_op(
      {.op = "StringNormalizer", .version = 10, .attributes = std::move(attributes), .inputs = {std::move(x)}});
}

Attributes change(std::string action, std::string locale) {
  return {{"case_change_action", std::move(action)}, {"locale", std::move(locale)}};
}

TEST(StringNormalizer, ChangesTheCaseOfEveryScript) {
  const auto upper = normalize(row({"straße", "жизнь", "ﬁ", "a1"}), change("UPPER", "en_US"));
  ASSERT_TRUE(upper.ok()) << upper.status().message();
  EXPECT_THAT(strings((*upper)[0]), ElementsAre("STRASSE", "ЖИЗНЬ", "FI", "A1"));
  // A sigma at the end of a word has a form of its own.
  const auto lower = normalize(row({"ΟΔΟΣ", "ÄÖÜ", ""}), change("LOWER", "en_US"));
  ASSERT_TRUE(lower.ok()) << lower.status().message();
  EXPECT_THAT(strings((*lower)[0]), ElementsAre("οδος", "äöü", ""));
}

TEST(StringNormalizer, FollowsTheLocale) {
  for (const char* locale : {"tr", "tr_TR", "tr-TR", "tr_TR.UTF-8", "az_Latn_AZ"}) {
    SCOPED_TRACE(locale);
    const auto upper = normalize(row({"izmir"}), change("UPPER", locale));
    const auto lower = normalize(row({"DIŞ"}), change("LOWER", locale));
    ASSERT_TRUE(upper.ok() && lower.ok());
    EXPECT_THAT(strings((*upper)[0]), ElementsAre("İZMİR"));
    EXPECT_THAT(strings((*lower)[0]), ElementsAre("dış"));
  }
  for (const Attributes& standard : {Attributes{{"case_change_action", std::string("UPPER")}}, change("UPPER", ""),
                                     change("UPPER", "C"), change("UPPER", "POSIX"), change("UPPER", "C.UTF-8")}) {
    const auto upper = normalize(row({"izmir"}), standard);
    ASSERT_TRUE(upper.ok()) << upper.status().message();
    EXPECT_THAT(strings((*upper)[0]), ElementsAre("IZMIR"));
  }
}

TEST(StringNormalizer, RefusesUnknownLocales) {
  for (const char* locale : {"klingon", "xx_YY", "en_QQ", "_DE", "a b"}) {
    const auto y = normalize(row({"a"}), change("LOWER", locale));
    ASSERT_FALSE(y.ok()) << locale;
    EXPECT_THAT(y.status().message(), HasSubstr("locale"));
  }
  EXPECT_FALSE(normalize(row({"a"}), change("LOWER", std::string(1000, 'a'))).ok());
}

TEST(StringNormalizer, DropsStopWordsBeforeItChangesCase) {
  Attributes attributes = {{"case_change_action", std::string("UPPER")}, {"stopwords", Strings{"Straße", "the"}}};
  const Strings words = {"STRASSE", "The", "house", "the", "straße"};
  const auto any_case = normalize(row(words), attributes);
  ASSERT_TRUE(any_case.ok()) << any_case.status().message();
  EXPECT_THAT(strings((*any_case)[0]), ElementsAre("HOUSE"));
  attributes.emplace_back("is_case_sensitive", int64_t{1});
  const auto same_case = normalize(row(words), attributes);
  ASSERT_TRUE(same_case.ok()) << same_case.status().message();
  EXPECT_THAT(strings((*same_case)[0]), ElementsAre("STRASSE", "THE", "HOUSE", "STRASSE"));
}

TEST(StringNormalizer, GivesOneEmptyStringWhereAllWordsAreDropped) {
  const Attributes attributes = {{"stopwords", Strings{"a"}}};
  const auto flat = normalize(row({"a", "A"}), attributes);
  const auto deep = normalize(Tensor::strings({1, 2}, {"a", "A"}), attributes);
  ASSERT_TRUE(flat.ok() && deep.ok());
  EXPECT_EQ((*flat)[0].tensor.shape(), Shape{1});
  EXPECT_EQ((*deep)[0].tensor.shape(), (Shape{1, 1}));
  EXPECT_THAT(strings((*flat)[0]), ElementsAre(""));
  // Of no words none are dropped.
  const auto none = normalize(row({}), {});
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ((*none)[0].tensor.shape(), Shape{0});
}

TEST(StringNormalizer, RefusesOtherShapesActionsAndBytesThatAreNoText) {
  EXPECT_FALSE(normalize(Tensor::strings({2, 1}, {"a", "b"}), {}).ok());
  EXPECT_FALSE(normalize(Tensor::strings({}, {"a"}), {}).ok());
  EXPECT_FALSE(normalize(row({"a"}), change("TITLE", "en_US")).ok());
  const auto broken = normalize(row({"\xFF"}), change("LOWER", "en_US"));
  ASSERT_FALSE(broken.ok());
  EXPECT_THAT(broken.status().message(), HasSubstr("UTF-8"));
  EXPECT_FALSE(normalize(row({"a"}), {{"stopwords", Strings{"\xC3"}}}).ok());
  // What is only passed on may be anything.
  EXPECT_TRUE(normalize(row({"\xFF"}), {}).ok());
}

Result<std::vector<Value>> split(Tensor x, Attributes attributes) {
  return run_op({.op = "StringSplit",
                 .version = 20,
                 .attributes = std::move(attributes),
                 .inputs = {std::move(x)},
                 .num_outputs = 2});
}

void expect_split(const Result<std::vector<Value>>& y, const Strings& pieces, const std::vector<int64_t>& counts) {
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(strings((*y)[0]), pieces);
  EXPECT_EQ(elements<int64_t>((*y)[1]), counts);
}

Attributes by(std::string delimiter) { return {{"delimiter", std::move(delimiter)}}; }
Attributes at_most(int64_t splits, std::string delimiter) {
  return {{"delimiter", std::move(delimiter)}, {"maxsplit", splits}};
}

TEST(StringSplit, FillsShortRowsWithEmptyStrings) {
  expect_split(split(row({"a,,b", "c"}), by(",")), {"a", "", "b", "c", "", ""}, {3, 1});
}

TEST(StringSplit, FindsAsManyPiecesAsDelimitersAndOne) {
  expect_split(split(row({",", "a,", ",a", ""}), by(",")), {"", "", "a", "", "", "a", "", ""}, {2, 2, 2, 1});
  expect_split(split(row({"", ""}), by("--")), {"", ""}, {1, 1});
  // From left to right, without overlap; characters of several bytes.
  expect_split(split(row({"a---b"}), by("--")), {"a", "-b"}, {2});
  expect_split(split(row({"日、本"}), by("、")), {"日", "本"}, {2});
}

TEST(StringSplit, TakesWhiteSpaceTogetherWithoutADelimiter) {
  for (const Attributes& attributes : {Attributes(), by("")}) {
    expect_split(split(row({" a \t\r\n b ", "", "   ", "c"}), attributes), {"a", "b", "", "", "", "", "c", ""},
                 {2, 0, 0, 1});
    // An ideographic space, a no-break space; a letter whose bytes are like a space's.
    expect_split(split(row({"a\u3000b\u00A0c", "\u0120\u2003"}), attributes), {"a", "b", "c", "\u0120", "", ""},
                 {3, 1});
  }
  // A delimiter that is a space is one like any other.
  expect_split(split(row({" a  b"}), by(" ")), {"", "a", "", "b"}, {4});
}

TEST(StringSplit, KeepsTheRestTogetherAfterTheLastSplit) {
  expect_split(split(row({"a-b-c", "d"}), at_most(1, "-")), {"a", "b-c", "d", ""}, {2, 1});
  expect_split(split(row({"a-b-c"}), at_most(0, "-")), {"a-b-c"}, {1});
  expect_split(split(row({"a-b-c"}), at_most(9, "-")), {"a", "b", "c"}, {3});
  expect_split(split(row({"a-b-c"}), at_most(-1, "-")), {"a", "b", "c"}, {3});
  // White space at the end is removed from the rest too.
  expect_split(split(row({"  a  b  c  "}), at_most(1, "")), {"a", "b  c"}, {2});
  expect_split(split(row({"  a  b "}), at_most(0, "")), {"a  b"}, {1});
}

TEST(StringSplit, KeepsTheAxesOfItsInput) {
  const auto scalar = split(Tensor::strings({}, {"a,b"}), by(","));
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ((*scalar)[0].tensor.shape(), Shape{2});
  EXPECT_EQ((*scalar)[1].tensor.rank(), 0u);
  const auto empty = split(Tensor::strings({0, 3}, {}), by(","));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ((*empty)[0].tensor.shape(), (Shape{0, 3, 0}));
  EXPECT_EQ((*empty)[1].tensor.shape(), (Shape{0, 3}));
  const auto nothing = split(row({" ", ""}), {});
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ((*nothing)[0].tensor.shape(), (Shape{2, 0}));
}

Result<std::vector<Value>> join(Tensor x, Tensor y) {
  return run_op({.op = "StringConcat", .version = 20, .inputs = {std::move(x), std::move(y)}});
}

TEST(StringConcat, JoinsWithBroadcasting) {
  const auto y = join(Tensor::strings({2, 1}, {"a", ""}), row({"x", "", "é"}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(strings((*y)[0]), ElementsAre("ax", "a", "aé", "x", "", "é"));
  const auto scalars = join(Tensor::strings({}, {"a"}), Tensor::strings({}, {std::string("\0b", 2)}));
  ASSERT_TRUE(scalars.ok());
  EXPECT_THAT(strings((*scalars)[0]), ElementsAre(std::string("a\0b", 3)));
  const auto empty = join(row({}), row({"x"}));
  ASSERT_TRUE(empty.ok());
  EXPECT_THAT(strings((*empty)[0]), IsEmpty());
  EXPECT_FALSE(join(row({"a", "b"}), row({"a", "b", "c"})).ok());
}

TEST(OptionalGetElement, GivesStringsThatItsInputHolds) {
  const Tensor x = Tensor::strings({2}, {"one", "a string of more than sixteen letters"});
  const Value optional(ValueKind::kOptional, {Value(x)});
  for (const Value& input : {optional, Value(x)}) {
    const auto y = run_op({.op = "OptionalGetElement", .version = 18, .inputs = {input}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(strings((*y)[0]), strings(Value(x)));
  }
}

TEST(SplitToSequence, SplitsStrings) {
  const auto y = run_op({.op = "SplitToSequence",
                         .version = 11,
                         .inputs = {Tensor::strings({3}, {"one", "a string of more than sixteen letters", "three"}),
                                    Tensor::of<int64_t>({2}, {1, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].elements.size(), 2u);
  EXPECT_THAT(strings((*y)[0].elements[0]), ElementsAre("one"));
  EXPECT_THAT(strings((*y)[0].elements[1]), ElementsAre("a string of more than sixteen letters", "three"));
}

}  // namespace
}  // namespace mortise::test
