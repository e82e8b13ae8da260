// The types of every parameter of every operator: the table of them against the standard's own schemas, as far as
// libonnx has them, and the provider against the table.
#include <gtest/gtest.h>
#include <onnx/defs/schema.h>

#include <map>
#include <string>

#include "conformance/generate/standard_types.h"
#include "providers/reference/registry.h"

namespace mortise::test {

using conformance::allowed_types;
using conformance::OperatorVersion;
using conformance::runs_in_core;
using conformance::standard_operators;
using reference::TypeSet;
namespace {

// Of a tensor, or of the tensors in a sequence or an optional; 0 for a map.
TypeSet type_in(const std::string& text) {
  static const std::map<std::string_view, std::string> kOther = {{"float32", "float"}, {"float64", "double"}};
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    const auto found = kOther.find(kDTypeInfo[number].name);
    const std::string name = found == kOther.end() ? std::string(kDTypeInfo[number].name) : found->second;
    const std::string tensor = "tensor(" + name + ")";
    for (const std::string& type : {tensor, "seq(" + tensor + ")", "optional(" + tensor + ")"}) {
      if (type == text) return TypeSet{1} << number;
    }
  }
  return 0;
}

std::string list(TypeSet set) {
  std::string text;
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    if ((set >> number & 1u) != 0) text.append(" ").append(kDTypeInfo[number].name);
  }
  return text;
}

std::string describe(const OperatorVersion& row) { return concat(row.op->domain, ".", row.op->name, " ", row.version); }

TEST(Types, OfTheTableAreThoseOfTheStandard) {
  size_t compared = 0;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    if (schema.Deprecated()) continue;
    const infer::Operator* op = infer::find_operator(schema.domain(), schema.Name());
    ASSERT_NE(op, nullptr) << schema.Name();
    if (schema.Name() == "Erf" && schema.SinceVersion() == 13) continue;  // ONNX 1.20 has taken its integers back
    const OperatorVersion row{op, op->signature(schema.SinceVersion()), schema.SinceVersion()};
    ASSERT_NE(row.signature, nullptr) << describe(row);
    const auto compare = [&](const auto& wanted, const std::vector<infer::Parameter>& parameters, bool all) {
      ASSERT_EQ(wanted.size(), parameters.size()) << describe(row);
      for (size_t i = 0; i < wanted.size(); ++i) {
        TypeSet types = 0;
        for (const std::string* type : wanted[i].GetTypes()) types |= type_in(*type);
        const TypeSet given = allowed_types(parameters[i]).set;
        if (given == 0 && !all) continue;
        EXPECT_EQ(given, types) << describe(row) << " parameter '" << wanted[i].GetName() << "' lacks"
                                << list(types & ~given) << "; too many are" << list(given & ~types);
        ++compared;
      }
    };
    compare(schema.inputs(), row.signature->inputs, true);
    // GridSample 16 has floats whatever X is; version 20 corrects that to the type of X, and the table has it at both.
    if (schema.Name() == "GridSample" && schema.SinceVersion() == 16) continue;
    // The table says nothing of outputs whose type another rule settles.
    compare(schema.outputs(), row.signature->outputs, schema.inputs().empty());
  }
  EXPECT_GT(compared, 1000u);
}

TEST(Attributes, OfTheTableAreThoseOfTheStandard) {
  size_t compared = 0;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    const infer::Operator* op = infer::find_operator(schema.domain(), schema.Name());
    ASSERT_NE(op, nullptr) << schema.Name();
    const infer::Signature* signature = op->signature(schema.SinceVersion());
    if (schema.Deprecated()) {
      EXPECT_EQ(op->deprecated_since, schema.SinceVersion()) << schema.Name();
      EXPECT_EQ(signature, nullptr) << schema.Name();
      continue;
    }
    ASSERT_NE(signature, nullptr) << schema.Name();
    std::map<std::string, bool> wanted, given;  // whether it is required
    for (const auto& [name, attribute] : schema.attributes()) wanted[name] = attribute.required;
    for (const auto& rule : signature->attributes) given[std::string(rule.name)] = rule.required;
    EXPECT_EQ(given, wanted) << schema.Name() << " " << schema.SinceVersion();
    compared += given.size();
  }
  EXPECT_GT(compared, 500u);
}

TEST(Types, OfTheTableAreThereForEveryParameter) {
  for (const OperatorVersion& row : standard_operators()) {
    if (row.op->name == "CastMap" || row.op->name == "DictVectorizer") continue;  // of maps
    for (const infer::Parameter& parameter : row.parameters()) {
      if (row.op->name == "Gradient" || row.op->name == "If") continue;
      EXPECT_NE(allowed_types(parameter).set, 0u) << describe(row) << " parameter '" << parameter.name << "'";
    }
  }
}

TEST(Types, OfFirstInputsAreTakenByTheProvider) {
  size_t rows = 0;
  for (const OperatorVersion& row : standard_operators()) {
    if (runs_in_core(row.op->name)) continue;
    const reference::OpEntry* entry = reference::find_op(row.op->domain, row.op->name, row.version);
    ASSERT_NE(entry, nullptr) << describe(row) << ": no kernel";
    const TypeSet wanted = allowed_types(row.parameters()[0]).set;
    EXPECT_EQ(wanted & ~entry->types, 0u) << describe(row) << " lacks" << list(wanted & ~entry->types);
    ++rows;
  }
  EXPECT_GT(rows, 600u);
}

}  // namespace
}  // namespace mortise::test
