// StringNormalizer, StringSplit and RegexFullMatch. Case is changed for ASCII letters; expressions are RE2's.
#include <re2/re2.h>

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

enum class Case { kNone, kLower, kUpper };

std::string change_case(std::string_view text, Case action) {
  std::string result(text);
  for (char& c : result) {
    if (action == Case::kLower && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (action == Case::kUpper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

std::string_view view_of(const mortise_string_t& text) { return {text.data, text.size}; }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The pieces between delimiters, at most `splits` of them cut off; without a delimiter, the words between white space.
std::vector<std::string_view> split(std::string_view text, std::string_view delimiter, int64_t splits) {
  std::vector<std::string_view> pieces;
  if (delimiter.empty()) {
    const auto skip_space = [&] {
      while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    };
    for (skip_space(); !text.empty(); skip_space()) {
      size_t end = 0;
      while (end < text.size() && !is_space(text[end])) ++end;
      if (splits-- == 0) {  // the rest is one piece, up to its last word
        end = text.size();
        while (is_space(text[end - 1])) --end;
        pieces.push_back(text.substr(0, end));
        break;
      }
      pieces.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    return pieces;
  }
  if (text.empty()) return pieces;
  for (size_t end = text.find(delimiter); end != text.npos && splits-- != 0; end = text.find(delimiter)) {
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  pieces.push_back(text);
  return pieces;
}

}  // namespace

Result<Kernel> make_string_normalizer(const NodeSpec& node) {
  const std::string_view name = node.get_string("case_change_action", "NONE");
  if (name != "NONE" && name != "LOWER" && name != "UPPER") {
    return invalid_argument("attribute case_change_action is '", name, "', not NONE, LOWER or UPPER");
  }
  const Case action = name == "LOWER" ? Case::kLower : name == "UPPER" ? Case::kUpper : Case::kNone;
  const bool sensitive = node.get_int("is_case_sensitive", 0) != 0;
  std::unordered_set<std::string> stopwords;
  for (const auto& word : node.get_strings("stopwords")) {
    stopwords.insert(change_case(std::string_view(word), sensitive ? Case::kNone : Case::kLower));
  }
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() != 1 && !(x.rank() == 2 && x.dim(0) == 1)) {
      return invalid_argument("input ", to_string(x.shape()), " must be [C] or [1, C]");
    }
    std::vector<mortise_string_t> kept;
    for (const mortise_string_t& word : x.elements<mortise_string_t>()) {
      const std::string text = change_case(view_of(word), sensitive ? Case::kNone : Case::kLower);
      if (stopwords.contains(text)) continue;
      kept.push_back(action == Case::kNone ? word : context.keep(change_case(view_of(word), action)));
    }
    if (kept.empty()) kept.push_back(context.keep(std::string()));
    Shape result = x.shape();
    result[x.rank() - 1] = static_cast<int64_t>(kept.size());
    const auto y = context.output(0, DType::kString, result).elements<mortise_string_t>();
    std::copy(kept.begin(), kept.end(), y.begin());
    return {};
  });
}

Result<Kernel> make_string_split(const NodeSpec& node) {
  const int64_t splits = node.get_int("maxsplit", -1);
  return Kernel([=, delimiter = std::string(node.get_string("delimiter", ""))](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    std::vector<std::vector<std::string_view>> pieces;
    size_t most = 0;
    for (const mortise_string_t& text : x.elements<mortise_string_t>()) {
      pieces.push_back(split(view_of(text), delimiter, splits < 0 ? -1 : splits));
      most = std::max(most, pieces.back().size());
    }
    Shape result = x.shape();
    result.push_back(static_cast<int64_t>(most));
    MORTISE_TRY(check_shape(DType::kString, result));
    const auto y = context.output(0, DType::kString, result).elements<mortise_string_t>();
    const auto counts = context.output(1, DType::kI64, x.shape()).elements<int64_t>();
    const mortise_string_t empty = context.keep(std::string());
    std::fill(y.begin(), y.end(), empty);
    for (size_t i = 0; i < pieces.size(); ++i) {
      counts[i] = static_cast<int64_t>(pieces[i].size());
      for (size_t k = 0; k < pieces[i].size(); ++k) {
        y[i * most + k] = mortise_string_t{pieces[i][k].data(), pieces[i][k].size()};
      }
    }
    return {};
  });
}

Result<Kernel> make_regex_full_match(const NodeSpec& node) {
  const std::string_view pattern = node.get_string("pattern", "");
  RE2::Options options;
  options.set_log_errors(false);
  // Matching allocates within RE2's own budget (8 MiB) and takes time linear in the text.
  const auto regex = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) return invalid_argument("attribute pattern '", pattern, "' is no RE2 expression: ", regex->error());
  return Kernel([regex](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    bool* y = context.output(0, DType::kBool, x.shape()).data<bool>();
    for (const mortise_string_t& text : x.elements<mortise_string_t>()) {
      *y++ = RE2::FullMatch(re2::StringPiece(text.data, text.size), *regex);
    }
    return {};
  });
}

}  // namespace mortise::reference
