// Families made of others, and their names.
#include <algorithm>
#include <cctype>

#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

std::string kebab_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

Family with(Family family, const char* name, std::string attribute, std::variant<int64_t, float, std::string> value,
            int32_t first) {
  for (Variant& variant : family.variants) {
    if (*name != '\0') variant.name += concat("-", name);
    variant.first = std::max(variant.first, first);
    variant.make = [make = std::move(variant.make), attribute, value](const Form& form, Data& data) {
      OpModel model = make(form, data);
      std::visit([&](const auto& held) { model.attributes.emplace_back(attribute, AttributeValue(held)); }, value);
      return model;
    };
  }
  return family;
}

Family only(TypeSet types, Family family) {
  for (Variant& variant : family.variants) variant.types &= types;
  return family;
}

Family without(std::vector<std::string_view> beginnings, Family family) {
  std::erase_if(family.variants, [&](const Variant& variant) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return variant.name.starts_with(beginning); });
  });
  return family;
}

Family both(Family first, Family second) {
  first.variants.insert(first.variants.end(), second.variants.begin(), second.variants.end());
  return first;
}

}  // namespace mortise::conformance::ops
