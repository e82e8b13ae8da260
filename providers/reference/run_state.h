// RunState: what one run of a program needs: its values, its memory, its scratch. Reused by later runs, one at a time.
//
// Memory is planned by observation. An output that has no place yet gets memory of its own, freed after its last use;
// at the end of that run places in one arena are planned for all sizes seen so far. A later output that fits its place
// goes there, and where even the shape is that of the run before, nothing is done at all. Places only grow.
#pragma once

#include <deque>
#include <exception>
#include <span>

#include "mortise/sdk/provider.h"
#include "providers/reference/program.h"

namespace mortise::reference {

class RunState final : public KernelContext {
 public:
  // Both outlive it.
  RunState(const Program& program, const sdk::Host& host);
  Status run(const sdk::RunArgs& args);

 private:
  struct Place {
    const void* home = nullptr;  // where prepare_output() put the value
    uint64_t capacity = 0;       // bytes in the arena
    uint64_t offset = 0;
    uint64_t wanted = 0;  // the most bytes seen
    bool loose = false;   // the value has memory of its own
  };
  // A Status on its way through a kernel.
  struct Failure : std::exception {
    explicit Failure(Status s) : status(std::move(s)) {}
    const char* what() const noexcept override { return status.message().c_str(); }
    Status status;
  };

  Result<Tensor> allocate(DType dtype, const Shape& shape) override { return host_.allocate(dtype, shape); }
  uint64_t num_elements(uint64_t i) override;
  Result<Value> element(uint64_t i, uint64_t n) override;
  Status splice(uint64_t first, uint64_t removed, std::span<const Value> added) override;
  const Value& whole(const Value& value) override;
  mortise_string_t keep(std::string text) override;
  Tensor& prepare_output(uint64_t i, DType dtype, const Shape& shape) override;
  void* scratch_bytes(uint64_t count, uint64_t element_size) override;
  void parallel_ranges(uint64_t count, uint64_t grain, void (*body)(void*, uint64_t, uint64_t), void* context) override;

  Status start();
  Status run_steps();
  Status run_step(const Step& step);
  Status run_recorded(const Step& step);
  Status settle(uint32_t slot);
  Status finish();
  void reset();
  void drop(uint32_t slot);
  void end_kernel();
  void plan();
  // From the host, whose limit counts it. Throws Failure where that gives no more.
  Tensor allocate_or_throw(DType dtype, const Shape& shape);
  Tensor& unread_output(uint64_t i, DType dtype, const Shape& shape, uint64_t bytes);
  Tensor& run_output(uint32_t slot, DType dtype, const Shape& shape);
  bool written_to_host(uint32_t slot, DType dtype) const;

  const Program& program_;
  const sdk::Host& host_;
  const sdk::RunArgs* args_ = nullptr;
  const Step* step_ = nullptr;
  std::vector<Value> values_;
  std::vector<Place> places_;
  std::vector<const Value*> read_pointers_;
  std::vector<Value*> write_pointers_;
  std::deque<Value> unread_;  // grows while references to its elements are in use
  Tensor arena_;
  bool plan_needed_ = false;
  bool big_ = false;  // this step's output took long enough to ask for cancellation after it

  std::vector<Tensor> scratch_;  // blocks; merged into one when a kernel needed several
  uint64_t scratch_used_ = 0;    // of the last block
  uint64_t scratch_total_ = 0;
  std::span<char> kept_;  // what is left of the scratch memory for strings
};

}  // namespace mortise::reference
