#include "tests/conformance/report_results.h"

#include "mortise/provider.h"

namespace mortise::conformance {

namespace {

constexpr const char* kOps[] = {"Abs",           "Add",     "AveragePool", "Cast",      "Conv",
                                "ConvTranspose", "Div",     "Exp",         "Gemm",      "LayerNormalization",
                                "MatMul",        "MaxPool", "Relu",        "ReduceSum", "Resize",
                                "Softmax"};
constexpr DType kTypes[] = {DType::kF32, DType::kF16, DType::kBF16, DType::kI8, DType::kU8, DType::kI32, DType::kI64};
constexpr const char* kShapes[] = {"broadcast", "dynamic", "empty", "matrix", "one", "scalar", "vector"};

// Most pass, some are not claimed, of the others a few each.
Outcome outcome_of(size_t i) {
  if (i % 50 == 7) return static_cast<Outcome>(i / 50 % kNumOutcomes);
  return i % 7 == 3 ? Outcome::kUnclaimed : Outcome::kPass;
}

CaseResult ops_case(size_t i) {
  const char* op = kOps[i % std::size(kOps)];
  const DType dtype = kTypes[i / 16 % std::size(kTypes)];
  const char* shape = kShapes[i / 112 % std::size(kShapes)];
  CaseResult result{.name = concat(op, "-", to_string(dtype), "-", shape, "-", i),
                    .suite = "ops",
                    .description = concat("Runs ", op, " on ", to_string(dtype), " and compares with the oracle."),
                    .at = {.op = op, .version = 13, .dtype = dtype, .shape_class = shape}};
  Verdict& verdict = result.verdict;
  verdict = {
      .outcome = outcome_of(i), .sentence = concat("sentence ", i), .seconds = 0.001 * static_cast<double>(i % 9)};
  if (verdict.outcome == Outcome::kUnclaimed) {
    verdict.refusals.emplace_back(MORTISE_REFUSAL_DTYPE, concat(op, " does not take ", to_string(dtype)));
  } else {
    const double ulp = static_cast<double>(i % 11) / 2;
    verdict.accuracy = {.max_ulp = ulp,
                        .p99_ulp = ulp / 2,
                        .bound_used = ulp / 8,
                        .elements = 24,
                        .worst = concat("output 0 at [", i % 5, "]: 0.25 instead of 0.5")};
  }
  if (is_failure(verdict.outcome)) verdict.artifact = "/runs/artifacts/" + result.name;
  if (verdict.outcome == Outcome::kLeak) verdict.after = {concat("case-", i - 1)};
  verdict.untried_alone = verdict.outcome == Outcome::kCrash;
  if (i % 100 == 0) verdict.warnings.push_back("refused without a reason");
  return result;
}

}  // namespace

Results synthetic_results(size_t count) {
  Results results{.settings = {.plugin = "/plugins/libvendor_npu.so", .options = R"({"precision": "half"})", .seed = 7},
                  .suite_version = "1.0.0",
                  .date = "2026-01-31T12:00:00Z",
                  .plugin_sha256 = std::string(64, 'a'),
                  .provider = {.id = "com.vendor.npu",
                               .name = "Vendor NPU",
                               .vendor = "Vendor",
                               .version = "2.1.0",
                               .device = "Vendor NPU rev 3, 512 KiB SRAM",
                               .options = R"({"precision":"half"})",
                               .concurrency = "reentrant",
                               .determinism = "same-machine",
                               .numerics = {"flushes-subnormals"}},
                  .hosts = {{.cpu = "Some CPU", .threads = 8, .kernel = "Linux 6.1 x86_64"}},
                  .selection = {.cases = count, .sha256 = std::string(64, 'b')},
                  .notes = {"a worker ended badly"},
                  .seconds = 12.5};
  for (size_t i = 0; i < count; ++i) {
    CaseResult result = ops_case(i);
    if (i < count / 50) {
      result.suite = "abi", result.at = {}, result.requirement = "MORTISE-P-023";
      if (is_failure(result.verdict.outcome)) result.verdict.requirement = "MORTISE-P-023";
    } else if (i >= count - count / 50) {
      result.suite = "perf";
      result.verdict.figures = {{"warm", 100.0 + static_cast<double>(i % 13), "ns"}, {"rate", 2.5, "GB/s"}};
    }
    if (is_failure(result.verdict.outcome)) result.reproduce = reproduction(results, result);
    results.cases.push_back(std::move(result));
  }
  return results;
}

}  // namespace mortise::conformance
