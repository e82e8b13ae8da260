// The table of operators against the standard's own schemas, as far as libonnx has them: every operator, every version,
// every type of the first input.
#include <gtest/gtest.h>
#include <onnx/defs/schema.h>

#include <map>
#include <set>
#include <string>

#include "providers/reference/registry.h"

namespace mortise::reference {
namespace {

// What the core runs itself, or replaces by other nodes before a provider sees it.
const std::set<std::string> kNotProviders = {"If", "Loop", "Scan", "SequenceMap", "Gradient"};

std::string type_of(DType dtype) {
  static const std::map<std::string_view, std::string> kOther = {
      {"float32", "float"}, {"float64", "double"}, {"complex64", "complex64"}};
  const auto found = kOther.find(to_string(dtype));
  return "tensor(" + (found == kOther.end() ? std::string(to_string(dtype)) : found->second) + ")";
}

TEST(Types, AreThoseOfTheStandard) {
  std::map<std::string, std::string> missing;
  size_t rows = 0;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    const std::string domain = schema.domain() == "ai.onnx" ? "" : schema.domain();
    if (schema.Deprecated() || kNotProviders.contains(schema.Name())) continue;
    const std::string row = domain + "." + schema.Name() + " " + std::to_string(schema.SinceVersion());
    const OpEntry* entry = find_op(domain, schema.Name(), schema.SinceVersion());
    if (entry == nullptr) {
      missing[row] = "no kernel";
      continue;
    }
    const auto& parameters = schema.inputs().empty() ? schema.outputs() : schema.inputs();
    if (parameters.empty()) continue;
    for (const std::string* type : parameters[0].GetTypes()) {
      for (int32_t number = 1; number < static_cast<int32_t>(kNumDTypes); ++number) {
        const auto dtype = static_cast<DType>(number);
        if (type_of(dtype) != *type) continue;
        ++rows;
        if (!contains(entry->types, dtype)) missing[row] += " " + std::string(to_string(dtype));
      }
    }
  }
  EXPECT_GT(rows, 2500u);
  for (const auto& [row, types] : missing) ADD_FAILURE() << row << ":" << types;
}

}  // namespace
}  // namespace mortise::reference
