// OneHotEncoder: one more axis, 1 at the place of the element's category. Numbers are cut to integers first.
#include <algorithm>
#include <map>
#include <string>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

struct Categories {
  std::map<int64_t, uint64_t> ints;
  std::map<std::string, uint64_t, std::less<>> strings;
  uint64_t count = 0;

  static constexpr uint64_t kNone = ~uint64_t{0};
  template <class Map, class Key>
  static uint64_t look_up(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? kNone : found->second;
  }

  uint64_t find(const mortise_string_t& text) const { return look_up(strings, std::string_view(text.data, text.size)); }
  uint64_t find(int64_t number) const { return look_up(ints, number); }
  uint64_t find(int32_t number) const { return look_up(ints, number); }
  // No category is a NaN or beyond 64 bits.
  uint64_t find(double number) const {
    return number >= -0x1p63 && number < 0x1p63 ? look_up(ints, static_cast<int64_t>(number)) : kNone;
  }
};

std::string text_of(const mortise_string_t& text) { return concat('\'', std::string_view(text.data, text.size), '\''); }
template <class T>
std::string text_of(T number) {
  return concat(number);
}

}  // namespace

Result<Kernel> make_one_hot_encoder(const NodeSpec& node) {
  const auto ints = node.get_ints("cats_int64s");
  const auto strings = node.get_strings("cats_strings");
  if (ints.empty() == strings.empty()) {
    return invalid_argument("one of the attributes 'cats_int64s' and 'cats_strings' must be given");
  }
  Categories categories;
  categories.count = std::max(ints.size(), strings.size());
  for (uint64_t i = 0; i < ints.size(); ++i) categories.ints[ints[i]] = i;
  for (uint64_t i = 0; i < strings.size(); ++i) categories.strings[std::string(strings[i])] = i;
  return Kernel(
      [categories = std::move(categories), zeros = node.get_int("zeros", 1) != 0](KernelContext& context) -> Status {
        const Tensor& x = context.input(0);
        if ((x.dtype() == DType::kString) == categories.strings.empty()) {
          return invalid_argument("X is ", to_string(x.dtype()), "; the categories are ",
                                  categories.strings.empty() ? "integers" : "strings");
        }
        Shape result = x.shape();
        result.push_back(static_cast<int64_t>(categories.count));
        MORTISE_TRY(check_shape(DType::kF32, result));
        const auto y = context.output(0, DType::kF32, result).elements<float>();
        std::fill(y.begin(), y.end(), 0.0f);
        return dispatch(Join<Features, TypeList<mortise_string_t>>{}, x.dtype(), [&]<class T>() -> Status {
          const auto all = x.elements<T>();
          for (uint64_t i = 0; i < all.size(); ++i) {
            if (const uint64_t place = categories.find(all[i]); place != Categories::kNone) {
              y[i * categories.count + place] = 1;
            } else if (!zeros) {
              return invalid_argument("element ", i, " of X, ", text_of(all[i]), ", is none of the categories");
            }
          }
          return {};
        });
      });
}

}  // namespace mortise::reference
