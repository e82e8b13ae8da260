// `mortise bench`: how long a model takes, and where the time goes.
//
// Runs are timed first, without a profile, so that nothing but the run is measured; a few more are profiled and give
// the time of providers, nodes and copies.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/report/plain.h"
#include "tools/mortise/command/command.h"
#include "tools/mortise/command/input_options.h"
#include "tools/mortise/command/session_options.h"
#include "tools/mortise/latency.h"
#include "tools/mortise/usage.h"

namespace mortise::tool {
namespace {

using report::plain;

// Where --runs is not given: as many as fit in the time, within these bounds.
constexpr std::chrono::seconds kTime{2};
constexpr uint32_t kMinRuns = 10;
constexpr uint32_t kMaxRuns = 10'000;

constexpr uint32_t kProfiledRuns = 10;
constexpr size_t kNodesShown = 20;

struct BenchOptions {
  SessionOptions session;
  std::string model;
  InputOptions inputs;
  std::optional<uint32_t> runs;
  uint32_t warmup = 3;
  std::string json;
};

struct Measured {
  uint64_t load_ns = 0;
  uint64_t first_run_ns = 0;
  std::vector<uint64_t> runs_ns;
  Usage usage;
};

template <class Function>
uint64_t time_of(Function&& function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count());
}

Measured measure(const BenchOptions& options) {
  Config config = options.session.load();
  config.session.profile.clear();  // it would slow down the timed runs
  Measured made;
  std::optional<Result<Session>> loaded;
  made.load_ns = time_of([&] { loaded = Session::load(options.model, std::move(config)); });
  if (!loaded->ok()) fail(kFailed, loaded->status().message());
  Session& session = **loaded;
  const std::vector<Value> inputs = options.inputs.load(options.model, session);
  std::vector<Value> outputs(session.outputs().size());
  const auto run = [&](Trace* trace) {
    const Status status = session.run(inputs, outputs, {.trace = trace});
    if (!status.ok()) fail(kFailed, status.message());
  };

  made.first_run_ns = time_of([&] { run(nullptr); });
  for (uint32_t i = 0; i < options.warmup; ++i) run(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const auto enough = [&] {
    const size_t done = made.runs_ns.size();
    if (options.runs) return done >= *options.runs;
    return done >= kMaxRuns || (done >= kMinRuns && std::chrono::steady_clock::now() - start >= kTime);
  };
  while (!enough()) made.runs_ns.push_back(time_of([&] { run(nullptr); }));

  Trace trace;
  const size_t profiled = std::min<size_t>(made.runs_ns.size(), kProfiledRuns);
  for (size_t i = 0; i < profiled; ++i) run(&trace);
  made.usage = usage_of(trace);
  // After the runs, which may have moved nodes away from a provider that failed.
  fmt::print(stderr, "{}", summary(session.placement()));
  return made;
}

double per_run(uint64_t sum, const Usage& usage) { return static_cast<double>(sum) / std::max(1u, usage.runs); }

void print(const Measured& measured) {
  const Latency latency = summarize(measured.runs_ns);
  fmt::print("\nload {}, first run {}; then {} runs:\n", time_text(static_cast<double>(measured.load_ns)),
             time_text(static_cast<double>(measured.first_run_ns)), measured.runs_ns.size());
  const auto column = [](const char* name, double ns) { fmt::print("  {} {}", name, time_text(ns)); };
  column("min", static_cast<double>(latency.min));
  column("median", static_cast<double>(latency.median));
  column("mean", latency.mean);
  column("p90", static_cast<double>(latency.p90));
  column("p99", static_cast<double>(latency.p99));
  column("max", static_cast<double>(latency.max));
  fmt::print("\n\n{}", histogram(measured.runs_ns));

  const Usage& usage = measured.usage;
  fmt::print("\nper run, from {} profiled runs:\n", usage.runs);
  for (const ProviderUsage& provider : usage.providers) {
    fmt::print("  {:<28} {:>9} in {:g} segments\n", plain(provider.id), time_text(per_run(provider.ns, usage)),
               per_run(provider.segments, usage));
    const auto copies = [&](const char* direction, uint64_t count, uint64_t bytes, uint64_t ns) {
      if (count == 0) return;
      fmt::print("  {:<28} {:>9} in {:g} copies of {:g} bytes in all\n", direction, time_text(per_run(ns, usage)),
                 per_run(count, usage), per_run(bytes, usage));
    };
    copies("  copies to it", provider.copies_in, provider.bytes_in, provider.ns_in);
    copies("  copies from it", provider.copies_out, provider.bytes_out, provider.ns_out);
  }

  uint64_t total = 0;
  for (const NodeUsage& node : usage.nodes) total += node.ns;
  const size_t shown = std::min(usage.nodes.size(), kNodesShown);
  fmt::print("\nthe {} costliest of {} nodes, as their providers tell it:\n", shown, usage.nodes.size());
  for (size_t i = 0; i < shown; ++i) {
    const NodeUsage& node = usage.nodes[i];
    fmt::print("  {:>9} {:>5.1f} %  {:<20} {:<32} {}\n", time_text(per_run(node.ns, usage)),
               100 * static_cast<double>(node.ns) / static_cast<double>(std::max<uint64_t>(total, 1)), plain(node.op),
               plain(node.name), plain(node.provider));
  }
  if (usage.dropped != 0) fmt::print("{} events were too many for a trace and are not counted\n", usage.dropped);
}

void write_json(const BenchOptions& options, const Measured& measured) {
  const Latency latency = summarize(measured.runs_ns);
  const Usage& usage = measured.usage;
  nlohmann::json report = {{"model", options.model},
                           {"load_ns", measured.load_ns},
                           {"first_run_ns", measured.first_run_ns},
                           {"latency_ns",
                            {{"runs", measured.runs_ns.size()},
                             {"min", latency.min},
                             {"median", latency.median},
                             {"mean", latency.mean},
                             {"p90", latency.p90},
                             {"p99", latency.p99},
                             {"max", latency.max},
                             {"all", measured.runs_ns}}},
                           {"profiled_runs", usage.runs},
                           {"dropped_events", usage.dropped},
                           {"providers", nlohmann::json::array()},
                           {"nodes", nlohmann::json::array()}};
  for (const ProviderUsage& p : usage.providers) {
    report["providers"].push_back(
        {{"id", p.id},
         {"segments", p.segments},
         {"ns", p.ns},
         {"copies_in", {{"count", p.copies_in}, {"bytes", p.bytes_in}, {"ns", p.ns_in}}},
         {"copies_out", {{"count", p.copies_out}, {"bytes", p.bytes_out}, {"ns", p.ns_out}}}});
  }
  for (const NodeUsage& node : usage.nodes) {
    report["nodes"].push_back(
        {{"name", node.name}, {"op", node.op}, {"provider", node.provider}, {"calls", node.calls}, {"ns", node.ns}});
  }
  std::ofstream file(options.json, std::ios::binary);
  // Names may be no UTF-8.
  file << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  file.close();
  if (!file) fail(kFailed, options.json + ": cannot be written");
}

void bench(const BenchOptions& options) {
  const Measured measured = measure(options);
  print(measured);
  if (!options.json.empty()) write_json(options, measured);
}

}  // namespace

void add_bench(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "Measure how long a model takes, and where the time goes");
  command->add_option("MODEL", options->model, "The ONNX model")->required();
  options->session.add_to(*command);
  options->inputs.random = 0;
  options->inputs.add_to(*command);
  command
      ->add_option("--runs", options->runs,
                   fmt::format("Runs to time; without it, as many as take {} s, at least {} and at most {}",
                               kTime.count(), kMinRuns, kMaxRuns))
      ->check(CLI::PositiveNumber);
  command->add_option("--warmup", options->warmup, "Runs between the first one and these")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--json", options->json, "Write a report with the sums over the profiled runs to this file");
  command->footer(
      "Inputs that are not given have random values, of seed 0 without --random.\n\n"
      "Examples:\n  mortise bench model.onnx\n"
      "  mortise bench model.onnx --config npu.json --input image=cat.png --runs 1000 --json bench.json");
  command->callback([options] { bench(*options); });
}

}  // namespace mortise::tool
