// Cases about several threads, and about results that repeat.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

namespace {

constexpr int kThreads = 4;
constexpr int kRuns = 40;  // of each thread

// Runs `work` on kThreads threads; the first sentence that one of them returns.
std::string on_threads(const std::function<std::string(int thread)>& work) {
  std::mutex mutex;
  std::string first;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      std::string wrong = work(i);
      const std::lock_guard lock(mutex);
      if (first.empty()) first = std::move(wrong);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return first;
}

// Inputs of a thread's own, which show whose a result is, and what they give.
struct Work {
  std::vector<Value> inputs, expected;

  // Empty, or what is wrong.
  std::string run(const Compiled& compiled) const {
    const RunOutcome outcome = compiled.session->run(inputs, compiled.settings());
    if (!outcome.status.ok()) return concat("run() failed: ", outcome.status.message());
    return difference(outcome.outputs, expected);
  }
};

// The tensor's elements, beginning with another one.
Tensor turned(const Tensor& tensor, uint64_t by) {
  Tensor copy = Tensor::allocate(tensor.dtype(), tensor.shape()).value();
  const uint64_t size = tensor.size_bytes(), width = size / static_cast<uint64_t>(tensor.num_elements());
  const auto* bytes = tensor.data<uint8_t>();
  std::rotate_copy(bytes, bytes + by * width % size, bytes + size, copy.data<uint8_t>());
  return copy;
}

// For each thread: the graph's own inputs, turned.
Result<std::vector<Work>> work_of_threads(Rig& rig, const OpGraph& graph) {
  MORTISE_ASSIGN(const std::unique_ptr<Session> oracle, compile_all(rig.oracle(), graph));
  std::vector<Work> works;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    Work& work = works.emplace_back();
    for (const Value& input : graph.inputs) work.inputs.push_back(turned(input.tensor, thread * 3));
    RunOutcome outcome = oracle->run(work.inputs, settings_for(graph, *oracle));
    if (!outcome.status.ok()) return outcome.status;
    work.expected = std::move(outcome.outputs);
  }
  return works;
}

std::string run_often(const Compiled& compiled, const Work& work) {
  for (int run = 0; run < kRuns; ++run) {
    std::string wrong = work.run(compiled);
    if (!wrong.empty()) return concat("in run ", run, " of a thread: ", wrong);
  }
  return {};
}

// A graph whose results show in which order sums were made: a product with long rows of uneven numbers.
OpModel uneven_product() {
  constexpr int64_t kLength = 512;
  Tensor left = ramp_of(DType::kF32, {32, kLength}, -7, 0.37);
  Tensor right = ramp_of(DType::kF32, {kLength, 32}, 3, -0.113);
  for (float& element : left.elements<float>()) element = 1.0f / (1.0f + element * element);
  for (float& element : right.elements<float>()) element = 1.0f / (1.5f + element * element) - 0.25f;
  return {.op = "MatMul", .opset = 17, .inputs = {{left}, {right, true}}};
}

// The product where it is claimed, any workload otherwise.
Result<Compiled> compile_repeatable(Rig& rig, Device& device) {
  MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, make_graph(uneven_product()));
  Result<Compiled> compiled = compile_graph(rig, device, std::move(graph));
  if (compiled.ok() || compiled.status().code() != StatusCode::kUnimplemented) return compiled;
  return compile_workload(rig, device);
}

Result<std::vector<Value>> outputs_with_threads(Rig& rig, uint32_t threads) {
  std::vector<Value> outputs;
  Status status;
  const Verdict verdict = with_own_device(rig, {.host = {.threads = threads}}, [&](Device& device) {
    const Result<Compiled> compiled = compile_repeatable(rig, device);
    if (!compiled.ok()) {
      status = compiled.status();
      return pass("");
    }
    RunOutcome outcome = compiled->session->run(compiled->graph->inputs, compiled->settings());
    status = outcome.status;
    outputs = std::move(outcome.outputs);
    return pass("");
  });
  if (!status.ok()) return status;
  if (is_failure(verdict.outcome)) return invalid_argument(verdict.sentence);
  return outputs;
}

}  // namespace

Verdict threads_concurrent_runs(Rig& rig) {
  return with_workload(rig, [&](Device& device, const Compiled& compiled) {
    const uint32_t promised = device.descriptor().concurrency;
    const Result<std::vector<Work>> works = work_of_threads(rig, *compiled.graph);
    if (!works.ok()) return fail("the oracle failed: ", works.status().message());
    const auto work_of = [&](int thread) -> const Work& { return (*works)[static_cast<size_t>(thread)]; };
    if (promised == MORTISE_CONCURRENCY_REENTRANT) {
      const std::string wrong = on_threads([&](int i) { return run_often(compiled, work_of(i)); });
      return wrong.empty() ? pass("concurrent runs of one session give what one run gives") : fail(wrong);
    }
    if (promised == MORTISE_CONCURRENCY_SERIAL_SESSION) {
      std::vector<Compiled> sessions;
      for (int i = 0; i < kThreads; ++i) {
        Result<Compiled> one = compile_workload(rig, device);
        if (!one.ok()) return fail("compile() failed: ", one.status().message());
        sessions.push_back(std::move(*one));
      }
      const std::string wrong =
          on_threads([&](int i) { return run_often(sessions[static_cast<size_t>(i)], work_of(i)); });
      return wrong.empty() ? pass("concurrent runs of several sessions give what one run gives") : fail(wrong);
    }
    std::mutex one_at_a_time;
    const std::string wrong = on_threads([&](int i) -> std::string {
      for (int run = 0; run < kRuns; ++run) {
        const std::lock_guard lock(one_at_a_time);
        std::string found = work_of(i).run(compiled);
        if (!found.empty()) return found;
      }
      return {};
    });
    return wrong.empty() ? pass("runs from several threads, one at a time as declared, give what one run gives")
                         : fail(wrong);
  });
}

Verdict threads_compile_during_runs(Rig& rig) {
  return with_workload(rig, [](Device& device, const Compiled& compiled) {
    // Compiling begins while something runs already, and goes on until both were done often: either may be the quicker.
    constexpr int kOften = 20;
    std::atomic<bool> ended{false};
    std::atomic<int> runs{0};
    std::string wrong_run;
    std::thread runner([&] {
      for (; !ended && wrong_run.empty(); ++runs) wrong_run = compiled.wrong();
      runs = kOften;
    });
    while (runs == 0) std::this_thread::yield();
    std::string wrong_compile;
    for (int compiles = 0; wrong_compile.empty() && (compiles < kOften || runs < kOften); ++compiles) {
      const Result<std::unique_ptr<Session>> session = compile_all(device, *compiled.graph);
      if (!session.ok()) wrong_compile = session.status().message();
    }
    ended = true;
    runner.join();
    if (!wrong_compile.empty()) return fail("compile() while another session runs failed: ", wrong_compile);
    if (!wrong_run.empty()) return fail("while another session is compiled: ", wrong_run);
    return pass("sessions are compiled and destroyed while another one runs");
  });
}

Verdict threads_short_lived(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    for (int i = 0; i < 32; ++i) {
      std::string wrong;
      std::thread([&] { wrong = compiled.wrong(); }).join();
      if (!wrong.empty()) return fail("in a run from thread ", i, ": ", wrong);
    }
    return pass("runs from 32 threads, each of which ends at once, are right");
  });
}

Verdict run_deterministic(Rig& rig) {
  const Result<const mortise_provider_descriptor_t*> descriptor = rig.descriptor();
  if (!descriptor.ok()) return fail(descriptor.status().message());
  const uint32_t promised = (*descriptor)->determinism;
  if (promised == MORTISE_DETERMINISM_NONE) return skip("the provider promises no results that repeat");
  constexpr uint32_t kUsual = 2;
  std::vector<uint32_t> threads = {kUsual};
  if (promised == MORTISE_DETERMINISM_ANY_THREADS) threads.insert(threads.end(), {1, 4});
  const Result<std::vector<Value>> first = outputs_with_threads(rig, kUsual);
  if (!first.ok()) return no_workload(first.status());
  for (const uint32_t count : threads) {
    const Result<std::vector<Value>> again = outputs_with_threads(rig, count);
    if (!again.ok()) return fail("with ", count, " threads: ", again.status().message());
    const std::string different = byte_difference(*again, *first);
    if (!different.empty()) return fail("with ", count, " threads instead of ", kUsual, ", ", different);
  }
  return pass("results are bitwise equal, as declared");
}

Verdict parallel_for_bodies(Rig& rig) {
  return with_own_device(rig, {.host = {.threads = 4}}, [&](Device& device) {
    const Result<Compiled> compiled = compile_chain(device, 16);
    if (!compiled.ok()) return no_workload(compiled.status());
    const std::string wrong = compiled->wrong();
    if (!wrong.empty()) return fail(wrong);
    const uint64_t calls = device.host().parallel_fors();
    if (calls == 0) return skip("the provider never called parallel_for()");
    return pass(concat("no body threw in ", calls, " calls of parallel_for()"));
  });
}

}  // namespace mortise::conformance::abi
