// LabelEncoder, CategoryMapper: a table from keys to values. Every version is brought into one form: a list of keys, a
// list of as many values, and a default.
//
// NaN is found by NaN, 0 by -0. Of a key that is there twice the last one counts.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/convert.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

using Keys = TypeList<int16_t, int32_t, int64_t, float, double, mortise_string_t>;

// What keys of a type are looked up by.
template <class T>
auto label_key(T key) {
  return static_cast<std::conditional_t<std::is_integral_v<T>, int64_t, double>>(key);
}
std::string_view label_key(const mortise_string_t& key) { return {key.data, key.size}; }

struct Less {
  bool operator()(int64_t a, int64_t b) const { return a < b; }
  bool operator()(double a, double b) const { return a < b || (std::isnan(b) && !std::isnan(a)); }
  bool operator()(std::string_view a, std::string_view b) const { return a < b; }
};

Tensor copy_of(const Tensor& list) {
  if (list.dtype() == DType::kString) {
    std::vector<std::string> strings;
    for (const mortise_string_t& s : list.elements<mortise_string_t>()) strings.emplace_back(s.data, s.size);
    return Tensor::strings({list.num_elements()}, std::move(strings));
  }
  Tensor copy = Tensor::allocate(list.dtype(), {list.num_elements()}).value();
  if (copy.size_bytes() != 0) std::memcpy(copy.raw(), list.raw(), copy.size_bytes());
  return copy;
}

Tensor strings_of(const std::vector<std::string_view>& all) {
  return Tensor::strings({static_cast<int64_t>(all.size())}, {all.begin(), all.end()});
}
template <class T>
Tensor list_of(std::span<const T> all) {
  return Tensor::of<T>({static_cast<int64_t>(all.size())}, all);
}
Tensor count_up(uint64_t count) {
  std::vector<int64_t> numbers(count);
  for (uint64_t i = 0; i < count; ++i) numbers[i] = static_cast<int64_t>(i);
  return list_of<int64_t>(numbers);
}

// A kernel from lists that the provider owns. The values' default is `otherwise`, of one element.
Result<Kernel> make_table(const Tensor& keys, const Tensor& values, const Tensor& otherwise) {
  if (keys.num_elements() != values.num_elements()) {
    return invalid_argument("there are ", keys.num_elements(), " keys for ", values.num_elements(), " values");
  }
  if (otherwise.num_elements() != 1 || otherwise.dtype() != values.dtype()) {
    return invalid_argument("the default ", to_string(otherwise.dtype()), to_string(otherwise.shape()),
                            " must be one element of the values' type, ", to_string(values.dtype()));
  }
  Kernel kernel;
  MORTISE_TRY(dispatch(Keys{}, keys.dtype(), [&]<class K>() -> Status {
    std::map<decltype(label_key(K{})), uint64_t, Less> table;  // strings are those of `keys`, which it keeps
    const auto all = keys.elements<K>();
    for (uint64_t i = 0; i < all.size(); ++i) table[label_key(all[i])] = i;
    kernel = [table = std::move(table), keys, values, otherwise](KernelContext& context) -> Status {
      const Tensor& x = context.input(0);
      if (x.dtype() != keys.dtype()) {
        return invalid_argument("X is ", to_string(x.dtype()), ", but the keys are ", to_string(keys.dtype()));
      }
      const auto in = x.elements<K>();
      Tensor& y = context.output(0, values.dtype(), x.shape());
      return dispatch_size(values.dtype(), [&]<class V>() -> Status {
        V* const out = y.data<V>();
        context.parallel_for(in.size(), grain_for(32), [&](uint64_t begin, uint64_t end) {
          for (uint64_t i = begin; i < end; ++i) {
            const auto found = table.find(label_key(in[i]));
            out[i] = found == table.end() ? *otherwise.data<V>() : values.data<V>()[found->second];
          }
        });
        return {};
      });
    };
    return {};
  }));
  return kernel;
}

// The list of keys or values: the one attribute that is there of <prefix>_strings, _int64s, _floats and _tensor.
Result<Tensor> list_attribute(const NodeSpec& node, const std::string& prefix) {
  std::vector<Tensor> found;
  if (node.has(prefix + "_strings")) found.push_back(strings_of(node.get_strings(prefix + "_strings")));
  if (node.has(prefix + "_int64s")) found.push_back(list_of<int64_t>(node.get_ints(prefix + "_int64s")));
  if (node.has(prefix + "_floats")) found.push_back(list_of<float>(node.get_floats(prefix + "_floats")));
  if (const auto* tensor = node.get_tensor(prefix + "_tensor")) found.push_back(copy_of(Tensor::view(*tensor)));
  if (found.size() == 1) return std::move(found.front());
  return invalid_argument("one of the attributes '", prefix, "_strings', '", prefix, "_int64s', '", prefix,
                          "_floats' and '", prefix, "_tensor' must be given, not ", found.size());
}

// Defaults of other types than the values' are ignored: converters write them all.
Result<Tensor> default_attribute(const NodeSpec& node, DType dtype) {
  if (const auto* tensor = node.get_tensor("default_tensor")) return copy_of(Tensor::view(*tensor));
  switch (dtype) {
    case DType::kString:
      return Tensor::strings({1}, {std::string(node.get_string("default_string", "_Unused"))});
    case DType::kI64:
      return Tensor::of<int64_t>({1}, {node.get_int("default_int64", -1)});
    case DType::kI32:
      return Tensor::of<int32_t>({1}, {-1});
    case DType::kI16:
      return Tensor::of<int16_t>({1}, {-1});
    case DType::kF32:
      return Tensor::of<float>({1}, {node.get_float("default_float", -0.0f)});
    case DType::kF64:
      return Tensor::of<double>({1}, {-0.0});
    default:
      return unimplemented("values of the type ", to_string(dtype), " are not supported");
  }
}

// Strings to numbers or numbers to strings, whatever X is.
Result<Kernel> make_word_table(const NodeSpec& node, const Tensor& words, const Tensor& numbers) {
  const bool to_words = node.input_dtype(0) == DType::kI64 || node.output_dtype(0) == DType::kString;
  MORTISE_ASSIGN(const Tensor otherwise, default_attribute(node, to_words ? DType::kString : DType::kI64));
  return to_words ? make_table(numbers, words, otherwise) : make_table(words, numbers, otherwise);
}

}  // namespace

Result<Kernel> make_category_mapper(const NodeSpec& node) {
  return make_word_table(node, strings_of(node.get_strings("cats_strings")),
                         list_of<int64_t>(node.get_ints("cats_int64s")));
}

Result<Kernel> make_label_encoder(const NodeSpec& node) {
  if (node.since_version() == 1) {
    const auto words = node.get_strings("classes_strings");
    return make_word_table(node, strings_of(words), count_up(words.size()));
  }
  MORTISE_ASSIGN(const Tensor keys, list_attribute(node, "keys"));
  MORTISE_ASSIGN(const Tensor values, list_attribute(node, "values"));
  MORTISE_ASSIGN(const Tensor otherwise, default_attribute(node, values.dtype()));
  return make_table(keys, values, otherwise);
}

}  // namespace mortise::reference
