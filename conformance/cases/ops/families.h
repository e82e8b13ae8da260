// The families of operators: what each is tried with. A family is one file of this folder; ops.inc says which operator
// belongs to which.
#pragma once

#include <variant>

#include "conformance/cases/ops/variant.h"

namespace mortise::conformance::ops {

// --- elementwise.cpp
// One tensor in, one of its shape out; the range is where the operator is defined. `settings` are attributes to try, each
// list in a variant of its own.
struct Setting {
  const char* name;  // of the variant
  const char* attribute;
  float value;
  int32_t first = 1;  // since-versions that have the attribute
};
Family unary(Range range = {}, std::vector<Setting> settings = {});
// Two tensors that are broadcast; before version 7 by attributes. `special`: types whose special numbers are tried too.
Family binary(Range left = {}, Range right = {}, TypeSet special = reference::kNumbers);
// Any number of tensors that are broadcast; before version 8 of one shape.
Family variadic();

Family where();
Family clip();

// --- reduce.cpp
// Axes are an attribute before version `axes_since`, an input from then on.
Family reduce(Range range = {}, int32_t axes_since = 18);
Family arg_reduce();
// An attribute `axis`, the output has the input's shape.
Family along_axis(Range range = {});
Family cumulative(Range range = {});
Family top_k();

// --- product.cpp
Family matmul();
Family gemm();
Family einsum();
Family det();

// --- window.cpp
Family conv();
Family conv_transpose();
// The versions that brought the attributes.
Family pool(int32_t ceil_since, int32_t dilations_since);
Family max_pool();
Family average_pool();
Family lp_pool();
Family global_pool(Range range = {});

// --- movement.cpp
Family transpose();
Family reshape();
Family flatten();
Family squeeze();
Family unsqueeze();
Family concat_tensors();
Family split();
Family slice();
Family pad();
Family tile();
Family expand();
Family identity();
Family shape_of();
// With the attributes start and end.
Family shape_part();
Family depth_to_space();
Family space_to_depth();
Family center_crop_pad();
Family trilu();
Family reverse_sequence();

// --- combine.cpp
// The family with an attribute in every model, from a version on; names end with `name` unless it is empty.
Family with(Family family, const char* name, std::string attribute, std::variant<int64_t, float, std::string> value,
            int32_t first = 1);
// For these types only.
Family only(TypeSet types, Family family);
inline constexpr TypeSet kOthers = ~kFloats;
// Less the variants whose names begin so.
Family without(std::vector<std::string_view> beginnings, Family family);
// One after the other.
Family both(Family first, Family second);

}  // namespace mortise::conformance::ops
