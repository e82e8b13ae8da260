// CastMap: the values of a map as a tensor [1, n], in the order of their keys, or each at the place that its key says.
//
// Places that no key names hold 0 or "".
#include <algorithm>
#include <numeric>
#include <vector>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/cast.h"
#include "providers/reference/ops/ml/map_value.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// For each key its place among all of them.
std::vector<uint64_t> places_by_order(std::span<const int64_t> keys) {
  std::vector<uint64_t> order(keys.size()), places(keys.size());
  std::iota(order.begin(), order.end(), uint64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](uint64_t a, uint64_t b) { return keys[a] < keys[b]; });
  for (uint64_t i = 0; i < order.size(); ++i) places[order[i]] = i;
  return places;
}

Result<std::vector<uint64_t>> places_by_key(std::span<const int64_t> keys, int64_t length) {
  std::vector<uint64_t> places;
  for (const int64_t key : keys) {
    if (key < 0 || key >= length) {
      return invalid_argument("X has the key ", key, "; attribute 'max_map' allows 0 to ", length - 1);
    }
    places.push_back(static_cast<uint64_t>(key));
  }
  return places;
}

Result<DType> target(std::string_view name) {
  if (name == "TO_FLOAT") return DType::kF32;
  if (name == "TO_INT64") return DType::kI64;
  if (name == "TO_STRING") return DType::kString;
  return invalid_argument("attribute 'cast_to' is '", name, "'; it must be one of TO_FLOAT, TO_STRING, TO_INT64");
}

}  // namespace

Result<Kernel> make_cast_map(const NodeSpec& node) {
  MORTISE_ASSIGN(const DType to, target(node.get_string("cast_to", "TO_FLOAT")));
  const std::string_view form = node.get_string("map_form", "DENSE");
  if (form != "DENSE" && form != "SPARSE") {
    return invalid_argument("attribute 'map_form' is '", form, "'; it must be DENSE or SPARSE");
  }
  const int64_t length = node.get_int("max_map", 1);
  if (length < 0) return invalid_argument("attribute 'max_map' is ", length, "; it must be at least 0");
  return Kernel([to, sparse = form == "SPARSE", length](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const MapView map, map_of(context, 0));
    if (map.keys.dtype() != DType::kI64) return invalid_argument("X must be a map from int64, not from string");
    const auto keys = map.keys.elements<int64_t>();
    std::vector<uint64_t> places;
    if (sparse) {
      MORTISE_ASSIGN(places, places_by_key(keys, length));
    } else {
      places = places_by_order(keys);
    }
    const Shape result{1, sparse ? length : map.keys.dim(0)};
    MORTISE_TRY(check_shape(to, result));
    MORTISE_ASSIGN(Tensor values, context.allocate(to, map.values.shape()));
    MORTISE_TRY(cast_elements(context, map.values, values));
    Tensor& y = context.output(0, to, result);
    return dispatch_size(to, [&]<class T>() -> Status {
      const auto out = y.elements<T>();
      std::fill(out.begin(), out.end(), T{});
      for (uint64_t i = 0; i < places.size(); ++i) out[places[i]] = values.data<T>()[i];
      return {};
    });
  });
}

}  // namespace mortise::reference
