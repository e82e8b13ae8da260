// check_descriptor(): the static description of a provider, before anything is believed of it.
#include <cstring>

#include "core/config/json.h"
#include "core/host/plugin_library.h"

namespace mortise {

namespace {

constexpr size_t kMaxIdSize = 128;
constexpr uint32_t kKnownNumerics = MORTISE_NUMERICS_FLUSHES_SUBNORMALS | MORTISE_NUMERICS_HALF_COMPUTE |
                                    MORTISE_NUMERICS_HALF_ACCUMULATE | MORTISE_NUMERICS_FINITE_ONLY |
                                    MORTISE_NUMERICS_FAST_CONVOLUTION;

}  // namespace

bool is_provider_id(std::string_view id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return !id.empty() && id.size() <= kMaxIdSize && id.find_first_not_of(kAllowed) == std::string_view::npos;
}

Status check_descriptor(const mortise_provider_descriptor_t* descriptor, std::string_view where) {
  if (descriptor == nullptr) return invalid_argument(where, ": is null; descriptor() returns one for every index");
  const std::pair<std::string_view, const char*> texts[] = {{"id", descriptor->id},
                                                            {"name", descriptor->name},
                                                            {"vendor", descriptor->vendor},
                                                            {"version", descriptor->version},
                                                            {"description", descriptor->description},
                                                            {"options_schema", descriptor->options_schema}};
  for (const auto& [name, text] : texts) {
    if (text == nullptr) return invalid_argument(where, ": '", name, "' is null; set every text");
  }
  if (!is_provider_id(std::string_view(descriptor->id, strnlen(descriptor->id, kMaxIdSize + 1)))) {
    return invalid_argument(where, ": the id '", std::string(descriptor->id, strnlen(descriptor->id, kMaxIdSize)),
                            "' is not made of lower-case letters, digits, '.' and '-'; write it like 'com.vendor.npu'");
  }
  const Result<nlohmann::json> schema = parse_json(descriptor->options_schema);
  if (!schema.ok()) return invalid_argument(where, ": options_schema is not JSON: ", schema.status().message());
  if (!schema->is_object())
    return invalid_argument(where, ": options_schema is no JSON object; write '{}' for no options");
  if (descriptor->concurrency > MORTISE_CONCURRENCY_REENTRANT) {
    return invalid_argument(where, ": concurrency ", descriptor->concurrency,
                            " does not exist; use a MORTISE_CONCURRENCY_*");
  }
  if (descriptor->determinism > MORTISE_DETERMINISM_ANY_THREADS) {
    return invalid_argument(where, ": determinism ", descriptor->determinism,
                            " does not exist; use a MORTISE_DETERMINISM_*");
  }
  if ((descriptor->numerics & ~kKnownNumerics) != 0) {
    return invalid_argument(where, ": numerics ", descriptor->numerics, " has unknown bits; use MORTISE_NUMERICS_*");
  }
  return {};
}

}  // namespace mortise
