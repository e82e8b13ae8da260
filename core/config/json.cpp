#include "core/config/json.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace mortise {

namespace {

std::string place_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t begin = before.rfind('\n');
  const size_t column = begin == std::string_view::npos ? before.size() : before.size() - begin - 1;
  return concat("line ", line, ", column ", std::max<size_t>(column, 1));
}

// Looks over the text once before anything is built from it.
class Inspector : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& fault() const { return fault_; }
  // Offset of a syntax error; 0: the fault lies where the text says.
  size_t offset() const { return offset_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    return keys_.back().insert(name).second || fail("the key '" + name + "' appears twice; keep one");
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    offset_ = position;
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while parsing …"
    const std::string_view text = e.what();
    const size_t begin = text.find(": ");
    return fail(std::string(begin == std::string_view::npos ? text : text.substr(begin + 2)));
  }

 private:
  bool enter() {
    keys_.emplace_back();
    return keys_.size() <= kMaxJsonDepth || fail(concat("nested more than ", kMaxJsonDepth, " levels deep"));
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }
  bool fail(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  std::vector<std::set<std::string, std::less<>>> keys_;
  std::string fault_;
  size_t offset_ = 0;
};

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return invalid_argument("is larger than ", kMaxJsonBytes >> 20, " MiB");
  Inspector inspector;
  if (!nlohmann::json::sax_parse(text, &inspector)) {
    if (inspector.offset() == 0) return invalid_argument(inspector.fault());
    return invalid_argument(place_of(text, inspector.offset()), ": ", inspector.fault());
  }
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return invalid_argument("is no JSON");
  return parsed;
}

Result<std::string> read_text_file(const std::string& path) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) return make_error(StatusCode::kNotFound, path, ": there is no such file");
  if (std::filesystem::is_directory(status)) return invalid_argument(path, ": is a folder; name a file in it");
  if (!std::filesystem::is_regular_file(status)) return invalid_argument(path, ": is no regular file; name one");
  std::ifstream file(path, std::ios::binary);
  if (!file) return make_error(StatusCode::kPermissionDenied, path, ": cannot be read; check its permissions");
  std::string text;
  for (std::array<char, 4096> part; file.good() && text.size() <= kMaxJsonBytes;) {
    file.read(part.data(), part.size());
    text.append(part.data(), static_cast<size_t>(file.gcount()));
  }
  if (text.size() > kMaxJsonBytes) return invalid_argument(path, ": is larger than ", kMaxJsonBytes >> 20, " MiB");
  return text;
}

}  // namespace mortise
