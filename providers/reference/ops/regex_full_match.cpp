// RegexFullMatch: which strings an RE2 expression matches from end to end.
#include <re2/re2.h>

#include <memory>

#include "providers/reference/kernel.h"

namespace mortise::reference {

Result<Kernel> make_regex_full_match(const NodeSpec& node) {
  // Of a compiled expression and of what matching keeps; an expression that needs more is refused. Matching takes time
  // linear in the text.
  constexpr int64_t kMemory = int64_t{8} << 20;
  const std::string_view pattern = node.get_string("pattern", "");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
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
