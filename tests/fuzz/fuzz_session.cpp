// Any bytes are a model that can be planned and run on the reference provider, or an error with a sentence.
#include <algorithm>
#include <cstdlib>

#include "mortise/core/session.h"

namespace {

using mortise::Shape;
using mortise::Tensor;

constexpr int64_t kMaxInput = 1 << 16;  // elements; a model with a larger input is loaded only

void check(const mortise::Status& status) {
  if (!status.ok() && (status.message().empty() || status.code() == mortise::StatusCode::kInternal)) std::abort();
}

// Bytes that are small numbers, and no two in a row alike; unknown extents are 2.
bool make_input(const mortise::Port& port, mortise::Value& input) {
  if (port.optional) return true;
  if (port.kind != mortise::ValueKind::kTensor || !port.has_rank) return false;
  Shape shape;
  int64_t count = 1;
  for (const int64_t dim : port.dims) {
    shape.push_back(dim < 0 ? 2 : dim);
    if (shape.back() > kMaxInput || (count *= shape.back()) > kMaxInput) return false;
  }
  auto tensor = Tensor::allocate(port.dtype, shape);
  if (!tensor.ok()) return false;
  if (port.dtype != mortise::DType::kString) {
    for (uint64_t i = 0; i < tensor->size_bytes(); ++i) tensor->data<uint8_t>()[i] = i % 2;
  }
  input = mortise::Value(*std::move(tensor));
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mortise::Config config;
  config.session.threads = 1;
  config.session.memory_limit_mib = 64;
  config.session.deadline_ms = 1000;
  auto session = mortise::Session::load(
      {.bytes = std::as_bytes(std::span(data, size)), .config = config, .log_sink = [](auto&&...) {}});
  if (!session.ok()) {
    check(session.status());
    return 0;
  }
  (void)session->placement();
  std::vector<mortise::Value> inputs(session->inputs().size());
  std::vector<mortise::Value> outputs(session->outputs().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!make_input(session->inputs()[i], inputs[i])) return 0;
  }
  // Twice: the second run takes the first one's memory.
  for (int run = 0; run < 2; ++run) check(session->run(inputs, outputs));
  return 0;
}
