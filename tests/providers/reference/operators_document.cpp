// operators_document docs/operators.md | --print FOLDER…
//
// Prints docs/operators.md: every operator, version and type that the reference provider runs, and the tests that prove
// it: cases of the standard's vectors out of the given folders, which give at that version what they expect, and tests
// of tests/providers/reference that run it. Or holds the file against what the build knows, and runs the proofs whose
// vectors are installed.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <regex>

#include "tests/providers/reference/node_cases.h"
#include "tests/providers/reference/unit_tests.h"

namespace mortise::test {
namespace {

constexpr std::string_view kHead =
    R"(# Operators

What the reference provider runs: every version of every operator of ONNX up to opset 27, of `ai.onnx.ml` and of
`ai.onnx.preview.training`, with every element type that the standard allows for each input (for the output where there
is no input). Versions in which the standard calls an operator deprecated are refused, and experimental operators of its
first years are functions of those here ([ADR 9](adr/0009-what-is-loaded-beyond-the-standard.md)). `float` stands for
float16, float32 and float64, `int` for the integers of 8 to 64 bits, `number` for both, `float8` for the four kinds with
fractions, `any` for all types of ONNX's first years; `any4` has bfloat16 besides, `any9` float8, `any10` int4 and uint4,
`any11` float4e2m1, `any12` float8e8m0, `any13` int2 and uint2.

The test `Types.OfFirstInputsAreTakenByTheProvider` holds the provider's table against these types, and
`Types.OfEveryInputRun` runs every one of them at every version, on models that the conformance suite's generators make,
and compares the results with a run in another type that can hold the same numbers, where there is one. Its file,
`types_run_test.cpp`, lists by name and with the reason the one that the standard's own text rules out, and those whose
results the type itself decides. The last column names what proves the results besides: cases of the standard's vectors
(`test_…`), run at that version, and tests of `tests/providers/reference`. Operators with bodies, and Gradient, are the
core's; their cases run in `mortise verify`.

This page is printed by `operators_document --print FOLDER…`, which is also the test that keeps it true.
)";

UnitTests unit_tests() {
  return find_unit_tests((fs::path(MORTISE_SOURCE_DIR) / "tests/providers/reference").string());
}

// What interpolates weighs numbers; `nearest` alone moves elements of any type.
std::string add_modes(const OperatorVersion& row, std::string types) {
  const std::string_view op = row.op->name;
  if (op != "Resize" && op != "Upsample" && op != "GridSample") return types;
  std::string numbers = types == "any" ? "number" : types == "any4" ? "number+bfloat16" : types;
  if (numbers.ends_with("+bool")) numbers.resize(numbers.size() - 5);
  return concat(types, " (modes other than nearest: ", numbers, ")");
}

// "A, B: float; axes: int64"
std::string types_of(const OperatorVersion& row) {
  std::vector<std::pair<std::string, std::string>> groups;  // names, types
  std::string last;
  for (const infer::Parameter& parameter : row.parameters()) {
    std::string types = allowed_types(parameter).text;
    if (types.empty()) types = parameter.type == "any" ? "maps" : std::string(parameter.type);
    if (&parameter == &row.parameters().front()) types = add_modes(row, std::move(types));
    const std::string variable = concat(variable_of(parameter), parameter.kind == infer::Parameter::Kind::kSequence);
    if (variable == last && !groups.empty()) {
      groups.back().first.append(", ").append(parameter.name);
    } else {
      if (parameter.kind == infer::Parameter::Kind::kSequence) types = "sequence of " + types;
      groups.emplace_back(parameter.name, types);
    }
    last = variable;
  }
  std::string text;
  for (const auto& [names, types] : groups) text.append(text.empty() ? "" : "; ").append(names + ": " + types);
  return text;
}

// What is wrong with the proof that a case gives: folders may have several of that name, and all must do.
std::string fault_of_all(const NodeCases& cases, const OperatorVersion& row, const std::string& name, size_t& ran) {
  for (const NodeCase& known : cases.of(row.op->domain, row.op->name)) {
    if (known.name != name || !fits(known, row)) continue;
    ++ran;
    if (std::string fault = fault_of(known, row.version); !fault.empty()) return fault;
  }
  return {};
}

// Cases of this version first; two are enough.
std::vector<std::string> cases_of(const NodeCases& cases, const OperatorVersion& row) {
  std::vector<std::string> names;
  size_t ran = 0;
  for (const bool same : {true, false}) {
    for (const NodeCase& known : cases.of(row.op->domain, row.op->name)) {
      if (names.size() == 2 || (known.op.version == row.version) != same || !fits(known, row)) continue;
      if (std::find(names.begin(), names.end(), known.name) != names.end()) continue;
      if (fault_of_all(cases, row, known.name, ran).empty()) names.push_back(known.name);
    }
  }
  return names;
}

std::string first_cells(const OperatorVersion& row) {
  return concat("| ", row.op->name, " | ", row.version, " | ", types_of(row), " | ");
}

void print(const std::vector<fs::path>& folders) {
  const NodeCases cases(folders);
  const auto tests = unit_tests();
  std::cout << kHead;
  std::string_view domain = "none";
  for (const OperatorVersion& row : standard_operators()) {
    if (row.op->domain != domain) {
      domain = row.op->domain;
      std::cout << "\n## " << (domain.empty() ? "ai.onnx" : domain)
                << "\n\n| operator | since | types | proof |\n| --- | --- | --- | --- |\n";
    }
    std::vector<std::string> proofs = cases_of(cases, row);
    if (const auto found = tests.find({std::string(row.op->name), row.version}); found != tests.end()) {
      proofs.push_back(*found->second.begin());
    }
    std::string text;
    for (const std::string& proof : proofs) text.append(text.empty() ? "`" : ", `").append(proof).append("`");
    if (runs_in_core(row.op->name)) text = "the core";
    std::cout << first_cells(row) << text << " |\n";
  }
}

struct Counts {
  size_t ran = 0;
  size_t not_installed = 0;
};

// What is wrong with the proofs of a row.
std::vector<std::string> check_proofs(const NodeCases& cases, const UnitTests& tests, const OperatorVersion& row,
                                      const std::string& cell, Counts& counts) {
  std::vector<std::string> faults;
  const std::regex name("`([^`]+)`");
  const auto listed = tests.find({std::string(row.op->name), row.version});
  for (std::sregex_iterator n(cell.begin(), cell.end(), name), end; n != end; ++n) {
    const std::string proof = (*n)[1];
    if (!proof.starts_with("test_")) {
      if (listed == tests.end() || !listed->second.contains(proof)) faults.push_back(proof + " does not run it");
      continue;
    }
    const size_t before = counts.ran;
    const std::string fault = fault_of_all(cases, row, proof, counts.ran);
    if (counts.ran == before) ++counts.not_installed;
    if (!fault.empty()) faults.push_back(proof + ": " + fault);
  }
  if (cell.find('`') == std::string::npos && cell != "the core |") faults.emplace_back("it has no proof");
  return faults;
}

int check(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  std::string head;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| ") && !line.starts_with("| operator") && !line.starts_with("| ---")) lines.push_back(line);
    if (lines.empty()) head += line + "\n";
  }
  int wrong = head.starts_with(kHead) ? 0 : 1;
  if (wrong != 0) std::cout << path << ": the text before the tables is another\n";
  const NodeCases cases(installed_vectors());
  const auto tests = unit_tests();
  const auto rows = standard_operators();
  if (lines.size() != rows.size()) {
    std::cout << path << ": " << lines.size() << " rows; there are " << rows.size() << " versions\n";
    return 1;
  }
  Counts counts;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string cells = first_cells(rows[i]);
    std::vector<std::string> faults;
    if (!lines[i].starts_with(cells)) {
      faults.push_back("the row is \"" + lines[i] + "\"");
    } else {
      faults = check_proofs(cases, tests, rows[i], lines[i].substr(cells.size()), counts);
    }
    for (const std::string& fault : faults) std::cout << path << ": " << cells << " " << fault << "\n";
    wrong += static_cast<int>(faults.size());
  }
  std::cout << rows.size() << " versions, " << counts.ran << " proofs by vectors ran, " << counts.not_installed
            << " are of vectors that are not installed, " << wrong << " faults\n";
  if (wrong != 0) std::cout << "operators_document --print FOLDER… prints the page anew\n";
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mortise::test

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) != "--print") return mortise::test::check(argv[1]);
  if (argc < 3 || std::string_view(argv[1]) != "--print") {
    std::cerr << "usage: operators_document docs/operators.md | --print FOLDER…\n";
    return 2;
  }
  mortise::test::print({argv + 2, argv + argc});
  return 0;
}
