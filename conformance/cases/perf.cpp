// The perf suite: operators of small and medium size, timed through the ABI. Informative: a wrong result fails, a slow one
// does not; `compare` says what became slower between two reports.
//
// The times are the provider's own calls, without the suite's guards. The best of many runs is given, because whatever
// else the machine does only adds to a time.
#include <algorithm>
#include <chrono>
#include <functional>

#include "conformance/cases/abi/workload.h"
#include "conformance/engine/suites.h"
#include "conformance/host/timed_run.h"

namespace mortise::conformance {

namespace {

constexpr int32_t kOpset = 17;
constexpr int kMinRuns = 5, kMaxRuns = 1000;
constexpr auto kTime = std::chrono::milliseconds(100);  // for the warm runs

// Quarters from -2 to 2, integers from -8 to 8: exact in every type, sums of products too.
template <class T>
Tensor pattern(const Shape& shape) {
  Tensor tensor = Tensor::allocate(dtype_of<T>, shape).value();
  const float step = std::is_integral_v<T> ? 1.0f : 0.25f;
  uint32_t state = 1;
  for (T& element : tensor.elements<T>()) {
    state = state * 1664525u + 1013904223u;
    element = static_cast<T>(step * static_cast<float>(static_cast<int>((state >> 16) % 17) - 8));
  }
  return tensor;
}

// Makers of models. Weights are constant, as they are in networks.
template <class T>
OpModel unary(const char* op, const Shape& shape) {
  return {.op = op, .opset = kOpset, .inputs = {{pattern<T>(shape)}}};
}
template <class T>
OpModel binary(const char* op, const Shape& a, const Shape& b) {
  return {.op = op, .opset = kOpset, .inputs = {{pattern<T>(a)}, {pattern<T>(b)}}};
}
template <class T>
OpModel product(const char* op, int64_t m, int64_t k, int64_t n) {
  return {.op = op, .opset = kOpset, .inputs = {{pattern<T>({m, k})}, {pattern<T>({k, n}), true}}};
}
template <class T>
OpModel convolution(const char* op, const Shape& image, const Shape& weights) {
  return {.op = op, .opset = kOpset, .inputs = {{pattern<T>(image)}, {pattern<T>(weights), true}}};
}
OpModel quantized_product(const char* op, int64_t m, int64_t k, int64_t n) {
  const auto scale = [](float value) { return OpInput{Tensor::of<float>({}, {value}), true}; };
  const auto zero = [] { return OpInput{Tensor::of<int8_t>({}, {0}), true}; };
  return {.op = op,
          .opset = kOpset,
          .inputs = {{pattern<int8_t>({m, k})},
                     scale(0.0625f),
                     zero(),
                     {pattern<int8_t>({k, n}), true},
                     scale(0.0625f),
                     zero(),
                     scale(0.125f),
                     zero()}};
}

// All that one run reads or writes once, weights included.
double bytes_of(const OpGraph& graph) {
  uint64_t bytes = 0;
  for (uint32_t id = 0; id < graph.graph.num_values(); ++id) {
    const Type& type = graph.graph.value(id).type;
    bytes += Tensor::storage_size(type.dtype, type.static_shape().value_or(Shape{})).value();
  }
  return static_cast<double>(bytes);
}

// The smallest result of many calls.
Result<double> best_of(const std::function<Result<double>()>& call) {
  const auto end = std::chrono::steady_clock::now() + kTime;
  MORTISE_ASSIGN(double best, call());
  for (int i = 1; i < kMaxRuns && (i < kMinRuns || std::chrono::steady_clock::now() < end); ++i) {
    MORTISE_ASSIGN(const double time, call());
    best = std::min(best, time);
  }
  return best;
}

// Bytes per nanosecond are GB per second, and operations likewise.
void add_rate(std::vector<Figure>& figures, const char* name, double amount, double nanoseconds, const char* unit) {
  if (amount > 0 && nanoseconds > 0) figures.push_back({name, amount / nanoseconds, unit});
}

// The figures of a session that computes rightly; `wrong` says why it does not.
Result<std::vector<Figure>> measure(Rig& rig, Device& device, const OpGraph& graph, double operations,
                                    std::string& wrong) {
  std::vector<Figure> figures;
  const auto begin = std::chrono::steady_clock::now();
  MORTISE_ASSIGN(const std::unique_ptr<Session> session, abi::compile_all(device, graph));
  const std::chrono::duration<double, std::nano> compiled = std::chrono::steady_clock::now() - begin;
  figures.push_back({"compile", compiled.count(), "ns"});
  MORTISE_ASSIGN(const std::unique_ptr<TimedRun> ready, TimedRun::prepare(device, *session, graph.graph, graph.inputs));
  MORTISE_TRY(ready->copy_in().status());
  MORTISE_ASSIGN(const double cold, ready->run());
  MORTISE_TRY(ready->copy_out().status());
  MORTISE_ASSIGN(const std::vector<Value> expected, abi::expected_outputs(rig, graph));
  wrong = abi::difference(ready->outputs(), expected);
  if (!wrong.empty()) return figures;
  MORTISE_ASSIGN(const double warm, best_of([&] { return ready->run(); }));
  figures.push_back({"cold", cold, "ns"});
  figures.push_back({"warm", warm, "ns"});
  add_rate(figures, "traffic", bytes_of(graph), warm, "GB/s");
  const bool integers = graph.inputs.front().tensor.dtype() == DType::kI8;
  add_rate(figures, "arithmetic", operations, warm, integers ? "GOP/s" : "GFLOP/s");
  MORTISE_ASSIGN(const double in, best_of([&] { return ready->copy_in(); }));
  add_rate(figures, "copy-in", static_cast<double>(ready->bytes_in()), in, "GB/s");
  MORTISE_ASSIGN(const double out, best_of([&] { return ready->copy_out(); }));
  add_rate(figures, "copy-out", static_cast<double>(ready->bytes_out()), out, "GB/s");
  return figures;
}

Verdict time_model(Rig& rig, OpModel model, double operations) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<std::unique_ptr<OpGraph>> graph = make_graph(std::move(model));
  if (!graph.ok()) return fail("the suite's own graph is wrong: ", graph.status().message());
  const Result<Claims> claims = (*device)->claim(*(*graph)->view);
  if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
  if (!claims->claims(0)) {
    Verdict verdict{.outcome = Outcome::kUnclaimed, .sentence = "the provider does not claim it"};
    for (const Refusal& refusal : claims->refusals) verdict.refusals.emplace_back(refusal.code, refusal.text);
    return verdict;
  }
  std::string wrong;
  Result<std::vector<Figure>> figures = measure(rig, **device, **graph, operations, wrong);
  if (!figures.ok()) wrong = figures.status().message();
  if (!wrong.empty()) return {.outcome = Outcome::kOverclaim, .sentence = concat("claimed, but ", wrong)};
  Verdict verdict = pass("the result is right, and timed");
  verdict.figures = std::move(*figures);
  return verdict;
}

Case perf_case(const char* op, DType dtype, const char* size, double operations, OpModel (*model)(const char* op)) {
  std::string name = concat("perf-", op, "-", to_string(dtype), "-", size);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return {
      .name = name,
      .description = concat("Times ", op, " of ", size, " size: first run, best run, bytes and operations per second."),
      .run = [op, operations, model](Rig& rig) { return time_model(rig, model(op), operations); }};
}

}  // namespace

void add_perf_cases(const Settings&, std::vector<Case>& cases) {
#define MORTISE_PERF(name, type, size, operations, ...) \
  cases.push_back(perf_case(#name, dtype_of<type>, #size, operations, [](const char* op) { return __VA_ARGS__; }));
#include "conformance/cases/perf.inc"
#undef MORTISE_PERF
}

}  // namespace mortise::conformance
