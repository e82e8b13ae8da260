// Runs of a session read their first input from one place, although the session is declared reentrant.
#include <chrono>
#include <cstring>
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    const size_t size = inputs.front().size_bytes();
    if (size == 0 || size > sizeof buffer_) return Plugin::compute(step, inputs, output);
    std::memcpy(buffer_, inputs.front().raw(), size);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    std::vector<Tensor> read(inputs.begin(), inputs.end());
    MORTISE_ASSIGN(read.front(), Tensor::allocate(inputs.front().dtype(), inputs.front().shape()));
    std::memcpy(read.front().raw(), buffer_, size);
    return Plugin::compute(step, read, output);
  }

  char buffer_[4096];
};

MORTISE_GALLERY_PLUGIN(Broken);
