// DictVectorizer: the values of a map at the places of their keys in a vocabulary, 0 or "" at the others. A key that is
// not there is refused, as ONNX's own implementation does.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "providers/reference/ops/ml/map_value.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

using Values = TypeList<int64_t, float, double, mortise_string_t>;

int64_t key_of(int64_t key) { return key; }
std::string key_of(const mortise_string_t& key) { return std::string(key.data, key.size); }

// The vocabulary is walked, not the map: one word may have several places.
template <class K, class V, class Word>
Status vectorize(KernelContext& context, const MapView& map, const std::vector<Word>& vocabulary) {
  std::map<Word, uint64_t> places;
  const auto keys = map.keys.elements<K>();
  for (uint64_t i = 0; i < keys.size(); ++i) places[key_of(keys[i])] = i;
  const auto y = context.output(0, map.values.dtype(), {1, static_cast<int64_t>(vocabulary.size())}).elements<V>();
  std::vector<bool> known(keys.size(), false);
  for (uint64_t i = 0; i < y.size(); ++i) {
    const auto found = places.find(vocabulary[i]);
    y[i] = found == places.end() ? V{} : map.values.elements<V>()[found->second];
    if (found != places.end()) known[found->second] = true;
  }
  for (const auto& [word, place] : places) {
    if (!known[place])
      return invalid_argument("the key '", word, "' of X is not in the vocabulary; leave it out or add it");
  }
  return {};
}

}  // namespace

Result<Kernel> make_dict_vectorizer(const NodeSpec& node) {
  const auto ints = node.get_ints("int64_vocabulary");
  const auto strings = node.get_strings("string_vocabulary");
  if (ints.empty() == strings.empty()) {
    return invalid_argument("one of the attributes 'int64_vocabulary' and 'string_vocabulary' must be given");
  }
  return Kernel([ints = std::vector<int64_t>(ints.begin(), ints.end()),
                 strings = std::vector<std::string>(strings.begin(), strings.end())](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const MapView map, map_of(context, 0));
    if ((map.keys.dtype() == DType::kString) == strings.empty()) {
      return invalid_argument("X is a map from ", to_string(map.keys.dtype()), "; the vocabulary is of ",
                              strings.empty() ? "integers" : "strings");
    }
    return dispatch(Values{}, map.values.dtype(), [&]<class V>() -> Status {
      return strings.empty() ? vectorize<int64_t, V>(context, map, ints)
                             : vectorize<mortise_string_t, V>(context, map, strings);
    });
  });
}

}  // namespace mortise::reference
