// The vectors suite: ONNX's own backend tests. The provider runs what it claims of each model, the oracle the rest.
//
// Right is what agrees with the stored outputs, under the tolerance of ONNX's own runner. Where the exact result is 0, the
// stored value is what rounding has left of it in another program (of test_dft_inverse in double precision in ONNX 1.12,
// in single precision in ONNX 1.23), and no tolerance relative to it allows for that. There the oracle's result is right as
// well, and so is another rounding of 0, as long as stored values differ from the oracle's by rounding alone. A provider that declares
// half precision may be off by a few units of that, measured by the largest value. Data sets that contradict their model
// or the oracle judge nobody.
#include "conformance/cases/vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "conformance/cases/mixed_check.h"
#include "conformance/engine/suites.h"
#include "core/graph/check_value.h"
#include "core/infer/infer.h"
#include "core/model/load.h"
#include "tools/mortise/random_cases.h"
#include "tools/mortise/test_case.h"

namespace mortise::conformance {

namespace fs = std::filesystem;
using tool::TestCase;

namespace {

// What rounding may move values by: this many units in the last place of the largest of them.
constexpr double kUnits = 8;
constexpr double kFloatEpsilon = 0x1p-23;
constexpr double kHalfEpsilon = 0x1p-10;

Result<Graph> load_graph(const fs::path& path) {
  MORTISE_ASSIGN(Model model, load_model(path));
  MORTISE_TRY(infer_types(model.graph));
  return std::move(model.graph);
}

// What load_data() looks at.
std::vector<Port> ports(const Graph& graph, std::span<const ValueId> ids) {
  std::vector<Port> all;
  for (const ValueId id : ids) {
    const Type& type = graph.value(id).type;
    Port& port = all.emplace_back();
    port.kind = type.kind;
    if (type.kind == ValueKind::kOptional && type.element != nullptr) port.element = type.element->kind;
    port.optional = graph.default_value(id) != nullptr;
    if (!type.dims) continue;
    for (const Dim& dim : *type.dims) port.dims.push_back(dim.value);
  }
  return all;
}

// One data set, checked against the model: what is wrong with it is no fault of a provider.
Result<tool::DataSet> load_checked_data(const TestCase& test_case, size_t index, const Graph& graph) {
  MORTISE_ASSIGN(tool::DataSet data,
                 tool::load_data(test_case, index, ports(graph, graph.inputs), ports(graph, graph.outputs)));
  for (size_t i = 0; i < data.inputs.size(); ++i) {
    if (data.inputs[i].kind == ValueKind::kNone) continue;
    const Type& type = graph.value(graph.inputs[i]).type;
    const Status status = check_value(type, data.inputs[i]);
    if (!status.ok()) return invalid_argument("input ", i, " is ", to_string(type), ", but ", status.message());
  }
  for (size_t i = 0; i < data.expected.size(); ++i) {
    const Type& type = graph.value(graph.outputs[i]).type;
    const Status status = check_value(type, data.expected[i]);
    if (!status.ok()) return invalid_argument("output ", i, " is ", to_string(type), ", but ", status.message());
  }
  if (data.expected.empty()) return invalid_argument("there is no expected output");
  return data;
}

Result<std::vector<Value>> oracle_results(Rig& rig, const Graph& graph, std::span<const Value> inputs) {
  MixedRun alone(nullptr, rig.oracle(), {}, rig.random());
  MORTISE_TRY(alone.compile(graph));
  return alone.run(inputs);
}

double largest_magnitude(std::span<const Value> values) {
  double largest = 0;
  for (const Value& value : values) {
    largest = std::max(largest, largest_magnitude(value.elements.list()));
    for (int64_t i = 0; value.is_tensor() && i < value.tensor.num_elements(); ++i) {
      const double magnitude = std::abs(tool::real_element(value.tensor, i).value_or(0));
      if (std::isfinite(magnitude)) largest = std::max(largest, magnitude);
    }
  }
  return largest;
}

tool::Tolerance rounding(double epsilon, double largest) {
  tool::Tolerance tolerance;
  tolerance.atol = std::max(tolerance.atol, kUnits * epsilon * largest);
  return tolerance;
}

bool is_half(uint32_t numerics) {
  return (numerics & (MORTISE_NUMERICS_HALF_COMPUTE | MORTISE_NUMERICS_HALF_ACCUMULATE)) != 0;
}

tool::Tolerance tolerance_for(uint32_t numerics, const tool::DataSet& data) {
  if (!is_half(numerics)) return {};
  return rounding(kHalfEpsilon, std::max(largest_magnitude(data.inputs), largest_magnitude(data.expected)));
}

// Of an output that differs from the stored value: PASS, with a remark, where it agrees with the oracle.
Verdict judge_by_oracle(const Value& actual, const Value& exact, const Value& stored, const tool::Tolerance& tolerance,
                        const std::string& difference) {
  const tool::Tolerance near = rounding(kFloatEpsilon, largest_magnitude({&stored, 1}));
  tool::Tolerance but_for_zeros = tolerance;
  but_for_zeros.zero = near.atol;
  if (!tool::first_difference(actual, exact, but_for_zeros).empty()) {
    return {.outcome = Outcome::kOverclaim, .sentence = difference};
  }
  if (!tool::first_difference(exact, stored, near).empty()) {
    return skip(
        concat(difference, "; the oracle's result differs as well, by more than rounding: one of the two is wrong"));
  }
  return pass(concat(difference, ", which is rounding: it agrees with the oracle's result"));
}

// Of a case that is random by nature.
Verdict judge_random(const tool::RandomCase& random, const Graph& graph, const tool::DataSet& data,
                     std::span<const Value> results) {
  for (size_t i = 0; i < data.expected.size(); ++i) {
    const std::string found = tool::type_difference(results[i], data.expected[i]);
    if (!found.empty()) {
      return {.outcome = Outcome::kOverclaim,
              .sentence = concat("output '", graph.output_names[i].view(), "' ", found)};
    }
  }
  const std::string unlikely = random.judge(data.inputs, results);
  if (!unlikely.empty()) return {.outcome = Outcome::kOverclaim, .sentence = unlikely};
  return pass(concat("the results are judged by their distribution, because ", random.reason));
}

// Of one data set. The sentence of PASS is a remark, or empty.
Verdict judge_results(Rig& rig, const Graph& graph, const tool::DataSet& data, std::span<const Value> results,
                      const tool::Tolerance& tolerance) {
  std::optional<std::vector<Value>> exact;
  Verdict verdict = pass("");
  for (size_t i = 0; i < data.expected.size(); ++i) {
    const std::string found = tool::first_difference(results[i], data.expected[i], tolerance);
    if (found.empty()) continue;
    const std::string difference = concat("output '", graph.output_names[i].view(), "' ", found);
    if (!exact) {
      Result<std::vector<Value>> computed = oracle_results(rig, graph, data.inputs);
      if (!computed.ok()) return {.outcome = Outcome::kOverclaim, .sentence = difference};
      exact = std::move(*computed);
    }
    verdict = judge_by_oracle(results[i], (*exact)[i], data.expected[i], tolerance, difference);
    if (verdict.outcome != Outcome::kPass) return verdict;
  }
  return verdict;
}

// Nothing that the oracle cannot run can be judged.
Verdict judge_trouble(const MixedRun& mixed, const Status& status) {
  if (!mixed.fault() && status.code() == StatusCode::kUnimplemented) return skip(status.message());
  return judge_fault(mixed, status);
}

Verdict run_vector(Rig& rig, const TestCase& test_case) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<Graph> graph = load_graph(test_case.model);
  if (!graph.ok()) return skip(concat("the model cannot be loaded: ", graph.status().message()));
  MixedRun mixed(*device, rig.oracle(), {}, rig.random());
  if (const Status status = mixed.compile(*graph); !status.ok()) return judge_trouble(mixed, status);
  if (mixed.counts().device == 0) return judge_claims(mixed, "");
  const tool::RandomCase* random = tool::find_random_case(test_case.name);
  const size_t num_sets = test_case.data_sets.size();
  std::string remarks;
  for (size_t set = 0; set < num_sets; ++set) {
    const Result<tool::DataSet> data = load_checked_data(test_case, set, *graph);
    if (!data.ok()) return skip(concat("data set ", set, ": ", data.status().message()));
    const Result<std::vector<Value>> results = mixed.run(data->inputs);
    if (!results.ok()) return judge_trouble(mixed, results.status());
    const tool::Tolerance tolerance = tolerance_for((*device)->descriptor().numerics, *data);
    Verdict verdict = random != nullptr ? judge_random(*random, *graph, *data, *results)
                                        : judge_results(rig, *graph, *data, *results, tolerance);
    if (!verdict.sentence.empty()) verdict.sentence = concat("data set ", set, ": ", verdict.sentence);
    if (verdict.outcome != Outcome::kPass) {
      if (is_failure(verdict.outcome)) verdict.artifact = test_case.model.parent_path().string();
      return verdict;
    }
    if (!verdict.sentence.empty()) remarks += "; " + verdict.sentence;
  }
  const bool half = is_half((*device)->descriptor().numerics);
  return judge_claims(mixed, concat(num_sets, num_sets == 1 ? " data set" : " data sets", " as stored",
                                    half ? ", within the half precision that the provider declares" : "", remarks));
}

// Letters and digits of any other text, in lower case, with single '-' between them.
std::string kebab_case(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper || plain) name += upper ? static_cast<char>(c - 'A' + 'a') : c;
    if (!upper && !plain && !name.empty() && name.back() != '-') name += '-';
  }
  return name;
}

// "vector-node-abs" for node/test_abs/model.onnx.
std::string case_name(const TestCase& test_case) {
  std::string name = kebab_case(test_case.name);
  if (name.starts_with("test-")) name.erase(0, std::string_view("test-").size());
  return concat("vector-", kebab_case(test_case.model.parent_path().parent_path().filename().string()), "-", name);
}

}  // namespace

std::vector<fs::path> vector_folders(const Settings& settings) {
  std::vector<fs::path> folders = settings.vectors;
  folders.emplace_back("/usr/share/libonnx-testdata/data");
  std::vector<fs::path> prefixes = {"/usr", "/usr/local"};
  if (const char* home = std::getenv("HOME")) prefixes.push_back(fs::path(home) / ".local");
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const char* prefix = std::getenv(variable)) prefixes.emplace_back(prefix);
  }
  std::vector<fs::path> found;
  for (const fs::path& prefix : prefixes) {
    std::error_code code;
    for (fs::directory_iterator entry(prefix / "lib", code), end; !code && entry != end; entry.increment(code)) {
      if (!entry->path().filename().string().starts_with("python3")) continue;
      for (const char* packages : {"dist-packages", "site-packages"}) {
        std::error_code unreadable;
        if (fs::is_directory(entry->path() / packages, unreadable))
          found.push_back(entry->path() / packages / "onnx/backend/test/data");
      }
    }
  }
  std::sort(found.begin(), found.end());
  folders.insert(folders.end(), found.begin(), found.end());
  return folders;
}

std::string missing_vectors(const Settings& settings, std::span<const Case> catalogue) {
  for (const Case& one : catalogue) {
    if (one.suite == "vectors") return {};
  }
  std::string folders;
  for (const fs::path& folder : vector_folders(settings))
    folders += concat(folders.empty() ? "" : ", ", folder.string());
  return concat("no ONNX vectors were found in ", folders, "; --vectors names other folders");
}

void add_vectors_cases(const Settings& settings, std::vector<Case>& cases) {
  std::set<std::string> names;
  for (const fs::path& folder : vector_folders(settings)) {
    std::error_code code;
    const fs::path place = fs::canonical(folder, code);
    if (code) continue;
    Result<std::vector<TestCase>> found = tool::find_cases({place});
    if (!found.ok()) continue;  // what may not be read has no cases
    for (TestCase& test_case : *found) {
      // The networks without data sets have weights that are all alike: their outputs are rounding and nothing else.
      if (test_case.data_sets.empty()) continue;
      std::string name = case_name(test_case);
      if (!names.insert(name).second) continue;
      Case& added = cases.emplace_back();
      added.name = std::move(name);
      added.description = concat("Runs ", test_case.model.string(),
                                 ", of which the provider has what it claims. Every output is the stored one.");
      added.run = [test_case = std::move(test_case)](Rig& rig) { return run_vector(rig, test_case); };
    }
  }
}

}  // namespace mortise::conformance
