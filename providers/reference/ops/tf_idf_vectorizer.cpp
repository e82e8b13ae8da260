// TfIdfVectorizer: how often the n-grams of a pool occur in each row, with up to max_skip_count words left out between
// two that follow each other; the same number of them throughout one occurrence.
//
// The pool is a tree of words: a node is an n-gram, its edges are the words that lengthen it. A single word is counted
// once, whatever the skip. weights[i] belongs to the i-th n-gram of the pool, as the text says.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};

std::string_view word_of(const mortise_string_t& word) { return {word.data, word.size}; }
int64_t word_of(int64_t word) { return word; }

class Vectorizer {
 public:
  static Result<Vectorizer> read(const NodeSpec& node) {
    Vectorizer v;
    MORTISE_TRY(v.read_lengths(node));
    MORTISE_TRY(v.read_outputs(node));
    const auto numbers = node.get_ints("pool_int64s");
    const auto strings = node.get_strings("pool_strings");
    if (numbers.empty() == strings.empty()) {
      return invalid_argument("one of the attributes 'pool_int64s' and 'pool_strings' must be given");
    }
    v.of_strings_ = !strings.empty();
    std::vector<uint32_t> pool;
    for (const int64_t word : numbers) pool.push_back(v.add_word(v.numbers_, word));
    for (const std::string_view word : strings) pool.push_back(v.add_word(v.strings_, word));
    MORTISE_TRY(v.grow(pool, node.get_ints("ngram_counts")));
    return v;
  }

  Status run(KernelContext& context) const {
    const Tensor& x = context.input(0);
    if ((x.dtype() == DType::kString) != of_strings_) {
      return invalid_argument("X is ", to_string(x.dtype()), "; the pool is of ", of_strings_ ? "strings" : "integers");
    }
    if (x.rank() != 1 && x.rank() != 2) {
      return invalid_argument("X has the shape ", to_string(x.shape()), "; it must be [words] or [rows, words]");
    }
    const auto words = static_cast<uint64_t>(x.shape().back());
    const auto rows = x.rank() == 1 ? uint64_t{1} : static_cast<uint64_t>(x.dim(0));
    Shape result = x.shape();
    result[result.rank() - 1] = width_;
    MORTISE_TRY(check_shape(DType::kF32, result));
    float* const y = context.output(0, DType::kF32, result).data<float>();
    const auto width = static_cast<uint64_t>(width_);
    return dispatch(TypeList<int32_t, int64_t, mortise_string_t>{}, x.dtype(), [&]<class T>() -> Status {
      const auto grain = grain_for(static_cast<int64_t>(16 * words + width));
      context.parallel_for(rows, grain, [&](uint64_t begin, uint64_t end) {
        std::vector<uint32_t> row(words);
        std::vector<uint64_t> counts(columns_.size());
        for (uint64_t r = begin; r < end; ++r) {
          for (uint64_t i = 0; i < words; ++i) row[i] = find_word(word_of(x.data<T>()[r * words + i]));
          write(row, counts, {y + r * width, width});
        }
      });
      return {};
    });
  }

 private:
  template <class Words, class Word>
  static uint32_t add_word(Words& words, const Word& word) {
    const auto number = static_cast<uint32_t>(words.size());
    return words.emplace(word, number).first->second;
  }
  template <class Words, class Word>
  static uint32_t find(const Words& words, const Word& word) {
    const auto found = words.find(word);
    return found == words.end() ? kNone : found->second;
  }
  uint32_t find_word(int64_t word) const { return find(numbers_, word); }
  uint32_t find_word(std::string_view word) const { return find(strings_, word); }

  Status read_lengths(const NodeSpec& node) {
    shortest_ = node.get_int("min_gram_length", 1);
    longest_ = node.get_int("max_gram_length", 1);
    skips_ = node.get_int("max_skip_count", 0);
    const auto counts = node.get_ints("ngram_counts");
    if (shortest_ < 1 || longest_ < shortest_ || longest_ > static_cast<int64_t>(counts.size())) {
      return invalid_argument("attributes 'min_gram_length' and 'max_gram_length' are ", shortest_, " and ", longest_,
                              "; they must ascend from at least 1 to at most ", counts.size(),
                              ", the entries of 'ngram_counts'");
    }
    if (skips_ < 0) return invalid_argument("attribute 'max_skip_count' is ", skips_, "; it must be at least 0");
    return {};
  }

  Status read_outputs(const NodeSpec& node) {
    const auto columns = node.get_ints("ngram_indexes");
    const auto weights = node.get_floats("weights");
    const std::string_view mode = node.get_string("mode", "");
    if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
      return invalid_argument("attribute 'mode' is '", mode, "'; it must be one of TF, IDF, TFIDF");
    }
    if (columns.empty()) return invalid_argument("attribute 'ngram_indexes' is missing or empty");
    for (const int64_t column : columns) {
      if (column < 0 || column == INT64_MAX) {
        return invalid_argument("attribute 'ngram_indexes' has the entry ", column);
      }
      width_ = std::max(width_, column + 1);
    }
    if (!weights.empty() && weights.size() != columns.size()) {
      return invalid_argument("attribute 'weights' has ", weights.size(), " entries; 'ngram_indexes' has ",
                              columns.size());
    }
    columns_.assign(columns.begin(), columns.end());
    once_ = mode == "IDF";
    if (mode != "TF") weights_.assign(weights.begin(), weights.end());
    return {};
  }

  // ngram_counts says where the n-grams of each length begin in the pool, which is words one after the other.
  Status grow(std::span<const uint32_t> pool, std::span<const int64_t> starts) {
    edges_.emplace_back();
    ngrams_.push_back(kNone);
    uint32_t ngram = 0;
    for (uint64_t length = 1; length <= starts.size(); ++length) {
      const int64_t first = starts[length - 1];
      const auto last = length < starts.size() ? starts[length] : static_cast<int64_t>(pool.size());
      if (first < 0 || last < first || last > static_cast<int64_t>(pool.size()) ||
          static_cast<uint64_t>(last - first) % length != 0) {
        return invalid_argument("attribute 'ngram_counts' has ", first, " to ", last, " as the words of ", length,
                                "-grams; the pool has ", pool.size(), " words");
      }
      const bool wanted = static_cast<int64_t>(length) >= shortest_ && static_cast<int64_t>(length) <= longest_;
      for (auto at = static_cast<uint64_t>(first); at < static_cast<uint64_t>(last); at += length, ++ngram) {
        if (!wanted) continue;
        uint32_t node = 0;
        for (uint64_t i = 0; i < length; ++i) node = follow(node, pool[at + i]);
        if (ngrams_[node] != kNone) {
          return invalid_argument("the pool's ", length, "-gram at ", at, " is there twice");
        }
        ngrams_[node] = ngram;
      }
    }
    if (ngram == columns_.size()) return {};
    return invalid_argument("the pool has ", ngram, " n-grams; attribute 'ngram_indexes' has ", columns_.size(),
                            " entries");
  }
  uint32_t follow(uint32_t node, uint32_t word) {
    const auto [edge, added] = edges_[node].emplace(word, static_cast<uint32_t>(edges_.size()));
    const uint32_t next = edge->second;
    if (added) {
      edges_.emplace_back();
      ngrams_.push_back(kNone);
    }
    return next;
  }

  // counts: memory, one for each n-gram.
  void write(std::span<const uint32_t> row, std::span<uint64_t> counts, std::span<float> y) const {
    std::fill(counts.begin(), counts.end(), 0);
    // Two words that are farther apart than the row is long are in no n-gram.
    const auto farthest = static_cast<uint64_t>(
        std::clamp<int64_t>(skips_, 0, std::max<int64_t>(0, static_cast<int64_t>(row.size()) - 1)));
    for (uint64_t step = 1; step <= farthest + 1; ++step) {
      for (uint64_t first = 0; first < row.size(); ++first) {
        uint32_t node = 0;
        uint64_t length = 0;
        for (uint64_t at = first; at < row.size() && row[at] != kNone; at += step) {
          node = find(edges_[node], row[at]);
          if (node == kNone) break;
          ++length;
          if (ngrams_[node] != kNone && (length > 1 || step == 1)) ++counts[ngrams_[node]];
        }
      }
    }
    std::fill(y.begin(), y.end(), 0.0f);
    for (uint64_t i = 0; i < counts.size(); ++i) {
      const double count = once_ ? std::min<double>(1, static_cast<double>(counts[i])) : static_cast<double>(counts[i]);
      y[static_cast<uint64_t>(columns_[i])] += static_cast<float>(weights_.empty() ? count : count * weights_[i]);
    }
  }

  int64_t shortest_ = 1, longest_ = 1, skips_ = 0;
  int64_t width_ = 0;
  bool of_strings_ = false;
  bool once_ = false;             // an n-gram counts once at most
  std::vector<int64_t> columns_;  // of the output, for each n-gram of the pool
  std::vector<float> weights_;    // for each, or none
  std::map<int64_t, uint32_t> numbers_;
  std::map<std::string, uint32_t, std::less<>> strings_;
  std::vector<std::map<uint32_t, uint32_t>> edges_;  // of each node, the empty n-gram first: from word to longer node
  std::vector<uint32_t> ngrams_;                     // of each node, kNone if it is only the beginning of some
};

}  // namespace

Result<Kernel> make_tf_idf_vectorizer(const NodeSpec& node) {
  MORTISE_ASSIGN(Vectorizer vectorizer, Vectorizer::read(node));
  return Kernel([vectorizer = std::move(vectorizer)](KernelContext& context) { return vectorizer.run(context); });
}

}  // namespace mortise::reference
