// Scopes: what names mean while a model is imported.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/name_map.h"
#include "core/graph/graph.h"

namespace mortise {

// A graph under construction, and how its outer-scope values are reached.
struct Level {
  Graph* graph;
  Level* parent;
  std::unordered_map<ValueId, ValueId> outer;  // value of the parent's graph -> the one that stands for it here

  // The value that stands here for a value of `owner`, which is this level or encloses it.
  ValueId reach(Level& owner, ValueId id) {
    if (this == &owner || id == kNoId) return id;
    const ValueId above = parent->reach(owner, id);
    const auto [found, is_new] = outer.try_emplace(above, kNoId);
    if (is_new) {
      const ValueInfo& value = parent->graph->value(above);
      found->second = graph->add_value(value.name, value.type);
      graph->value(found->second).outer = above;
    }
    return found->second;
  }
};

struct Scope;

// One call of a function: its attributes, each with the scope that it was written in.
struct Call {
  struct Argument {
    onnx::AttributeProto* proto;
    Scope* scope;
  };
  std::unordered_map<std::string_view, Argument> arguments;
};

struct Named {
  ValueId id = kNoId;
  bool defined = true;  // false: bound to a value of the caller, which a node of the function must write
};

// Where names mean something: a graph, or one call of a function (which shares the caller's graph, not its names).
struct Scope {
  Level* level;
  Scope* enclosing;  // whose names are seen too; null for the main graph and for functions
  const Call* call;  // null outside of functions
  const std::unordered_map<std::string_view, int64_t>* opsets;
  std::string prefix;  // of names within an inlined function
  uint32_t depth;
  NameMap<Named> names;

  // The value that a name stands for here, as a value of this level's graph; nothing if it stands for none.
  std::optional<ValueId> look_up(std::string_view name) {
    for (Scope* s = this; s != nullptr; s = s->enclosing) {
      if (const auto* found = s->names.find(name)) return level->reach(*s->level, found->value.id);
    }
    return std::nullopt;
  }
};

}  // namespace mortise
