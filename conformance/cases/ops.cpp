// The ops suite: every operator of the reference provider × version × type × variant of its family. ops.inc is the list.
#include <algorithm>

#include "conformance/cases/ops/check_op.h"
#include "conformance/cases/ops/families.h"
#include "conformance/engine/suites.h"
#include "conformance/generate/standard_types.h"

namespace mortise::conformance {

namespace ops {
namespace {

struct Line {
  std::string_view domain;
  std::string_view op;
  std::shared_ptr<const Family> family;  // cases refer to its variants as long as they live
};

std::vector<Line> lines() {
  return {
#define MORTISE_OP_CASES(domain, op, family) {domain, #op, std::make_shared<const Family>(family)},
#include "conformance/cases/ops.inc"
#undef MORTISE_OP_CASES
  };
}

std::vector<OperatorVersion> rows_of(const Line& line) {
  const infer::Operator* op = infer::find_operator(line.domain, line.op);
  std::vector<OperatorVersion> rows;
  for (const infer::Signature& signature : op->signatures) rows.push_back({op, &signature, signature.since_version});
  return rows;
}

// What ONNX allows of what the reference provider has.
std::vector<DType> types_of(const Line& line, const OperatorVersion& row) {
  const reference::OpEntry* entry = reference::find_op(line.domain, line.op, row.version);
  if (entry == nullptr) return {};
  const auto& parameters = row.parameters();
  const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const infer::Parameter& parameter) {
    return line.family->parameter.empty() || parameter.name == line.family->parameter;
  });
  TypeSet set = found != parameters.end() ? allowed_types(*found).set : 0;
  // What is newer than the table, or has maps: as the provider says.
  if (set == 0) set = entry->types;
  if (found == parameters.begin()) set &= entry->types;
  std::vector<DType> types;
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    if (reference::contains(set, static_cast<DType>(number))) types.push_back(static_cast<DType>(number));
  }
  return types;
}

std::string name_of(const Form& form, const Variant& variant) {
  // "ai.onnx.ml" is known as "ml".
  std::string name = form.domain.empty() ? "" : concat(form.domain.substr(form.domain.rfind('.') + 1), "-");
  name += concat(form.op, "-", form.version, "-", to_string(form.dtype), "-", variant.name);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

void add_case(const Line& line, const Form& form, const Variant& variant, std::vector<Case>& cases) {
  cases.push_back(
      {.name = name_of(form, variant),
       .description = concat("Runs ", form.op, " ", form.version, " on ", to_string(form.dtype), ", variant '",
                             variant.name, "'. The result is the oracle's within the operator's bound."),
       .at = {.domain = std::string(form.domain),
              .op = std::string(form.op),
              .version = form.version,
              .dtype = form.dtype,
              .shape_class = variant.name},
       .run = [family = line.family, form, &variant](Rig& rig) { return check_op(rig, form, variant); }});
}

// All variants for the newest version and for the first type; for the others the first variant that there is.
void add_line(const Line& line, std::vector<Case>& cases) {
  const std::vector<OperatorVersion> rows = rows_of(line);
  for (const OperatorVersion& row : rows) {
    const std::vector<DType> types = types_of(line, row);
    for (const DType dtype : types) {
      const bool in_full = row.version == rows.back().version || dtype == types.front();
      const Form form{line.domain, line.op, row.version, dtype};
      for (const Variant& variant : line.family->variants) {
        if (row.version < variant.first || row.version > variant.last) continue;
        if (!reference::contains(variant.types, dtype)) continue;
        add_case(line, form, variant, cases);
        if (!in_full) break;
      }
    }
  }
}

}  // namespace
}  // namespace ops

void add_ops_cases(const Settings&, std::vector<Case>& cases) {
  for (const ops::Line& line : ops::lines()) ops::add_line(line, cases);
}

}  // namespace mortise::conformance
