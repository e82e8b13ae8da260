// Plugin: the correct provider that every plugin of the gallery shares. Each function of the ABI is a virtual function
// here; a broken plugin overrides one of them, or one piece of the work beneath, and breaks one rule with it. It is one
// file in plugins/ (aborts.cpp is a short one), which begins with the sentence that says what is broken, and one line in
// gallery.inc.
//
// It runs Neg, Relu, Add, Softmax and Pad (mode constant) on float32, all but Softmax on int32 too, in plain loops.
// Sessions keep copies of what they need, runs keep nothing, so that it is reentrant and deterministic. Exceptions are
// not caught on the way out: that is a rule to break.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels.h"
#include "mortise/sdk/provider.h"

namespace gallery {

// An instance that create() made.
struct Provider {
  explicit Provider(const mortise_host_t* raw) : host(raw) {}
  virtual ~Provider() = default;
  mortise_provider_t abi{};
  sdk::Host host;
  std::string options;  // complete JSON, the same text for the same options
  bool opened = false;
  int note = 0;  // what a broken plugin remembers of it
};

// A compiled segment. Values go by their ids in the graph.
struct Session {
  explicit Session(Provider& owner) : provider(owner) {}
  mortise_session_t abi{};
  Provider& provider;
  std::vector<Step> steps;
  std::vector<uint32_t> inputs, outputs;
  std::map<uint32_t, Tensor> constants;  // views of the model's own elements
  std::string key;                       // of the compiled cache, where there is one
  int note = 0;                          // what a broken plugin remembers of it
};

inline Provider& of(const mortise_provider_t* abi) { return *static_cast<Provider*>(abi->provider_data); }
inline Session& of(const mortise_session_t* abi) { return *static_cast<Session*>(abi->provider_data); }

extern const mortise_provider_descriptor_t kDescriptor;

// What few cases depend on, for plugins that are wrong about that alone: Add on int32; a graph of eight nodes and as many
// outputs; a process whose variables for drivers name none.
bool is_sum_of_integers(const sdk::NodeView& node);
bool has_eight_outputs(const sdk::GraphView& graph);
bool is_without_device();

class Plugin {
 public:
  virtual ~Plugin() = default;

  // The entry point is a constant, and so is its version.
  static constexpr mortise_version_t kAbiVersion = MORTISE_VERSION_INIT;
  // What the factory says.
  mortise_provider_descriptor_t self = kDescriptor;

  // --- entry.h and factory/provider_factory.h. There is one provider.
  virtual mortise_status init(const char* /*path*/, mortise_error_t* /*error*/) { return MORTISE_OK; }
  virtual void deinit() {}
  virtual const void* get_factory(std::string_view id);
  virtual uint32_t count() { return 1; }
  virtual const mortise_provider_descriptor_t* descriptor(uint32_t index) { return index == 0 ? &self : nullptr; }
  virtual mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                                const mortise_provider_t** provider, mortise_error_t* error);

  // --- provider.h
  virtual const mortise_provider_descriptor_t* instance_descriptor() { return &self; }
  virtual mortise_status open(Provider& provider, mortise_error_t* error) {
    if (provider.opened) {
      return sdk::report(make_error(StatusCode::kFailedPrecondition, "the provider is open already"), error);
    }
    provider.opened = true;
    return MORTISE_OK;
  }
  virtual void close(Provider& provider) { provider.opened = false; }
  virtual void destroy(Provider& provider) { delete &provider; }
  virtual void describe(Provider& provider, char* buffer, uint64_t size);
  virtual mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                               mortise_error_t* error);
  virtual mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                                 const mortise_session_t** session, mortise_error_t* error);
  virtual const void* get_extension(Provider& /*provider*/, std::string_view /*id*/) { return nullptr; }

  // --- session.h
  virtual mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error);
  // run() that does not hear when the host cancels it.
  mortise_status run_to_the_end(Session& session, const mortise_run_args_t* args, mortise_error_t* error);
  virtual void destroy(Session& session) { delete &session; }

  // --- Pieces
  // Where get_factory() does not have what it is asked for.
  virtual void no_such_factory() {}
  // The options checked and completed.
  virtual Result<std::string> read_options(std::string_view options);
  // What create() makes; options: complete.
  virtual Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options);
  // Why the provider does not run a node, if it does not; and what claim() says of it.
  virtual std::optional<sdk::Refusal> judge(const sdk::NodeView& node);
  virtual std::optional<sdk::Refusal> judge_claim(const sdk::NodeView& node) { return judge(node); }
  virtual Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request);
  virtual Status run_steps(Session& session, const sdk::RunArgs& args);
  // What a run returns that is cancelled when so many steps are done.
  virtual Status cancelled_after(size_t steps);
  virtual Result<Shape> shape_of(const Step& step, std::span<const Tensor> inputs);
  virtual Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output);
  // What becomes of an output that is right.
  virtual void spoil(const Step& /*step*/, std::span<const Tensor> /*inputs*/, Tensor& /*output*/) {}
};

// What the file of a broken plugin defines.
class Broken;

// Defined by MORTISE_GALLERY_PLUGIN.
Plugin& the_plugin();

constexpr mortise_plugin_entry_t entry_of(mortise_version_t version) {
  return {.abi_version = version,
          .init = [](const char* path, mortise_error_t* error) { return the_plugin().init(path, error); },
          .deinit = [] { the_plugin().deinit(); },
          .get_factory = [](const char* id) { return the_plugin().get_factory(id); }};
}

}  // namespace gallery

// Once per plugin: exports an object of this class of the namespace.
#define MORTISE_GALLERY_PLUGIN(Class)      \
  gallery::Plugin& gallery::the_plugin() { \
    static Class plugin;                   \
    return plugin;                         \
  }                                        \
  extern "C" MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = gallery::entry_of(gallery::Class::kAbiVersion)
