#include "tests/conformance/trial.h"

#include <gtest/gtest.h>

#include "conformance/engine/rig.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance::ops {

namespace {

Rig& rig() {
  static Rig shared{Settings{}};
  return shared;
}

}  // namespace

double half(double value) {
  return static_cast<double>(static_cast<float>(static_cast<Half>(static_cast<float>(value))));
}

Form newest(std::string_view domain, std::string_view op, DType dtype) {
  return {domain, op, infer::find_operator(domain, op)->signatures.back().since_version, dtype};
}

const Variant& variant_of(const Family& family, std::string_view name) {
  for (const Variant& variant : family.variants) {
    if (variant.name == name) return variant;
  }
  ADD_FAILURE() << "no variant " << name;
  return family.variants.front();
}

Trial::Trial(const Form& form, Make make, uint64_t seed) : form_(form), make_(std::move(make)), seed_(seed) {
  graph_ = make_graph(draw()).value();
  oracle_ = Oracle::create(
                rig().oracle(), *graph_, [this] { return draw(); }, measure_of(bound().kind), 0)
                .value();
  results_ = oracle_->results(graph_->inputs).value();
  measures_ = oracle_->measures(graph_->inputs);
}

OpModel Trial::draw() {
  std::mt19937_64 random(seed_);
  Data data(random, 0);
  OpModel model = make_(form_, data);
  terms_ = data.terms;
  return model;
}

std::string Trial::judge(std::span<const Value> actual) const {
  const Expectation expectation = {
      .values = results_, .alternatives = {}, .measures = measures_, .bound = bound(), .terms = terms_};
  return compare_values(actual, expectation).problem;
}

std::vector<Value> results_of(OpModel model) {
  const auto graph = make_graph(std::move(model)).value();
  const auto session = rig().oracle().compile(*graph->view, {0}).value();
  return session->run(graph->inputs).outputs;
}

}  // namespace mortise::conformance::ops
