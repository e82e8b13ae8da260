// The host half of mortise.values: sequences, optionals, maps, sparse and string tensors for providers, as
// mortise::Value.
#include "mortise/ext/values.h"

#include <algorithm>

#include "core/host/ext/extensions.h"
#include "core/host/run_state.h"
#include "mortise/sdk/trampoline.h"

namespace mortise {

namespace {

// Counts memory taken besides tensors, until the result is gone.
Result<std::shared_ptr<void>> charge(MemoryBudget* budget, uint64_t bytes) {
  return budget != nullptr ? budget->charge(bytes) : std::shared_ptr<void>();
}

// Why a list of elements is not made.
struct Refused {
  Status status;
};

// Charges every chunk of a list for its values; throws Refused.
ValueElements::Owner charging(MemoryBudget* budget) {
  return [budget](size_t count) {
    auto charged = charge(budget, count * sizeof(Value));
    if (!charged.ok()) throw Refused{std::move(charged).status()};
    return *std::move(charged);
  };
}

// make: what makes a value whose chunks are charged.
template <class Make>
Result<Value> charged_value(Make&& make) {
  try {
    return make();
  } catch (const Refused& refused) {
    return refused.status;
  }
}

// Strings that are set in parts; owner of a string tensor made here, and recognised by its type.
struct StringStorage {
  struct Part {
    std::vector<char> characters;
    std::shared_ptr<void> charge;
  };
  std::mutex mutex;
  std::vector<Part> parts;
  Tensor views;
  std::shared_ptr<MemoryBudget> budget;  // null: nobody counts
};
struct StringOwner {
  std::shared_ptr<StringStorage> storage;
  void operator()(void*) const {}
};

Result<Tensor> allocate_strings(RunState& state, const Shape& shape) {
  auto storage = std::make_shared<StringStorage>();
  MORTISE_ASSIGN(storage->views, state.allocate(DType::kString, shape));
  if (state.budget() != nullptr) storage->budget = state.budget()->shared_from_this();
  void* data = storage->views.raw();
  return Tensor::view(DType::kString, shape, data, std::shared_ptr<void>(data, StringOwner{std::move(storage)}));
}

// More than a process can address.
constexpr uint64_t kMostCharacters = uint64_t{1} << 48;

RunState* state_of(const mortise_run_context_t* context) {
  return context != nullptr ? static_cast<RunState*>(context->host_data) : nullptr;
}

Status missing_argument(const char* function) { return invalid_argument(function, ": an argument is null"); }

Status create_tensor(const mortise_run_context_t* context, mortise_dtype dtype, const int64_t* dims, uint32_t rank,
                     mortise_value_t** value, mortise_tensor_t* tensor) {
  RunState* state = state_of(context);
  if (state == nullptr || value == nullptr || tensor == nullptr || (dims == nullptr && rank != 0)) {
    return missing_argument("create_tensor()");
  }
  const Shape shape{std::span(dims, rank)};
  const auto type = static_cast<DType>(dtype);
  MORTISE_ASSIGN(Tensor made, type == DType::kString ? allocate_strings(*state, shape) : state->allocate(type, shape));
  Value* kept = state->values.add(Value(std::move(made)));
  *tensor = kept->tensor.abi();
  *value = to_abi(kept);
  return {};
}

Status set_strings(mortise_value_t* value, uint64_t first, const mortise_string_t* strings, uint64_t count) {
  if (value == nullptr || (strings == nullptr && count != 0)) return missing_argument("set_strings()");
  const auto* owner = std::get_deleter<StringOwner>(from_abi(value)->tensor.owner());
  if (owner == nullptr) return invalid_argument("set_strings(): the value is no string tensor of create_tensor()");
  StringStorage& storage = *owner->storage;
  const auto size = static_cast<uint64_t>(storage.views.num_elements());
  if (first > size || count > size - first) {
    return make_error(StatusCode::kOutOfRange, "set_strings(): elements ", first, " to ", first + count, " of ", size);
  }
  // They may be elements of the tensor itself.
  const std::vector<mortise_string_t> given(strings, strings + count);
  uint64_t total = 0;
  for (uint64_t i = 0; i < count; ++i) {
    if (given[i].data == nullptr && given[i].size != 0) return missing_argument("set_strings()");
    if (given[i].size > kMostCharacters - total) {
      return make_error(StatusCode::kResourceExhausted, "set_strings(): element ", first + i, " has ", given[i].size,
                        " bytes, which no memory can hold");
    }
    total += given[i].size;
  }
  StringStorage::Part part;
  MORTISE_ASSIGN(part.charge, charge(storage.budget.get(), total));
  part.characters.resize(total);
  char* next = part.characters.data();
  const std::lock_guard lock(storage.mutex);
  storage.parts.push_back(std::move(part));
  for (uint64_t i = 0; i < count; ++i) {
    next = std::copy_n(given[i].data, given[i].size, next);
    storage.views.data<mortise_string_t>()[first + i] = {next - given[i].size, given[i].size};
  }
  return {};
}

// Bounds of one value, so that whoever walks it comes to an end: no model of ours comes near them.
constexpr uint32_t kMaxDepth = 64;
constexpr uint64_t kMaxParts = uint64_t{1} << 20;

Status too_many_parts(const char* function) {
  return make_error(StatusCode::kOutOfRange, function, ": a value has more than ", kMaxParts, " parts");
}

// A value that shares its elements has them once for every mention.
Status check_extent(const ValueElements& elements) {
  if (elements.depth() > kMaxDepth) {
    return make_error(StatusCode::kOutOfRange, "create(): values are nested more than ", kMaxDepth, " deep");
  }
  return elements.num_parts() <= kMaxParts ? Status() : too_many_parts("create()");
}

// How many elements a value of a kind has.
Status check_count(uint32_t kind, uint64_t count) {
  switch (kind) {
    case MORTISE_TYPE_SEQUENCE:
      return {};
    case MORTISE_TYPE_OPTIONAL:
      return count <= 1 ? Status() : invalid_argument("create(): an optional has one element or none, not ", count);
    case MORTISE_TYPE_MAP:
      return count == 2 ? Status() : invalid_argument("create(): a map has two elements (keys, values), not ", count);
    case MORTISE_TYPE_SPARSE_TENSOR:
      return count == 3 ? Status()
                        : invalid_argument("create(): a sparse tensor has three elements (values, indices, dims), not ",
                                           count);
    default:
      return invalid_argument("create(): makes sequences, optionals, maps and sparse tensors, not kind ", kind);
  }
}

Status create(const mortise_run_context_t* context, const mortise_type_t* type, const mortise_value_t* const* elements,
              uint64_t count, mortise_value_t** value) {
  RunState* state = state_of(context);
  if (state == nullptr || type == nullptr || value == nullptr || (elements == nullptr && count != 0)) {
    return missing_argument("create()");
  }
  MORTISE_TRY(check_count(type->kind, count));
  if (count > kMaxParts) return too_many_parts("create()");
  MORTISE_ASSIGN(std::shared_ptr<void> charged, charge(state->budget(), count * sizeof(Value)));  // for the vector
  std::vector<Value> shared;
  shared.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (elements[i] == nullptr) return missing_argument("create()");
    shared.push_back(*from_abi(elements[i]));
  }
  charged = nullptr;
  MORTISE_ASSIGN(Value made, charged_value([&] {
                   Value value(static_cast<ValueKind>(type->kind), {});
                   value.elements = ValueElements(std::move(shared), charging(state->budget()));
                   return value;
                 }));
  MORTISE_TRY(check_extent(made.elements));
  // The innermost tensor's element type, for containers that are empty.
  const mortise_type_t* innermost = type;
  while (innermost->element != nullptr) innermost = innermost->element;
  made.element_dtype = static_cast<DType>(innermost->dtype);
  *value = to_abi(state->values.add(std::move(made)));
  return {};
}

Status splice(const mortise_run_context_t* context, const mortise_value_t* sequence, uint64_t first, uint64_t removed,
              const mortise_value_t* const* elements, uint64_t count, mortise_value_t** value) {
  RunState* state = state_of(context);
  if (state == nullptr || sequence == nullptr || value == nullptr || (elements == nullptr && count != 0)) {
    return missing_argument("splice()");
  }
  const Value& given = *from_abi(sequence);
  if (given.kind != ValueKind::kSequence) return invalid_argument("splice(): the value is no sequence");
  const uint64_t size = given.elements.size();
  if (first > size || removed > size - first) {
    return make_error(StatusCode::kOutOfRange, "splice(): elements ", first, " to ", first + removed, " of ", size);
  }
  if (count > kMaxParts || size - removed > kMaxParts - count) return too_many_parts("splice()");
  MORTISE_ASSIGN(std::shared_ptr<void> charged, charge(state->budget(), count * sizeof(Value)));  // for the vector
  std::vector<Value> added;
  for (uint64_t i = 0; i < count; ++i) {
    if (elements[i] == nullptr) return missing_argument("splice()");
    if (!from_abi(elements[i])->is_tensor()) return invalid_argument("splice(): element ", i, " is no tensor");
    added.push_back(*from_abi(elements[i]));
  }
  charged = nullptr;
  MORTISE_ASSIGN(Value made,
                 charged_value([&] { return spliced(given, first, removed, added, charging(state->budget())); }));
  *value = to_abi(state->values.add(std::move(made)));
  return {};
}

Status set_output(const mortise_run_context_t* context, uint64_t index, const mortise_value_t* value) {
  RunState* state = state_of(context);
  if (state == nullptr || value == nullptr) return missing_argument("set_output()");
  return state->set_output(index, *from_abi(value));
}

}  // namespace

const mortise_host_values_t kHostValues = {
    .kind = [](const mortise_value_t* value) noexcept -> uint32_t {
      return value != nullptr ? static_cast<uint32_t>(from_abi(value)->kind) : uint32_t{MORTISE_TYPE_UNKNOWN};
    },
    .get_tensor =
        [](const mortise_value_t* value, mortise_tensor_t* tensor) noexcept {
          if (value == nullptr || tensor == nullptr || !from_abi(value)->is_tensor()) return false;
          *tensor = from_abi(value)->tensor.abi();
          return true;
        },
    .num_elements = [](const mortise_value_t* value) noexcept -> uint64_t {
      return value != nullptr ? from_abi(value)->elements.size() : 0;
    },
    .get_element = [](const mortise_value_t* value, uint64_t index) noexcept -> const mortise_value_t* {
      if (value == nullptr || index >= from_abi(value)->elements.size()) return nullptr;
      return to_abi(&from_abi(value)->elements[index]);
    },
    .create_tensor =
        [](const mortise_run_context_t* context, mortise_dtype dtype, const int64_t* dims, uint32_t rank,
           mortise_value_t** value, mortise_tensor_t* tensor, mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&] { return create_tensor(context, dtype, dims, rank, value, tensor); });
        },
    .set_strings =
        [](mortise_value_t* value, uint64_t first, const mortise_string_t* strings, uint64_t count,
           mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&] { return set_strings(value, first, strings, count); });
        },
    .create =
        [](const mortise_run_context_t* context, const mortise_type_t* type, const mortise_value_t* const* elements,
           uint64_t count, mortise_value_t** value, mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&] { return create(context, type, elements, count, value); });
        },
    .splice =
        [](const mortise_run_context_t* context, const mortise_value_t* sequence, uint64_t first, uint64_t removed,
           const mortise_value_t* const* elements, uint64_t count, mortise_value_t** value,
           mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&] { return splice(context, sequence, first, removed, elements, count, value); });
        },
    .set_output =
        [](const mortise_run_context_t* context, uint64_t index, const mortise_value_t* value,
           mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&] { return set_output(context, index, value); });
        },
};

}  // namespace mortise
