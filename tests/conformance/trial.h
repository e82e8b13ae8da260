// A model of the ops suite with what the oracle says of it, for the tests of its bounds.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/cases/ops/families.h"
#include "conformance/cases/ops/oracle.h"

namespace mortise::conformance::ops {

// As float16 holds it.
double half(double value);

// The newest version of an operator.
Form newest(std::string_view domain, std::string_view op, DType dtype = DType::kF32);
const Variant& variant_of(const Family& family, std::string_view name);

class Trial {
 public:
  Trial(const Form& form, Make make, uint64_t seed);

  // The model again.
  OpModel draw();
  const Bound& bound() const { return bound_of(form_.domain, form_.op); }
  const std::vector<Value>& inputs() const { return graph_->inputs; }
  const std::vector<Value>& results() const { return results_; }
  const std::vector<Value>& measures() const { return measures_; }

  // What is wrong with these results, by the bound; empty: nothing.
  std::string judge(std::span<const Value> actual) const;

 private:
  Form form_;
  Make make_;
  uint64_t seed_;
  double terms_ = 1;
  std::unique_ptr<OpGraph> graph_;
  std::optional<Oracle> oracle_;
  std::vector<Value> results_, measures_;
};

// What the oracle makes of a model.
std::vector<Value> results_of(OpModel model);

}  // namespace mortise::conformance::ops
