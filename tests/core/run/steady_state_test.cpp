// A steady-state run of a static-shape model with bound outputs allocates nothing. The program's operator new counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace {
std::atomic<uint64_t> allocations{0};
}  // namespace

void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t size, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<size_t>(alignment);
  return std::aligned_alloc(align, (size + align - 1) / align * align);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace mortise {
namespace {

TEST(SteadyState, AllocatesNothingWhenStepsRunAtTheSameTime) {
  // Two branches of different providers, each large enough for a task.
  const std::string bytes = test::model_bytes(R"(g (float[262144] x) => (float[262144] y) {
    a = Neg(x)
    b = Abs(x)
    y = Sub(b, a)
  })");
  Config config;
  config.session.threads = 2;
  config.session.enable.emplace();
  config.providers.push_back({.id = "org.mortise.test.host", .library = MORTISE_RENDEZVOUS});
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {Tensor::allocate(DType::kF32, {262144}).value()};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {262144}).value()};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  const uint64_t before = allocations.load();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(allocations.load() - before, 0u);
}

TEST(SteadyState, AllocatesNothing) {
  Config config;
  config.session.threads = 1;
  auto session = Session::load(std::string(MORTISE_SOURCE_DIR) + "/examples/digits/digits.onnx", config);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {
      Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(std::vector<float>(64, 0.25f)))};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {1, 10}).value()};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  const uint64_t before = allocations.load();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(allocations.load() - before, 0u);
}

}  // namespace
}  // namespace mortise
