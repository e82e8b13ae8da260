// TfIdfVectorizer against a search for every n-gram of the pool at every place of a row.
#include <gmock/gmock.h>

#include <random>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Ints = std::vector<int64_t>;

struct Pool {
  int64_t shortest, longest, skips;
  std::vector<Ints> ngrams;  // by length
  Ints columns;
  std::vector<float> weights;
};

Attributes attributes_of(const Pool& pool, const std::string& mode) {
  Ints words, starts;
  for (size_t length = 1; length <= static_cast<size_t>(pool.longest); ++length) {
    starts.push_back(static_cast<int64_t>(words.size()));
    for (const Ints& ngram : pool.ngrams) {
      if (ngram.size() == length) words.insert(words.end(), ngram.begin(), ngram.end());
    }
  }
  Attributes all = {{"min_gram_length", pool.shortest},
                    {"max_gram_length", pool.longest},
                    {"max_skip_count", pool.skips},
                    {"mode", mode},
                    {"ngram_counts", starts},
                    {"ngram_indexes", pool.columns},
                    {"pool_int64s", words}};
  if (!pool.weights.empty()) all.emplace_back("weights", pool.weights);
  return all;
}

int64_t occurrences(const Ints& row, const Ints& ngram, int64_t skips) {
  int64_t count = 0;
  for (int64_t skip = 0; skip <= (ngram.size() == 1 ? 0 : skips); ++skip) {
    for (size_t first = 0; first < row.size(); ++first) {
      bool found = true;
      for (size_t i = 0; i < ngram.size() && found; ++i) {
        const size_t at = first + i * static_cast<size_t>(skip + 1);
        found = at < row.size() && row[at] == ngram[i];
      }
      count += found ? 1 : 0;
    }
  }
  return count;
}

std::vector<float> expected(const Pool& pool, const Ints& row, const std::string& mode) {
  std::vector<float> y(static_cast<size_t>(*std::max_element(pool.columns.begin(), pool.columns.end())) + 1, 0.0f);
  for (size_t i = 0; i < pool.ngrams.size(); ++i) {
    const auto length = static_cast<int64_t>(pool.ngrams[i].size());
    if (length < pool.shortest || length > pool.longest) continue;
    auto count = static_cast<float>(occurrences(row, pool.ngrams[i], pool.skips));
    if (mode == "IDF") count = std::min(count, 1.0f);
    if (mode != "TF" && !pool.weights.empty()) count *= pool.weights[i];
    y[static_cast<size_t>(pool.columns[i])] += count;
  }
  return y;
}

Result<std::vector<Value>> run(Attributes attributes, Tensor x) {
  return run_op({.op = "TfIdfVectorizer", .version = 9, .attributes = std::move(attributes), .inputs = {std::move(x)}});
}

const Pool kPool = {.shortest = 1,
                    .longest = 3,
                    .skips = 2,
                    .ngrams = {{1}, {2}, {1, 1}, {1, 2}, {3, 2}, {1, 2, 3}, {2, 2, 2}},
                    .columns = {3, 0, 1, 5, 2, 8, 4},
                    .weights = {0.5f, 1, 2, 3, 4, 5, 6}};

TEST(TfIdfVectorizer, CountsNGrams) {
  std::mt19937 generator(1);
  for (int64_t shortest = 1; shortest <= 3; ++shortest) {
    for (const std::string mode : {"TF", "IDF", "TFIDF"}) {
      SCOPED_TRACE(concat(mode, " from ", shortest));
      Pool pool = kPool;
      pool.shortest = shortest;
      std::vector<int32_t> words;
      std::vector<float> wanted;
      for (int r = 0; r < 5; ++r) {
        Ints row;
        for (int i = 0; i < 12; ++i) row.push_back(1 + static_cast<int64_t>(generator() % 4));
        words.insert(words.end(), row.begin(), row.end());
        const std::vector<float> y = expected(pool, row, mode);
        wanted.insert(wanted.end(), y.begin(), y.end());
      }
      const auto y = run(attributes_of(pool, mode), Tensor::of<int32_t>({5, 12}, std::span<const int32_t>(words)));
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ((*y)[0].tensor.shape(), (Shape{5, 9}));
      EXPECT_EQ(floats((*y)[0]), wanted);
    }
  }
}

TEST(TfIdfVectorizer, ReadsStrings) {
  const Attributes attributes = attributes_of(
      {.shortest = 1, .longest = 2, .skips = 0, .ngrams = {{1}, {1, 2}}, .columns = {1, 0}, .weights = {}}, "TF");
  const auto y = run(with(without(attributes, "pool_int64s"), "pool_strings", std::vector<std::string>{"a", "a", "b"}),
                     Tensor::strings({4}, {"a", "b", "?", "a"}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2));
}

TEST(TfIdfVectorizer, TakesEmptyRowsAndNoRows) {
  auto y = run(attributes_of(kPool, "TF"), Tensor::of<int64_t>({0}, {}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(floats((*y)[0]), std::vector<float>(9, 0.0f));
  y = run(attributes_of(kPool, "TF"), Tensor::of<int64_t>({0, 4}, {}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{0, 9}));
}

TEST(TfIdfVectorizer, EndsSoonWithAnySkip) {
  Pool pool = kPool;
  pool.skips = INT64_MAX;
  const auto y = run(attributes_of(pool, "TF"), Tensor::of<int64_t>({4}, {1, 0, 0, 2}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(floats((*y)[0]), (std::vector<float>{1, 0, 0, 1, 0, 1, 0, 0, 0}));
}

TEST(TfIdfVectorizer, RefusesPoolsThatDoNotAddUp) {
  const auto refused = [](const std::string& name, AttributeValue value) {
    Pool pool = kPool;
    if (name != "weights") pool.weights.clear();
    const Attributes attributes = with(attributes_of(pool, "TF"), name, std::move(value));
    return run(attributes, Tensor::of<int64_t>({1}, {1})).status().message();
  };
  EXPECT_THAT(refused("ngram_counts", Ints{0, 2, 7}), HasSubstr("'ngram_counts' has 2 to 7 as the words of 2-grams"));
  EXPECT_THAT(refused("ngram_counts", Ints{0, 2, 99}), HasSubstr("the pool has 14 words"));
  EXPECT_THAT(refused("ngram_indexes", Ints{0, 1}),
              HasSubstr("the pool has 7 n-grams; attribute 'ngram_indexes' has 2"));
  EXPECT_THAT(refused("ngram_indexes", Ints{0, 1, 2, 3, 4, 5, -1}), HasSubstr("'ngram_indexes' has the entry -1"));
  EXPECT_THAT(refused("weights", std::vector<float>{1}), HasSubstr("'weights' has 1 entries"));
  EXPECT_THAT(refused("max_gram_length", int64_t{4}), HasSubstr("are 1 and 4"));
  EXPECT_THAT(refused("max_skip_count", int64_t{-1}), HasSubstr("'max_skip_count' is -1"));
  EXPECT_THAT(refused("mode", std::string("BM25")), HasSubstr("'mode' is 'BM25'"));
  EXPECT_THAT(refused("pool_int64s", Ints{1, 1, 1, 1, 1, 2, 3, 2, 1, 2, 3, 2, 2, 2}),
              HasSubstr("the pool's 1-gram at 1 is there twice"));
}

}  // namespace
}  // namespace mortise::test
