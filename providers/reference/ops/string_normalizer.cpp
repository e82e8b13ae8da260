// StringNormalizer: words without the stop words, in upper or lower case by the rules of a language (ICU's).
#include <unicode/ucasemap.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {
namespace {

// ucasemap_utf8ToLower() and its like.
using Change = int32_t (*)(const UCaseMap*, char*, int32_t, const char*, int32_t, UErrorCode*);
using CaseMap = std::shared_ptr<const UCaseMap>;

// POSIX's names for no language at all, possibly with a codeset behind them.
bool is_posix(std::string_view locale) {
  const std::string_view name = locale.substr(0, locale.find('.'));
  return name == "C" || name == "POSIX";
}

// ICU takes any name for a locale; a language or country that has no ISO code is a mistake.
Result<CaseMap> open_locale(std::string_view locale) {
  const std::string given(locale.empty() || is_posix(locale) ? "en_US" : locale);
  char name[ULOC_FULLNAME_CAPACITY] = "", country[ULOC_COUNTRY_CAPACITY] = "";
  UErrorCode error = U_ZERO_ERROR;
  uloc_canonicalize(given.c_str(), name, sizeof name, &error);
  uloc_getCountry(name, country, sizeof country, &error);
  if (U_FAILURE(error) || error == U_STRING_NOT_TERMINATED_WARNING || *uloc_getISO3Language(name) == '\0' ||
      (country[0] != '\0' && *uloc_getISO3Country(name) == '\0')) {
    return invalid_argument("attribute locale '", locale, "' is unknown; give a language and a country as in en_US");
  }
  CaseMap map(ucasemap_open(name, U_FOLD_CASE_DEFAULT, &error),
              [](const UCaseMap* m) { ucasemap_close(const_cast<UCaseMap*>(m)); });
  if (U_FAILURE(error)) return invalid_argument("locale '", locale, "' cannot be opened: ", u_errorName(error));
  return map;
}

// ICU would put U+FFFD for what is no UTF-8.
bool is_utf8(const char* text, int32_t size) {
  int32_t length = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8(nullptr, 0, &length, text, size, &error);
  return error != U_INVALID_CHAR_FOUND;
}

Result<std::string> changed(std::string_view text, Change change, const CaseMap& map) {
  if (text.empty()) return std::string();
  if (text.size() > std::numeric_limits<int32_t>::max() / 4) {
    return invalid_argument("a string of ", text.size(), " bytes is too long to change its case");
  }
  const auto size = static_cast<int32_t>(text.size());
  if (!is_utf8(text.data(), size)) return invalid_argument("a string is not UTF-8, its case cannot be changed");
  std::string result(text.size(), '\0');
  UErrorCode error = U_ZERO_ERROR;
  int32_t length = change(map.get(), result.data(), size, text.data(), size, &error);
  if (error == U_BUFFER_OVERFLOW_ERROR) {
    error = U_ZERO_ERROR;
    result.resize(static_cast<size_t>(length));
    length = change(map.get(), result.data(), length, text.data(), size, &error);
  }
  if (U_FAILURE(error)) return make_error(StatusCode::kInternal, "ICU cannot change case: ", u_errorName(error));
  result.resize(static_cast<size_t>(length));
  return result;
}

// Words that are left out, whatever their case if `fold` is not null.
struct StopWords {
  std::unordered_set<std::string> words;
  Change fold = nullptr;

  Result<std::string> key(std::string_view word, const CaseMap& map) const {
    return fold == nullptr ? std::string(word) : changed(word, fold, map);
  }
  Result<bool> contain(std::string_view word, const CaseMap& map) const {
    if (words.empty()) return false;
    MORTISE_ASSIGN(const std::string found, key(word, map));
    return words.contains(found);
  }
};

Result<Change> change_of(const NodeSpec& node) {
  const std::string_view action = node.get_string("case_change_action", "NONE");
  if (action == "NONE") return Change{nullptr};
  if (action == "LOWER") return Change{ucasemap_utf8ToLower};
  if (action == "UPPER") return Change{ucasemap_utf8ToUpper};
  return invalid_argument("attribute case_change_action is '", action, "', not NONE, LOWER or UPPER");
}

}  // namespace

Result<Kernel> make_string_normalizer(const NodeSpec& node) {
  MORTISE_ASSIGN(const Change change, change_of(node));
  MORTISE_ASSIGN(const CaseMap map, open_locale(node.get_string("locale", "")));
  StopWords stop_words{.fold = node.get_int("is_case_sensitive", 0) != 0 ? nullptr : Change{ucasemap_utf8FoldCase}};
  for (const auto& word : node.get_strings("stopwords")) {
    auto key = stop_words.key(std::string_view(word), map);
    if (!key.ok()) return std::move(key).status().context("attribute stopwords");
    stop_words.words.insert(std::move(*key));
  }
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() != 1 && !(x.rank() == 2 && x.dim(0) == 1)) {
      return invalid_argument("input ", to_string(x.shape()), " must be [C] or [1, C]");
    }
    const auto words = x.elements<mortise_string_t>();
    std::vector<mortise_string_t> kept;
    for (const mortise_string_t& word : words) {
      const std::string_view text(word.data, word.size);
      MORTISE_ASSIGN(const bool stopped, stop_words.contain(text, map));
      if (stopped) continue;
      kept.push_back(word);
      if (change == nullptr) continue;
      MORTISE_ASSIGN(std::string other, changed(text, change, map));
      kept.back() = context.keep(std::move(other));
    }
    // Where all words are dropped the standard wants one empty string.
    if (kept.empty() && !words.empty()) kept.push_back(context.keep(std::string()));
    Shape result = x.shape();
    result[x.rank() - 1] = static_cast<int64_t>(kept.size());
    const auto y = context.output(0, DType::kString, result).elements<mortise_string_t>();
    std::copy(kept.begin(), kept.end(), y.begin());
    return {};
  });
}

}  // namespace mortise::reference
