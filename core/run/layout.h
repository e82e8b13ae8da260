// Layout: where the slots of a program lie in memory for one set of input shapes.
//
// Slots whose shape is known get an offset in one arena, shared by slots that never live at the same time; the others
// are allocated when a provider asks for them. Computed once per set of input shapes, then shared by frames.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/run/program.h"
#include "mortise/sdk/value.h"

namespace mortise::run {

struct SlotLayout {
  DType dtype = DType::kUndefined;
  std::optional<Shape> shape;  // nothing: known during the run only
  uint64_t bytes = 0;
  // In the arena; nothing: elsewhere (inputs, outputs, constants, homes, unknown shapes).
  std::optional<uint64_t> offset;
  std::optional<Dims> dims;  // what is known of the shape of an output of control flow
};

struct Layout {
  std::vector<Type> input_types;  // of the values given: what the layout holds for
  std::vector<SlotLayout> slots;
  uint64_t arena_bytes = 0;
};

Result<Layout> make_layout(const Program& program, std::span<const Value* const> inputs);

// True if the layout was made for values of these types and shapes.
bool fits(const Layout& layout, std::span<const Value* const> inputs);

}  // namespace mortise::run
