// Every type that the standard allows for an input (or for the output of an operator without inputs) runs, at every
// version: models of the ops suite's families, with the inputs of one type variable in the type. The results are held
// against those of a run in another type that can hold the same numbers, within the operator's bound: float16 against
// float64, int8 against int64, words against their numbers. Random results are judged by their distribution.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>
#include <span>

#include "conformance/cases/ops/oracle.h"
#include "conformance/compare/compare.h"
#include "conformance/engine/rig.h"
#include "tests/providers/reference/retyped.h"
#include "tests/providers/reference/type_families.h"

namespace mortise::test {
namespace {

using conformance::allowed_types;
using conformance::OperatorVersion;
using conformance::OpModel;
using conformance::Rig;
using conformance::Verdict;
using conformance::ops::Family;
using conformance::ops::Form;
using conformance::ops::Oracle;
using conformance::ops::Variant;
using reference::contains;
using reference::TypeSet;

// What the standard's text rules out although its lists of types do not.
struct Exception {
  std::string_view op;
  std::string_view variable;
  TypeSet types;
  std::string_view reason;
};
const Exception kImpossible[] = {
    {"GridSample", "T2", reference::kString | reference::kComplex, "version 16: a grid is of numbers from -1 to 1"},
};
// Where the type itself decides what the result is, so that a run in another type says nothing about it, and the tests
// that hold the results against what they should be.
const Exception kIncomparable[] = {
    {"Attention", "U", reference::kBool, "numbers are added: Attention.GivesZeroWhereEveryKeyIsMasked"},
    {"BitCast", "T1", reference::kAnything, "bits are kept, not numbers: Packed.BitCastKeepsBits"},
    {"Cast", "T1", reference::kString, "text is read: Cast.ReadsAndWritesStrings"},
    {"CastLike", "T1", reference::kString, "text is read: test_castlike_STRING_to_FLOAT"},
    {"CastLike", "T2", reference::kString | reference::kBool, "the result's kind: test_castlike_FLOAT_to_STRING"},
    {"CategoryMapper", "X", reference::kString, "words become numbers: CategoryMapper.GoesBothWays"},
    {"LabelEncoder", "X", reference::kAnything, "attributes have its type: LabelEncoder.MapsEachTypeToEach"},
    {"LabelEncoder", "T1", reference::kAnything, "attributes have its type: LabelEncoder.MapsEachTypeToEach"},
    {"OneHotEncoder", "T", reference::kString, "an attribute has its type: OneHotEncoder.MarksTheCategory"},
    {"TfIdfVectorizer", "X", reference::kString, "an attribute has its type: TfIdfVectorizer.ReadsStrings"},
};

bool is_listed(std::span<const Exception> list, const OperatorVersion& row, std::string_view variable, DType dtype) {
  return std::any_of(list.begin(), list.end(), [&](const Exception& one) {
    return one.op == row.op->name && one.variable == variable && contains(one.types, dtype);
  });
}

// One type of one variable of one version.
struct Point {
  OperatorVersion row;
  std::string_view variable;
  TypeSet allowed;
  DType dtype;

  std::string name() const {
    return concat(row.op->domain, ".", row.op->name, " ", row.version, " '", variable, "' ", to_string(dtype));
  }
};

std::vector<Point> points() {
  std::vector<Point> all;
  for (const OperatorVersion& row : conformance::standard_operators()) {
    if (conformance::runs_in_core(row.op->name)) continue;
    std::set<std::string_view> seen;
    for (const infer::Parameter& parameter : row.parameters()) {
      const std::string_view variable = variable_name(parameter);
      if (!seen.insert(variable).second) continue;
      const TypeSet allowed = allowed_types(parameter).set;
      for (int32_t number = 1; number < kNumDTypes; ++number) {
        const auto dtype = static_cast<DType>(number);
        if (contains(allowed, dtype) && !is_listed(kImpossible, row, variable, dtype)) {
          all.push_back({row, variable, allowed, dtype});
        }
      }
    }
  }
  return all;
}

// How a model comes about that has the variable: the form in which a variant makes it, before it is retyped.
struct Source {
  Form form;
  const Variant* variant;
};

OpModel draw(const Source& source, std::mt19937_64 random, double& terms) {
  conformance::Data data(random, 0);
  OpModel model = source.variant->make(source.form, data);
  terms = data.terms;
  return model;
}

// The parameter whose type a form has.
const infer::Parameter& parameter_of_form(const OperatorVersion& row, const Family& family) {
  for (const infer::Parameter& parameter : row.parameters()) {
    if (parameter.name == family.parameter) return parameter;
  }
  return row.parameters().front();
}

bool fits(const Variant& variant, int32_t version, DType dtype) {
  return !variant.dynamic && version >= variant.first && version <= variant.last && contains(variant.types, dtype);
}

// Models that were made in the type come first, then those in another type with an input of the variable.
std::optional<Source> find_source(const Point& point, const Family& family, const std::mt19937_64& random) {
  const OperatorVersion& row = point.row;
  const infer::Parameter& parameter = parameter_of_form(row, family);
  const auto find = [&](DType dtype, bool retyped) -> std::optional<Source> {
    for (const Variant& variant : family.variants) {
      if (!fits(variant, row.version, dtype)) continue;
      const Source source{{row.op->domain, row.op->name, row.version, dtype}, &variant};
      double terms = 0;
      if (!retyped || has_input(draw(source, random, terms), row, point.variable)) return source;
    }
    return std::nullopt;
  };
  if (variable_name(parameter) == point.variable) {
    if (const auto found = find(point.dtype, false)) return found;
  }
  const reference::OpEntry* entry = reference::find_op(row.op->domain, row.op->name, row.version);
  const TypeSet allowed = allowed_types(parameter).set & entry->types;
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    if (!contains(allowed, static_cast<DType>(number))) continue;
    if (const auto found = find(static_cast<DType>(number), true)) return found;
  }
  return std::nullopt;
}

// A run on the reference provider, whatever its type.
Result<std::vector<Value>> run_once(conformance::Device& device, const conformance::OpGraph& graph) {
  MORTISE_ASSIGN(const conformance::Claims claims, device.claim(*graph.view));
  if (!claims.claims(0)) {
    return unimplemented("declined: ", claims.refusals.empty() ? "" : claims.refusals.front().text);
  }
  MORTISE_ASSIGN(const auto session, device.compile(*graph.view, {0}));
  conformance::RunOutcome outcome =
      session->run(graph.inputs, conformance::ops::run_settings(graph.graph, *session, 0));
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.outputs);
}

// Whether results in `a` are compared as numbers of `b`, and not the other way round.
bool is_wider(DType a, DType b) { return a != DType::kString && info(a).bits > info(b).bits; }

class Check {
 public:
  Check(const Point& point, const Source& source, Rig& rig)
      : point_(point), source_(source), rig_(rig), random_(rig.random()) {
    const bool comparable = !is_listed(kIncomparable, point.row, point.variable, point.dtype);
    if (comparable && source.variant->judge == nullptr) partner_ = partner_of(point.dtype, point.allowed);
    const OpModel model = make_base();
    if (!has_input(model, point.row, point.variable)) partner_ = DType::kUndefined;
    words_ = words_of(model, point.row, point.variable);
  }

  Verdict run() {
    const auto graph = conformance::make_graph(make(point_.dtype));
    if (!graph.ok()) return conformance::fail("the model is bad: ", graph.status().message());
    auto results = run_once(*rig_.device().value(), **graph);
    if (!results.ok()) return conformance::fail(results.status().message());
    if (source_.variant->judge != nullptr) {
      const std::string problem = source_.variant->judge((*graph)->inputs, *results);
      return problem.empty() ? conformance::pass("ran") : conformance::fail(problem);
    }
    if (partner_ == DType::kUndefined) return conformance::pass("ran");
    return compare(std::move(*results));
  }

 private:
  OpModel make_base() {
    OpModel model = draw(source_, random_, terms_);
    // By way of uint8 none is negative, where the numbers are made in another type: in 64 bits it would be larger than
    // what the partner can hold.
    const bool made_unsigned = point_.dtype != DType::kU64 || source_.form.dtype == DType::kU64;
    if (!made_unsigned) retype(model, point_.row, point_.variable, DType::kU8);
    retype(model, point_.row, point_.variable, point_.dtype);
    return model;
  }

  // With the inputs in the type of the point, or in its partner: both have the same numbers.
  OpModel make(DType dtype) {
    OpModel model = make_base();
    for (const DType next : {partner_, point_.dtype, dtype}) {
      if (next != DType::kUndefined) retype(model, point_.row, point_.variable, next, words_);
    }
    return model;
  }

  Verdict compare(std::vector<Value> results) {
    const auto graph = conformance::make_graph(make(partner_));
    if (!graph.ok()) return conformance::fail("the model to compare with is bad: ", graph.status().message());
    const conformance::Bound& bound = conformance::bound_of(source_.form.domain, source_.form.op);
    const auto oracle = Oracle::create(
        rig_.oracle(), **graph, [&] { return make(partner_); }, conformance::measure_of(bound.kind), 0);
    if (!oracle.ok()) return conformance::fail("nothing to compare with: ", oracle.status().message());
    auto expected = oracle->results((*graph)->inputs);
    if (!expected.ok()) return conformance::fail("nothing to compare with: ", expected.status().message());
    if (is_wider(point_.dtype, partner_)) {
      align(results, point_.dtype, *expected, partner_, words_);
    } else {
      align(*expected, partner_, results, point_.dtype, words_);
    }
    const std::vector<Value> measures = oracle->measures((*graph)->inputs);
    const conformance::Match match = conformance::compare_values(
        results, {.values = *expected, .alternatives = {}, .measures = measures, .bound = bound, .terms = terms_});
    if (match.problem.empty()) return conformance::pass("compared");
    return conformance::fail("against ", to_string(partner_), ": ", match.problem);
  }

  const Point& point_;
  const Source& source_;
  Rig& rig_;
  const std::mt19937_64 random_;
  DType partner_ = DType::kUndefined;
  Words words_;
  double terms_ = 1;
};

TEST(Types, OfEveryInputRun) {
  Rig rig({});
  size_t compared = 0;
  const std::vector<Point> all = points();
  for (const Point& point : all) {
    const Family* family = find_family(point.row.op->domain, point.row.op->name);
    ASSERT_NE(family, nullptr) << point.name() << " has no family in conformance/cases/ops.inc";
    const auto source = find_source(point, *family, std::mt19937_64());
    if (!source) {
      ADD_FAILURE() << point.name() << ": no variant of its family has such an input";
      continue;
    }
    const Verdict verdict =
        rig.run({.name = point.name(), .run = [&](Rig& r) { return Check(point, *source, r).run(); }});
    EXPECT_EQ(verdict.outcome, conformance::Outcome::kPass)
        << point.name() << " (" << source->variant->name << "): " << verdict.sentence;
    compared += verdict.sentence == "compared" ? 1 : 0;
  }
  std::cout << all.size() << " types, " << compared << " of them compared with a run in another type\n";
  EXPECT_GT(all.size(), 5700u);
  EXPECT_GT(compared, 5000u);
}

}  // namespace
}  // namespace mortise::test
