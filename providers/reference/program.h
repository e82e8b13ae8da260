// Program: a compiled segment: kernels in order and the slots that they read and write. And make_kernel(), which both
// claim and compile ask. Constant once it is built; shared by all runs.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mortise/sdk/provider.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

// The kernel for a node, or why there is none.
std::variant<Kernel, sdk::Refusal> make_kernel(const NodeSpec& node);

struct Step {
  Kernel kernel;
  sdk::NodeId node;
  // In Program::texts: the node's name, then its operator.
  uint64_t first_text;
  uint32_t name_size, op_size;
  // Ranges of Program::reads, writes and dying.
  uint32_t first_read, num_reads;
  uint32_t first_write, num_writes;
  uint32_t first_dying, num_dying;
};

// A value that varies from run to run.
struct Slot {
  uint32_t first = 0;                   // step that writes it
  uint32_t last = 0;                    // step that reads it last
  uint32_t run_output = MORTISE_NO_ID;  // which output of the run it is, if it is one
};

struct Program {
  std::vector<Step> steps;
  // Slots below num_constants() are constants; kNoId means nothing: an input left out, an output that nobody reads.
  std::vector<uint32_t> reads;
  std::vector<uint32_t> writes;
  std::vector<uint32_t> dying;  // variable slots that a step reads last
  std::vector<Value> constants;
  std::vector<Slot> slots;           // of the variables: slot number minus num_constants()
  std::vector<uint32_t> run_inputs;  // variable slots, in the order of the request
  std::vector<uint32_t> run_outputs;
  std::string texts;  // of all steps, so that a step has no string of its own

  std::string_view op_type(const Step& step) const {
    return std::string_view(texts).substr(step.first_text + step.name_size, step.op_size);
  }
  std::string subject(const Step& step) const;  // "node 'relu1' (Relu)"
  uint32_t num_constants() const { return static_cast<uint32_t>(constants.size()); }
};

Result<Program> make_program(const sdk::CompileRequest& request, bool accumulate_f64);

}  // namespace mortise::reference
