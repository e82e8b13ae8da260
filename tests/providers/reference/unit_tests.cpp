#include "tests/providers/reference/unit_tests.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <vector>

namespace mortise::test {
namespace {

using Runs = std::set<std::pair<std::string, int32_t>>;

Runs runs_of(const std::string& text) {
  static const std::regex kOp(R"re((\.op = |\brun\()"(\w+)"([^{}]*))re"), kVersion(R"(\.version = (\d+))");
  Runs runs;
  for (std::sregex_iterator op(text.begin(), text.end(), kOp), end; op != end; ++op) {
    const std::string rest = (*op)[3];
    std::smatch version;
    runs.emplace((*op)[2], std::regex_search(rest, version, kVersion) ? std::stoi(version[1]) : 1);
  }
  return runs;
}

// Definitions at the beginning of a line, each with what stands before it since the last one.
std::vector<std::string> blocks_of(const std::string& text) {
  std::vector<std::string> blocks;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find("\n}\n", begin), text.size());
    blocks.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return blocks;
}

std::string read_file(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void search_file(const std::string& text, UnitTests& tests) {
  static const std::regex kTest(R"(\nTEST\((\w+), (\w+)\))"), kFunction(R"(\n[A-Za-z][^\n]*?(\w+)\()");
  static const std::regex kRefusal("^(Refuses|Rejects|Declines)");
  std::map<std::string, Runs> functions;
  for (const std::string& block : blocks_of(text)) {
    Runs runs = runs_of(block);
    for (const auto& [name, called] : functions) {
      if (std::regex_search(block, std::regex("\\b" + name + "\\("))) runs.insert(called.begin(), called.end());
    }
    std::smatch match;
    if (std::regex_search(block, match, kTest)) {
      if (std::regex_search(match[2].str(), kRefusal)) continue;
      for (const auto& run : runs) tests[run].insert(match[1].str() + "." + match[2].str());
      continue;
    }
    std::string name;
    for (std::sregex_iterator f(block.begin(), block.end(), kFunction), end; f != end; ++f) name = (*f)[1];
    if (!name.empty() && !runs.empty()) functions[name] = runs;
  }
}

}  // namespace

UnitTests find_unit_tests(const std::string& folder) {
  UnitTests tests;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".cpp") search_file(read_file(file.path()), tests);
  }
  return tests;
}

}  // namespace mortise::test
