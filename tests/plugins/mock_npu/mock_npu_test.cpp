// Drives the built plugin through the raw ABI: claims, results, faults, device memory, completion and blobs. Expected
// values are computed here in double from the definition of the operator.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <cmath>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "mortise/all.h"
#include "mortise/sdk/result.h"
#include "tests/support/test_graph.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

const mortise_plugin_entry_t& entry() {
  static const auto* found = [] {
    void* library = dlopen(MOCK_NPU_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    const char* fault = dlerror();
    if (library == nullptr) throw std::runtime_error(fault != nullptr ? fault : "dlopen failed");
    return static_cast<const mortise_plugin_entry_t*>(dlsym(library, "mortise_entry"));
  }();
  return *found;
}

// A graph with static shapes: TestGraph's, with the dims of its values laid over it.
class ShapedGraph {
 public:
  ShapedGraph() {
    abi_.host_data = this;
    abi_.get_info = [](const mortise_graph_t* g, mortise_graph_info_t* info) { base(g)->get_info(base(g), info); };
    abi_.get_node = [](const mortise_graph_t* g, uint32_t id, mortise_node_t* n) {
      return base(g)->get_node(base(g), id, n);
    };
    abi_.get_attribute = [](const mortise_graph_t* g, uint32_t id, uint32_t i, mortise_attribute_t* a) {
      return base(g)->get_attribute(base(g), id, i, a);
    };
    abi_.get_value = [](const mortise_graph_t* g, uint32_t id, mortise_value_info_t* value) {
      if (!base(g)->get_value(base(g), id, value)) return false;
      const auto& shapes = static_cast<const ShapedGraph*>(g->host_data)->dims_;
      if (const auto found = shapes.find(id); found != shapes.end()) {
        value->type.rank = static_cast<int32_t>(found->second.size());
        value->type.dims = found->second.data();
      }
      return true;
    };
  }
  uint32_t input(const Shape& shape, DType dtype = DType::kF32) {
    return shaped(graph.add_input(Tensor::allocate(dtype, shape).value()), shape);
  }
  uint32_t value(const Shape& shape, DType dtype = DType::kF32) { return shaped(graph.add_value(dtype), shape); }
  uint32_t constant(const Tensor& tensor) { return shaped(graph.add_constant(tensor), tensor.shape()); }
  uint32_t shaped(uint32_t id, const Shape& shape) {
    for (const int64_t extent : shape) dims_[id].push_back({extent, nullptr});
    dims_[id];
    return id;
  }
  const mortise_graph_t* abi() const { return &abi_; }
  TestGraph graph;

 private:
  static const mortise_graph_t* base(const mortise_graph_t* g) {
    return static_cast<ShapedGraph*>(g->host_data)->graph.abi();
  }
  mortise_graph_t abi_{};
  std::map<uint32_t, std::vector<mortise_dim_t>> dims_;
};

// A host with completions and a profile.
struct Host {
  mortise_host_t abi{.host_data = this,
                     .abi_version = MORTISE_VERSION_INIT,
                     .name = "test",
                     .version = "1",
                     .get_extension = [](const mortise_host_t*, const char* id) -> const void* {
                       if (std::strcmp(id, MORTISE_EXT_ASYNC_RUN) == 0) return &kAsync;
                       return std::strcmp(id, MORTISE_EXT_PROFILE) == 0 ? &kProfile : nullptr;
                     }};
  std::mutex mutex;
  std::condition_variable changed;
  std::map<uint64_t, mortise_status> completed;
  std::vector<std::string> events;

  static Host& of(const mortise_host_t* host) { return *static_cast<Host*>(host->host_data); }
  static const mortise_host_async_run_t kAsync;
  static const mortise_host_profile_t kProfile;
};

constexpr mortise_host_async_run_t Host::kAsync{
    [](const mortise_host_t* h, uint64_t id, mortise_status s, const mortise_error_t*) {
      const std::lock_guard lock(of(h).mutex);
      of(h).completed[id] = s;
      of(h).changed.notify_all();
    }};
constexpr mortise_host_profile_t Host::kProfile{
    [](const mortise_host_t*) { return uint64_t{0}; },
    [](const mortise_host_t* h, const mortise_run_context_t*, const mortise_profile_event_t* e) {
      const std::lock_guard lock(of(h).mutex);
      of(h).events.emplace_back(e->name);
    }};

// Provider and one segment over all nodes of a graph.
class Npu {
 public:
  explicit Npu(const char* options = "{}") {
    const auto* factory = static_cast<const mortise_provider_factory_t*>(entry().get_factory(MORTISE_FACTORY_PROVIDER));
    status = factory->create(factory, &host.abi, "org.mortise.mock-npu", options, &provider, &error);
    if (status == MORTISE_OK) status = provider->open(provider, &error);
  }
  ~Npu() {
    if (provider == nullptr) return;
    drop();
    provider->close(provider);
    provider->destroy(provider);
  }
  void drop() {
    if (session != nullptr) session->destroy(session);
    session = nullptr;
  }
  template <class Extension>
  const Extension& extension(const char* id) {
    return *static_cast<const Extension*>(provider->get_extension(provider, id));
  }

  mortise_compile_request_t request(const ShapedGraph& g) {
    nodes.clear();
    for (uint32_t i = 0; i < g.graph.num_nodes(); ++i) nodes.push_back(i);
    return {.host_data = this,
            .graph = g.abi(),
            .node_ids = nodes.data(),
            .inputs = g.graph.inputs().data(),
            .outputs = g.graph.outputs().data(),
            .num_nodes = nodes.size(),
            .num_inputs = g.graph.inputs().size(),
            .num_outputs = g.graph.outputs().size(),
            .refuse = [](const mortise_compile_request_t* r, uint32_t node, uint32_t, const char*) -> mortise_status {
              static_cast<Npu*>(r->host_data)->refused.push_back(node);
              return MORTISE_OK;
            }};
  }
  mortise_status compile(const ShapedGraph& g) {
    drop();
    const auto r = request(g);
    return status = provider->compile(provider, &r, &session, &error);
  }
  mortise_run_args_t args(std::vector<Tensor>& in, std::vector<Tensor>& out) {
    tensors.clear();
    for (const Tensor& t : in) tensors.push_back(t.abi());
    for (const Tensor& t : out) tensors.push_back(t.abi());
    context = {
        .host_data = this,
        .allocate_output = [](const mortise_run_context_t*, uint64_t, const int64_t*, uint32_t, mortise_tensor_t*,
                              mortise_error_t*) -> mortise_status { return MORTISE_INVALID_ARGUMENT; },
        .is_cancelled = [](const mortise_run_context_t* c) { return static_cast<Npu*>(c->host_data)->cancel; },
        .flags = MORTISE_RUN_PROFILE};
    return {tensors.data(), tensors.data() + in.size(), in.size(), out.size(), &context};
  }
  mortise_status run(std::vector<Tensor> in, std::vector<Tensor>& out) {
    const auto a = args(in, out);
    return session->run(session, &a, &error);
  }
  // What claim() says: an empty string for a claim, otherwise the refusal.
  std::vector<std::string> claim(const ShapedGraph& g) {
    std::vector<std::string> answers(g.graph.num_nodes(), "unanswered");
    const mortise_claim_sink_t sink{
        &answers,
        [](const mortise_claim_sink_t* s, const uint32_t* ids, uint64_t n,
           const mortise_estimate_t*) -> mortise_status {
          for (uint64_t i = 0; i < n; ++i) (*static_cast<std::vector<std::string>*>(s->host_data))[ids[i]] = "";
          return MORTISE_OK;
        },
        [](const mortise_claim_sink_t* s, uint32_t id, uint32_t, const char* text) -> mortise_status {
          (*static_cast<std::vector<std::string>*>(s->host_data))[id] = text;
          return MORTISE_OK;
        }};
    EXPECT_EQ(provider->claim(provider, g.abi(), &sink, &error), MORTISE_OK) << error.message;
    return answers;
  }

  Host host;
  const mortise_provider_t* provider = nullptr;
  const mortise_session_t* session = nullptr;
  mortise_status status = MORTISE_OK;
  mortise_error_t error{};
  std::vector<uint32_t> nodes, refused;
  std::vector<mortise_tensor_t> tensors;
  mortise_run_context_t context{};
  bool cancel = false;
};

Tensor ramp(const Shape& shape, float step) {
  std::vector<float> values(static_cast<size_t>(shape.num_elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = step * static_cast<float>(static_cast<int>(i * 7 % 23) - 11);
  return Tensor::of<float>(shape, std::span<const float>(values));
}

// Conv 3x3 with padding 1 over [1, 2, 5, 5] to 3 channels, then Relu.
struct ConvRelu : ShapedGraph {
  Tensor x = ramp({1, 2, 5, 5}, 0.1f), w = ramp({3, 2, 3, 3}, 0.05f), b = ramp({3}, 0.2f);
  ConvRelu() {
    const uint32_t in = input(x.shape()), conv = value({1, 3, 5, 5}), relu = value({1, 3, 5, 5});
    const uint32_t weights = constant(w), bias = constant(b);
    graph.add_node({.op = "Conv",
                    .version = 11,
                    .attributes = {{"pads", std::vector<int64_t>{1, 1, 1, 1}}},
                    .inputs = {in, weights, bias},
                    .outputs = {conv},
                    .name = "conv1"});
    graph.add_node({.op = "Relu", .version = 14, .inputs = {conv}, .outputs = {relu}, .name = "relu1"});
    graph.add_output(relu);
  }
  std::vector<double> expected() const {
    std::vector<double> y;
    for (int m = 0; m < 3; ++m)
      for (int h = 0; h < 5; ++h)
        for (int c = 0; c < 5; ++c) {
          double sum = b.elements<float>()[m];
          for (int i = 0; i < 2; ++i)
            for (int kh = 0; kh < 3; ++kh)
              for (int kw = 0; kw < 3; ++kw) {
                const int ih = h + kh - 1, iw = c + kw - 1;
                if (ih < 0 || iw < 0 || ih > 4 || iw > 4) continue;
                sum += double{x.elements<float>()[i * 25 + ih * 5 + iw]} *
                       w.elements<float>()[m * 18 + i * 9 + kh * 3 + kw];
              }
          y.push_back(std::max(sum, 0.0));
        }
    return y;
  }
  std::vector<Tensor> room() const { return {Tensor::allocate(DType::kF32, {1, 3, 5, 5}).value()}; }
};

void expect_near(const Tensor& y, const std::vector<double>& expected, double tolerance) {
  const auto got = y.elements<float>();
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << "element " << i;
}

TEST(MockNpu, ComputesInHalfPrecision) {
  ConvRelu g;
  Npu npu;
  EXPECT_THAT(npu.claim(g), testing::Each(""));
  ASSERT_EQ(npu.compile(g), MORTISE_OK) << npu.error.message;
  auto y = g.room();
  ASSERT_EQ(npu.run({g.x}, y), MORTISE_OK) << npu.error.message;
  expect_near(y[0], g.expected(), 0.01);
  EXPECT_THAT(npu.host.events, testing::ElementsAre("dma-in", "Conv", "Relu", "dma-out"));
}

TEST(MockNpu, IsExactInSinglePrecision) {
  ConvRelu g;
  Npu npu(R"({"precision": "fp32"})");
  ASSERT_EQ(npu.compile(g), MORTISE_OK) << npu.error.message;
  auto y = g.room();
  ASSERT_EQ(npu.run({g.x}, y), MORTISE_OK) << npu.error.message;
  expect_near(y[0], g.expected(), 1e-5);
}

TEST(MockNpu, DeclinesWithNumbers) {
  ShapedGraph g;
  const uint32_t a = g.input({1, 64, 40, 40}), sum = g.value({1, 64, 40, 40}), soft = g.value({1, 64, 40, 40});
  g.graph.add_node({.op = "Relu", .version = 14, .inputs = {a}, .outputs = {sum}, .name = "big"});
  g.graph.add_node({.op = "Softmax", .version = 13, .inputs = {sum}, .outputs = {soft}, .name = "soft"});
  Npu npu(R"({"sram_kib": 64})");
  const auto answers = npu.claim(g);
  // 2 tensors of 102,400 halves.
  EXPECT_THAT(answers[0], HasSubstr("working set 400 KiB exceeds 64 KiB of SRAM"));
  EXPECT_THAT(answers[1], HasSubstr("Softmax is not among the operators"));
}

TEST(MockNpu, QuantizesAndDequantizes) {
  ShapedGraph g;
  const uint32_t x = g.input({4}), q = g.value({4}, DType::kI8), y = g.value({4});
  const uint32_t scale = g.constant(Tensor::of<float>({}, {0.5f})),
                 zero = g.constant(Tensor::of<int8_t>({}, {int8_t{3}}));
  g.graph.add_node({.op = "QuantizeLinear", .version = 13, .inputs = {x, scale, zero}, .outputs = {q}});
  g.graph.add_node({.op = "DequantizeLinear", .version = 13, .inputs = {q, scale, zero}, .outputs = {y}});
  g.graph.add_output(q);
  g.graph.add_output(y);
  Npu npu;
  ASSERT_EQ(npu.compile(g), MORTISE_OK) << npu.error.message;
  std::vector<Tensor> out = {Tensor::allocate(DType::kI8, {4}).value(), Tensor::allocate(DType::kF32, {4}).value()};
  ASSERT_EQ(npu.run({Tensor::of<float>({4}, {1.0f, -2.0f, 0.75f, 1000.0f})}, out), MORTISE_OK) << npu.error.message;
  // 0.75 / 0.5 = 1.5 goes to the even 2; 1000 saturates.
  EXPECT_THAT(out[0].elements<int8_t>(), testing::ElementsAre(5, -1, 5, 127));
  EXPECT_THAT(out[1].elements<float>(), testing::ElementsAre(1, -2, 1, 62));
}

TEST(MockNpu, RefusesOptionsByName) {
  for (const char* options :
       {R"({"sram_kb": 1})", R"({"sram_kib": 0})", R"({"precision": "fp8"})", R"({"realtime": 1})", "[]", "{"}) {
    Npu npu(options);
    EXPECT_EQ(npu.status, MORTISE_INVALID_ARGUMENT) << options;
  }
  EXPECT_THAT(Npu(R"({"sram_kib": 0})").error.message, HasSubstr("'sram_kib'"));
}

TEST(MockNpu, FailsOnDemand) {
  ConvRelu g;
  auto y = g.room();
  Npu refusing(R"({"fail_compile_on": "relu1"})");
  EXPECT_EQ(refusing.compile(g), MORTISE_UNIMPLEMENTED);
  EXPECT_THAT(refusing.refused, testing::ElementsAre(1));
  Npu failing(R"({"fail_compile_on": "Conv", "fail_compile_with": "error"})");
  EXPECT_EQ(failing.compile(g), MORTISE_INTERNAL);
  EXPECT_EQ(failing.error.node_id, 0u);

  Npu npu(R"({"fail_run_at": 1, "transient_at": 2, "device_lost_at": 4})");
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_INTERNAL);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_UNAVAILABLE | MORTISE_TRANSIENT);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_OK);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_DEVICE_LOST);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_DEVICE_LOST);
  const mortise_claim_sink_t unused{};
  EXPECT_EQ(npu.provider->claim(npu.provider, g.abi(), &unused, &npu.error), MORTISE_DEVICE_LOST);
  npu.drop();
  npu.provider->close(npu.provider);
  ASSERT_EQ(npu.provider->open(npu.provider, &npu.error), MORTISE_OK);
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_OK);

  EXPECT_EQ(Npu(R"({"oom_at_bytes": 100})").compile(g), MORTISE_RESOURCE_EXHAUSTED);
}

TEST(MockNpu, CorruptsOutputsOnDemand) {
  ConvRelu g;
  Npu good, bad(R"({"corrupt_output": true})");
  auto a = g.room(), b = g.room();
  ASSERT_EQ(good.compile(g), MORTISE_OK);
  ASSERT_EQ(bad.compile(g), MORTISE_OK);
  ASSERT_EQ(good.run({g.x}, a), MORTISE_OK);
  ASSERT_EQ(bad.run({g.x}, b), MORTISE_OK);
  EXPECT_NE(std::memcmp(a[0].raw(), b[0].raw(), a[0].size_bytes()), 0);
}

TEST(MockNpu, HonoursCancellation) {
  ConvRelu g;
  Npu npu(R"({"delay_us": 60000000})");
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  npu.cancel = true;
  auto y = g.room();
  EXPECT_EQ(npu.run({g.x}, y), MORTISE_CANCELLED);
}

TEST(MockNpu, CompletesAsynchronously) {
  ConvRelu g;
  Npu npu;
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  std::vector<Tensor> in = {g.x}, y = g.room();
  const auto args = npu.args(in, y);
  const auto& async = npu.extension<mortise_provider_async_run_t>(MORTISE_EXT_ASYNC_RUN);
  ASSERT_EQ(async.submit(npu.session, 42, &args, &npu.error), MORTISE_OK);
  std::unique_lock lock(npu.host.mutex);
  npu.host.changed.wait(lock, [&] { return !npu.host.completed.empty(); });
  EXPECT_THAT(npu.host.completed, testing::ElementsAre(testing::Pair(42, MORTISE_OK)));
  expect_near(y[0], g.expected(), 0.01);
}

TEST(MockNpu, KeepsValuesInDeviceMemory) {
  ConvRelu g;
  Npu npu;
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  const auto& memory = npu.extension<mortise_provider_device_memory_t>(MORTISE_EXT_DEVICE_MEMORY);
  const uint32_t kind = memory.input_kind(npu.session, 0);
  void *x = nullptr, *y = nullptr;
  auto host_y = g.room();
  std::vector<Tensor> in = {g.x};
  ASSERT_EQ(memory.allocate(npu.provider, kind, g.x.size_bytes(), &x, &npu.error), MORTISE_OK);
  ASSERT_EQ(memory.allocate(npu.provider, kind, host_y[0].size_bytes(), &y, &npu.error), MORTISE_OK);
  ASSERT_EQ(memory.copy_in(npu.provider, kind, x, 0, g.x.raw(), g.x.size_bytes(), &npu.error), MORTISE_OK);
  const auto args = npu.args(in, host_y);
  npu.tensors[0].data = x;
  npu.tensors[1].data = y;
  npu.tensors[0].memory_kind = npu.tensors[1].memory_kind = kind;
  ASSERT_EQ(npu.session->run(npu.session, &args, &npu.error), MORTISE_OK) << npu.error.message;
  ASSERT_EQ(memory.copy_out(npu.provider, kind, y, 0, host_y[0].raw(), host_y[0].size_bytes(), &npu.error), MORTISE_OK);
  expect_near(host_y[0], g.expected(), 0.01);
  EXPECT_EQ(memory.copy_in(npu.provider, kind, x, 8, g.x.raw(), g.x.size_bytes(), &npu.error), MORTISE_OUT_OF_RANGE);
  memory.release(npu.provider, kind, x);
  memory.release(npu.provider, kind, y);
  EXPECT_EQ(memory.copy_in(npu.provider, kind, x, 0, g.x.raw(), 4, &npu.error), MORTISE_INVALID_ARGUMENT);
}

mortise_status load(Npu& npu, const ShapedGraph& g, const std::string& blob) {
  struct Source {
    const std::string* blob;
    size_t at;
  } source{&blob, 0};
  const mortise_istream_t stream{&source, [](const mortise_istream_t* s, void* buffer, uint64_t size) {
                                   auto& from = *static_cast<Source*>(s->context);
                                   const size_t count = std::min<size_t>(size, from.blob->size() - from.at);
                                   std::memcpy(buffer, from.blob->data() + from.at, count);
                                   from.at += count;
                                   return static_cast<int64_t>(count);
                                 }};
  npu.drop();
  const auto request = npu.request(g);
  return npu.extension<mortise_provider_compiled_cache_t>(MORTISE_EXT_COMPILED_CACHE)
      .load(npu.provider, &request, &stream, &npu.session, &npu.error);
}

TEST(MockNpu, LoadsWhatItSavedAndNothingElse) {
  ConvRelu g;
  Npu npu;
  ASSERT_EQ(npu.compile(g), MORTISE_OK);
  std::string blob;
  const mortise_ostream_t stream{&blob, [](const mortise_ostream_t* s, const void* bytes, uint64_t size) {
                                   static_cast<std::string*>(s->context)->append(static_cast<const char*>(bytes), size);
                                   return static_cast<int64_t>(size);
                                 }};
  ASSERT_EQ(npu.extension<mortise_provider_compiled_cache_t>(MORTISE_EXT_COMPILED_CACHE)
                .save(npu.session, &stream, &npu.error),
            MORTISE_OK);
  ASSERT_EQ(load(npu, g, blob), MORTISE_OK) << npu.error.message;
  auto y = g.room();
  ASSERT_EQ(npu.run({g.x}, y), MORTISE_OK) << npu.error.message;
  expect_near(y[0], g.expected(), 0.01);
  for (size_t size = 0; size < blob.size(); size += 7)
    EXPECT_EQ(load(npu, g, blob.substr(0, size)), MORTISE_DATA_LOSS) << size;
  for (size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    EXPECT_EQ(load(npu, g, damaged), MORTISE_DATA_LOSS) << "byte " << i;
  }
}

}  // namespace
}  // namespace mortise::test
