// Inference of RNN, GRU and LSTM.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

// x [sequence, batch, features], r [directions, gates, hidden]; batch first where layout is 1.
Status infer_recurrent(InferContext& context) {
  for (const uint32_t i : {0, 1, 2}) MORTISE_TRY(context.expect_rank(i, 3));
  const bool batch_first = context.node().get_int("layout", 0) != 0;
  const bool both = context.node().get_string("direction", "forward") == "bidirectional";
  const Dim directions = known_dim(both ? 2 : 1);
  const Dim declared = to_extent(context.node().get_int("hidden_size", -1));
  const Dim hidden = either(declared, context.extent(2, 2));
  if (differ(declared, context.extent(2, 2))) {
    return context.error("attribute 'hidden_size' is ", declared.value, ", but its weights are ",
                         to_string(context.input(2)));
  }
  for (const uint32_t i : {1, 2}) {
    if (differ(directions, context.extent(i, 0))) {
      return context.error("input #", i, " is ", to_string(context.input(i)), ", but there are ", directions.value,
                           " directions");
    }
  }
  const Dim sequence = context.extent(0, batch_first ? 1 : 0);
  const Dim batch = context.extent(0, batch_first ? 0 : 1);
  context.set_shape(
      0, batch_first ? Dims{batch, sequence, directions, hidden} : Dims{sequence, directions, batch, hidden});
  const Dims state = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
  context.set_shape(1, state);
  context.set_shape(2, state);
  return {};
}

}  // namespace mortise::infer
