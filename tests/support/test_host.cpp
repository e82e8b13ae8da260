#include "tests/support/test_host.h"

#include <atomic>
#include <cstring>
#include <thread>

#include "mortise/all.h"
#include "mortise/sdk/graph_view.h"

namespace mortise::test {
namespace {

// What a mortise_value_t points to here.
struct Handle {
  Value value;
  mortise_tensor_t tensor{};
  std::vector<std::unique_ptr<Handle>> elements;

  explicit Handle(Value v) : value(std::move(v)) {
    if (value.is_tensor()) tensor = value.tensor.abi();
    for (const Value& element : value.elements) elements.push_back(std::make_unique<Handle>(element));
  }
  const mortise_value_t* abi() const { return reinterpret_cast<const mortise_value_t*>(this); }
};
const Handle& handle(const mortise_value_t* value) { return *reinterpret_cast<const Handle*>(value); }

struct Run {
  mortise_run_context_t context{};
  const RunOptions* options;
  std::vector<Value> outputs;
  std::vector<std::unique_ptr<Handle>> made;
  std::vector<mortise_tensor_t> output_records;
};
Run& run_of(const mortise_run_context_t* context) { return *static_cast<Run*>(context->host_data); }

mortise_status fail(const Status& status, mortise_error_t* error) {
  std::snprintf(error->message, sizeof error->message, "%s", status.message().c_str());
  return static_cast<mortise_status>(status.code());
}

Status checked(mortise_status status, const mortise_error_t& error) {
  if (status == MORTISE_OK) return {};
  return Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), error.message).at_node(error.node_id);
}

constexpr mortise_host_values_t kValues = {
    .kind = [](const mortise_value_t* v) { return static_cast<uint32_t>(handle(v).value.kind); },
    .get_tensor =
        [](const mortise_value_t* v, mortise_tensor_t* tensor) {
          if (!handle(v).value.is_tensor()) return false;
          *tensor = handle(v).tensor;
          return true;
        },
    .num_elements = [](const mortise_value_t* v) { return static_cast<uint64_t>(handle(v).elements.size()); },
    .get_element = [](const mortise_value_t* v, uint64_t i) -> const mortise_value_t* {
      return i < handle(v).elements.size() ? handle(v).elements[i]->abi() : nullptr;
    },
    .create_tensor = [](const mortise_run_context_t* context, mortise_dtype dtype, const int64_t* dims, uint32_t rank,
                        mortise_value_t** value, mortise_tensor_t* tensor, mortise_error_t* error) -> mortise_status {
      auto made = Tensor::allocate(static_cast<DType>(dtype), Shape(std::span(dims, rank)));
      if (!made.ok()) return fail(made.status(), error);
      Handle& h = *run_of(context).made.emplace_back(std::make_unique<Handle>(Value(*made)));
      *value = reinterpret_cast<mortise_value_t*>(&h);
      *tensor = h.tensor;
      return MORTISE_OK;
    },
    .set_strings = [](mortise_value_t* value, uint64_t first, const mortise_string_t* strings, uint64_t count,
                      mortise_error_t*) -> mortise_status {
      auto& h = *reinterpret_cast<Handle*>(value);
      std::vector<std::string> all;
      for (const auto& s : h.value.tensor.elements<mortise_string_t>()) all.emplace_back(s.data ? s.data : "", s.size);
      for (uint64_t i = 0; i < count; ++i) all.at(first + i) = std::string(strings[i].data, strings[i].size);
      h.value.tensor = Tensor::strings(h.value.tensor.shape(), all);
      h.tensor = h.value.tensor.abi();
      return MORTISE_OK;
    },
    .create = [](const mortise_run_context_t* context, const mortise_type_t* type,
                 const mortise_value_t* const* elements, uint64_t count, mortise_value_t** value,
                 mortise_error_t*) -> mortise_status {
      std::vector<Value> parts;
      for (uint64_t i = 0; i < count; ++i) parts.push_back(handle(elements[i]).value);
      Value made(static_cast<ValueKind>(type->kind), std::move(parts));
      if (type->element != nullptr) made.element_dtype = static_cast<DType>(type->element->dtype);
      Handle& h = *run_of(context).made.emplace_back(std::make_unique<Handle>(std::move(made)));
      *value = reinterpret_cast<mortise_value_t*>(&h);
      return MORTISE_OK;
    },
    .splice = [](const mortise_run_context_t* context, const mortise_value_t* sequence, uint64_t first,
                 uint64_t removed, const mortise_value_t* const* elements, uint64_t count, mortise_value_t** value,
                 mortise_error_t*) -> mortise_status {
      std::vector<Value> added;
      for (uint64_t i = 0; i < count; ++i) added.push_back(handle(elements[i]).value);
      Value made = handle(sequence).value;
      made.elements = made.elements.spliced(first, removed, added);
      Handle& h = *run_of(context).made.emplace_back(std::make_unique<Handle>(std::move(made)));
      *value = reinterpret_cast<mortise_value_t*>(&h);
      return MORTISE_OK;
    },
    .set_output = [](const mortise_run_context_t* context, uint64_t index, const mortise_value_t* value,
                     mortise_error_t*) -> mortise_status {
      run_of(context).outputs.at(index) = handle(value).value;
      return MORTISE_OK;
    },
};

constexpr mortise_host_parallel_for_t kParallelFor = {
    .max_workers = [](const mortise_host_t* host) { return static_cast<TestHost*>(host->host_data)->threads(); },
    .parallel_for =
        [](const mortise_host_t* host, uint64_t count, uint64_t grain,
           void (*body)(void*, uint64_t, uint64_t, uint32_t), void* context) {
          std::atomic<uint64_t> next{0};
          const auto work = [&](uint32_t worker) {
            for (uint64_t begin; (begin = next.fetch_add(grain)) < count;) {
              body(context, begin, std::min(count, begin + grain), worker);
            }
          };
          std::vector<std::thread> threads;
          for (uint32_t i = 1; i < static_cast<TestHost*>(host->host_data)->threads(); ++i)
            threads.emplace_back(work, i);
          work(0);
          for (std::thread& thread : threads) thread.join();
        },
};

mortise_status allocate_output(const mortise_run_context_t* context, uint64_t index, const int64_t* dims, uint32_t rank,
                               mortise_tensor_t* tensor, mortise_error_t* error) {
  Run& run = run_of(context);
  if (index >= run.outputs.size()) return fail(invalid_argument("no such output"), error);
  auto made = Tensor::allocate(static_cast<DType>(run.output_records[index].dtype), Shape(std::span(dims, rank)));
  if (!made.ok()) return fail(made.status(), error);
  run.outputs[index] = Value(*made);
  *tensor = run.outputs[index].tensor.abi();
  return MORTISE_OK;
}

}  // namespace

TestHost::TestHost(uint32_t threads) : threads_(threads) {
  extensions_[MORTISE_EXT_VALUES] = &kValues;
  if (threads > 1) extensions_[MORTISE_EXT_PARALLEL_FOR] = &kParallelFor;
  abi_ = {.host_data = this,
          .abi_version = MORTISE_VERSION_INIT,
          .name = "test",
          .version = "1",
          .get_extension = [](const mortise_host_t* host, const char* id) -> const void* {
            const auto& extensions = static_cast<const TestHost*>(host->host_data)->extensions_;
            const auto found = extensions.find(id);
            return found == extensions.end() ? nullptr : found->second;
          }};
}

Result<std::unique_ptr<TestSession>> TestSession::open(TestHost& host, const TestGraph& graph,
                                                       const mortise_plugin_entry_t& entry, const char* provider_id,
                                                       const char* options) {
  std::unique_ptr<TestSession> session(new TestSession(host, graph));
  MORTISE_TRY(session->start(entry, provider_id, options));
  return session;
}

Status TestSession::start(const mortise_plugin_entry_t& entry, const char* provider_id, const char* options) {
  const auto* factory = static_cast<const mortise_provider_factory_t*>(entry.get_factory(MORTISE_FACTORY_PROVIDER));
  mortise_error_t error{};
  MORTISE_TRY(checked(factory->create(factory, host_.abi(), provider_id, options, &provider_, &error), error));
  MORTISE_TRY(checked(provider_->open(provider_, &error), error));
  opened_ = true;

  Status declined;
  const mortise_claim_sink_t sink = {
      .host_data = &declined,
      .claim = [](const mortise_claim_sink_t*, const uint32_t*, uint64_t, const mortise_estimate_t*) -> mortise_status {
        return MORTISE_OK;
      },
      .decline = [](const mortise_claim_sink_t* self, uint32_t node, uint32_t, const char* text) -> mortise_status {
        *static_cast<Status*>(self->host_data) = Status(StatusCode::kUnimplemented, text).at_node(node);
        return MORTISE_OK;
      },
  };
  MORTISE_TRY(checked(provider_->claim(provider_, graph_.abi(), &sink, &error), error));
  MORTISE_TRY(declined);

  std::vector<uint32_t> nodes(graph_.num_nodes());
  for (uint32_t i = 0; i < nodes.size(); ++i) nodes[i] = i;
  const mortise_compile_request_t request = {
      .host_data = nullptr,
      .graph = graph_.abi(),
      .node_ids = nodes.data(),
      .inputs = graph_.inputs().data(),
      .outputs = graph_.outputs().data(),
      .num_nodes = nodes.size(),
      .num_inputs = graph_.inputs().size(),
      .num_outputs = graph_.outputs().size(),
      .refuse = [](const mortise_compile_request_t*, uint32_t, uint32_t, const char*) -> mortise_status {
        return MORTISE_OK;
      },
  };
  return checked(provider_->compile(provider_, &request, &session_, &error), error);
}

TestSession::~TestSession() {
  if (session_ != nullptr) session_->destroy(session_);
  if (opened_) provider_->close(provider_);
  if (provider_ != nullptr) provider_->destroy(provider_);
}

Result<std::vector<Value>> TestSession::run(const std::vector<Value>& inputs, const RunOptions& options) {
  Run run;
  run.options = &options;
  run.context = {
      .host_data = &run,
      .allocate_output = allocate_output,
      .is_cancelled =
          [](const mortise_run_context_t* context) {
            const RunOptions& given = *run_of(context).options;
            return given.is_cancelled && given.is_cancelled();
          },
      .flags = options.flags,
      .reserved = 0,
  };
  std::vector<std::unique_ptr<Handle>> handles;
  std::vector<mortise_tensor_t> input_records;
  for (const Value& input : inputs) {
    const Handle& h = *handles.emplace_back(std::make_unique<Handle>(input));
    mortise_tensor_t record = h.tensor;
    if (input.kind == ValueKind::kNone) {
      record.flags = MORTISE_TENSOR_ABSENT;
    } else if (!input.is_tensor()) {
      record.data = const_cast<Handle*>(&h);
    }
    input_records.push_back(record);
  }
  run.outputs.resize(graph_.outputs().size());
  for (uint64_t i = 0; i < run.outputs.size(); ++i) {
    if (const auto given = options.outputs.find(i); given != options.outputs.end()) {
      run.outputs[i] = Value(given->second);
      run.output_records.push_back(run.outputs[i].tensor.abi());
    } else {
      const sdk::ValueView value(graph_.abi(), graph_.outputs()[i]);
      run.output_records.push_back(
          {.data = nullptr, .dtype = static_cast<mortise_dtype>(value.dtype()), .flags = MORTISE_TENSOR_UNALLOCATED});
    }
  }
  const mortise_run_args_t args = {.inputs = input_records.data(),
                                   .outputs = run.output_records.data(),
                                   .num_inputs = input_records.size(),
                                   .num_outputs = run.output_records.size(),
                                   .context = &run.context};
  mortise_error_t error{};
  MORTISE_TRY(checked(session_->run(session_, &args, &error), error));
  return std::move(run.outputs);
}

}  // namespace mortise::test
