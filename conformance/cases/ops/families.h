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
Family power();
// Any number of tensors that are broadcast; before version 8 of one shape.
Family variadic();

// One tensor of numbers that are often not finite.
Family special();
Family where();
Family clip();

// --- reduce.cpp
// Axes are an attribute before version `axes_since`, an input from then on.
Family reduce(Range range = {}, int32_t axes_since = 18);
Family arg_reduce();
// An attribute `axis`, the output has the input's shape. Also of numbers whose exponentials overflow or vanish.
Family along_axis();
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

// --- shape.cpp
Family reshape();
Family flatten();
Family squeeze();
Family unsqueeze();
Family tile();
Family expand();
Family identity();
Family shape_of();
// With the attributes start and end.
Family shape_part();

// --- permute.cpp
Family transpose();
Family depth_to_space();
Family space_to_depth();
Family reverse_sequence();

// --- cut.cpp
Family concat_tensors();
Family split();
Family slice();
Family pad();
Family center_crop_pad();
Family trilu();

// --- normalize.cpp
Family batch_normalization();
Family instance_normalization();
Family layer_normalization();
Family rms_normalization();
Family group_normalization();
Family lp_normalization();
Family mean_variance_normalization();
Family local_response_normalization();

// --- indexing.cpp
Family gather();
Family gather_elements();
Family gather_nd();
Family scatter_elements();
Family scatter_nd();
Family tensor_scatter();
Family compress();
Family one_hot();
Family non_zero();
Family unique();

// --- quantize.cpp
Family cast();
Family cast_like();
Family bit_cast();
Family quantize_linear();
Family dequantize_linear();
Family dynamic_quantize_linear();
Family matmul_integer();
Family conv_integer();
Family qlinear_conv();
Family qlinear_matmul();

// --- generate.cpp
Family constant();
Family constant_of_shape();
Family eye_like();
Family range();
Family window();
Family mel_weight_matrix();
Family fourier_transform();
Family short_time_fourier_transform();

// --- image.cpp
Family resize();
Family upsample();
Family grid_sample();
Family affine_grid();
Family max_roi_pool();
Family roi_align();
Family non_max_suppression();
Family image_decoder();
Family col2im();
Family max_unpool();
Family deform_conv();

// --- random.cpp
Family random_normal();
Family random_uniform();
Family random_normal_like();
Family random_uniform_like();
Family bernoulli();
Family multinomial();

// --- text.cpp
Family string_normalizer();
Family string_split();
Family regex_full_match();
Family tf_idf();

// --- sequence.cpp
Family sequence_construct();
Family sequence_empty();
Family sequence_at();
Family sequence_erase();
Family sequence_insert();
Family sequence_length();
Family concat_from_sequence();
Family split_to_sequence();
Family make_optional();
Family get_element();
Family has_element();

// --- recurrent.cpp
Family rnn();
Family gru();
Family lstm();

// --- attention.cpp
Family attention();
Family flex_attention();
Family rotary_embedding();
Family linear_attention();
Family causal_conv();

// --- training.cpp
Family negative_log_likelihood();
Family softmax_cross_entropy();
Family dropout();
Family adagrad();
Family adam();
Family momentum();

// --- features.cpp
Family array_feature_extractor();
Family binarizer();
Family cast_map();
Family dict_vectorizer();
Family category_mapper();
Family feature_vectorizer();
Family imputer();
Family label_encoder();
Family normalizer();
Family one_hot_encoder();
Family scaler();
Family zip_map();

// --- linear.cpp
Family linear_classifier();
Family linear_regressor();
Family svm_classifier();
Family svm_regressor();

// --- trees.cpp
Family tree_classifier();
Family tree_regressor();
Family tree_ensemble();

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
