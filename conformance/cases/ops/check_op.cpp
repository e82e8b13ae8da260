#include "conformance/cases/ops/check_op.h"

#include "conformance/cases/ops/oracle.h"
#include "conformance/compare/compare.h"

namespace mortise::conformance::ops {

namespace {

// Results of few elements may be equal by chance: Sign of one number drawn from 0 to 4 is 1 in four of five rounds, and in
// all of so many in one of 10^12 runs.
constexpr int kMostRounds = 128;
constexpr int kDynamicRounds = 4;

Verdict overclaim(std::string sentence) { return {.outcome = Outcome::kOverclaim, .sentence = std::move(sentence)}; }

Verdict unclaimed(const Claims& claims) {
  Verdict verdict{.outcome = Outcome::kUnclaimed, .sentence = "not claimed"};
  for (const Refusal& refusal : claims.refusals) {
    verdict.refusals.emplace_back(refusal.code, refusal.text);
    if (!refusal.text.empty()) verdict.sentence = concat("not claimed: ", refusal.text);
  }
  if (verdict.refusals.empty()) {
    verdict.warnings.push_back("the provider does not claim the node and does not say why");
  }
  return verdict;
}

// What the rounds of a case have found so far.
struct Findings {
  Variety variety;
  Accuracy accuracy;

  void add(const Accuracy& more) {
    const bool worse = accuracy.elements == 0 || more.bound_used > accuracy.bound_used;
    accuracy.elements += more.elements;
    accuracy.max_ulp = std::max(accuracy.max_ulp, more.max_ulp);
    accuracy.p99_ulp = std::max(accuracy.p99_ulp, more.p99_ulp);
    if (!worse) return;
    accuracy.bound_used = more.bound_used;
    accuracy.worst = more.worst;
  }
};

// A model on the provider under test and on the oracle.
class Trial {
 public:
  Trial(Rig& rig, const Form& form, const Variant& variant, Findings& findings)
      : rig_(rig), form_(form), variant_(variant), bound_(bound_of(form.domain, form.op)), findings_(findings) {}

  // Draws a model; both leave `random` where it stands after one.
  OpModel draw(std::mt19937_64& random, int round) {
    Data data(random, round);
    OpModel model = variant_.make(form_, data);
    model.symbolic = variant_.dynamic;
    terms_ = data.terms;
    return model;
  }

  // Claims and compiles. Nothing where all is well; otherwise the verdict of the case.
  std::optional<Verdict> prepare(std::mt19937_64& random, int round) {
    const std::mt19937_64 before = random;
    Result<std::unique_ptr<OpGraph>> graph = make_graph(draw(random, round));
    if (!graph.ok()) return fail("the suite made a bad model: ", graph.status().message());
    graph_ = std::move(*graph);
    Result<Device*> device = rig_.device();
    if (!device.ok()) return fail(device.status().message());
    device_ = *device;
    const Result<Claims> claims = device_->claim(*graph_->view);
    if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
    if (!claims->claims(0)) return unclaimed(*claims);
    const auto again = [&] {
      std::mt19937_64 same = before;
      return draw(same, round);
    };
    Result<Oracle> oracle =
        Oracle::create(rig_.oracle(), *graph_, again, measure_of(bound_.kind), device_->descriptor().numerics);
    if (!oracle.ok()) return fail("the oracle does not run the model: ", oracle.status().message());
    oracle_ = std::move(*oracle);
    return compile();
  }

  // Runs on the inputs of the model that was drawn last.
  std::optional<Verdict> run() { return run(graph_->inputs); }
  // The next inputs for the compiled session.
  std::optional<Verdict> run_next(std::mt19937_64& random, int round) {
    std::vector<Value> inputs;
    for (OpInput& input : draw(random, round).inputs) {
      if (!input.constant && input.value.kind != ValueKind::kNone) inputs.push_back(std::move(input.value));
    }
    return run(inputs);
  }

 private:
  std::optional<Verdict> compile() {
    std::vector<Refusal> refusals;
    Result<std::unique_ptr<Session>> session = device_->compile(*graph_->view, {0}, &refusals);
    if (session.ok()) {
      session_ = std::move(*session);
      return std::nullopt;
    }
    Verdict verdict = overclaim(concat("claimed, but compile() failed: ", session.status().message()));
    for (const Refusal& refusal : refusals) verdict.refusals.emplace_back(refusal.code, refusal.text);
    return verdict;
  }

  std::optional<Verdict> run(std::span<const Value> inputs) {
    const Result<std::vector<Value>> expected = oracle_->results(inputs);
    if (!expected.ok()) return fail("the oracle failed: ", expected.status().message());
    const RunOutcome first = session_->run(inputs, run_settings(graph_->graph, *session_, 0));
    if (!first.status.ok()) return overclaim(concat("claimed, but run() failed: ", first.status.message()));
    const RunOutcome second = session_->run(inputs, run_settings(graph_->graph, *session_, 1));
    if (!second.status.ok()) return overclaim(concat("run() failed the second time: ", second.status.message()));
    findings_.variety.add(*expected);
    if (variant_.judge == nullptr) return compare(inputs, *expected, first.outputs, second.outputs);
    std::string problem = structure_difference(first.outputs, *expected);
    if (problem.empty()) problem = variant_.judge(inputs, first.outputs);
    return problem.empty() ? std::nullopt : std::optional(overclaim(concat("claimed, but ", problem)));
  }

  std::optional<Verdict> compare(std::span<const Value> inputs, std::span<const Value> expected,
                                 std::span<const Value> first, std::span<const Value> second) {
    const mortise_provider_descriptor_t& promised = device_->descriptor();
    const std::vector<Value> measures = oracle_->measures(inputs);
    const std::vector<Alternative> alternatives = oracle_->alternatives(inputs);
    const Expectation expectation{expected, alternatives, measures, bound_, terms_, promised.numerics};
    const Match found = compare_values(first, expectation);
    findings_.add(found.accuracy);
    if (!found.problem.empty()) return overclaim(concat("claimed, but ", found.problem));
    const std::string difference = bit_difference(first, second);
    if (difference.empty()) return std::nullopt;
    // A result that need not repeat has to be right every time.
    if (promised.determinism == MORTISE_DETERMINISM_NONE) {
      const Match again = compare_values(second, expectation);
      findings_.add(again.accuracy);
      return again.problem.empty() ? std::nullopt
                                   : std::optional(overclaim(concat("right once, then ", again.problem)));
    }
    Verdict verdict = overclaim(
        concat("two runs on the same inputs differ: ", difference, "; it was not written, or is not deterministic"));
    verdict.requirement = "MORTISE-P-032";
    return verdict;
  }

  Rig& rig_;
  const Form& form_;
  const Variant& variant_;
  const Bound& bound_;
  Findings& findings_;
  double terms_ = 1;
  std::unique_ptr<OpGraph> graph_;
  Device* device_ = nullptr;
  std::optional<Oracle> oracle_;
  std::unique_ptr<Session> session_;
};

bool may_be_empty(const Variant& variant) { return variant.name.find("empty") != std::string::npos; }

Verdict conclude(const Findings& findings, const Variant& variant) {
  const bool is_empty = !findings.variety.has_elements() && may_be_empty(variant);
  if (!findings.variety.varied() && !is_empty) {
    return {.outcome = Outcome::kMistrusted,
            .sentence = findings.variety.has_elements() ? "every element of the expected result is the same"
                                                        : "the expected result has no element"};
  }
  Verdict verdict = pass(is_empty ? "the result is as empty as it should be" : "the results are right");
  verdict.accuracy = findings.accuracy;
  return verdict;
}

}  // namespace

Verdict check_op(Rig& rig, const Form& form, const Variant& variant) {
  std::mt19937_64 random = rig.random();
  Findings findings;
  const auto ended = [&](std::optional<Verdict> verdict) {
    verdict->accuracy = findings.accuracy;
    return *verdict;
  };
  for (int round = 0; round < kMostRounds && (round == 0 || !findings.variety.varied()); ++round) {
    Trial trial(rig, form, variant, findings);
    if (auto verdict = trial.prepare(random, variant.dynamic ? 0 : round)) return ended(verdict);
    if (auto verdict = trial.run()) return ended(verdict);
    for (int next = 1; variant.dynamic && next < kDynamicRounds; ++next) {
      if (auto verdict = trial.run_next(random, next)) return ended(verdict);
    }
    if (may_be_empty(variant) && !findings.variety.has_elements()) break;
  }
  return conclude(findings, variant);
}

}  // namespace mortise::conformance::ops
