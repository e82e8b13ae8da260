// Dropout: in training the derivative is dropped where the element was, and scaled like it; the mask is the operator's
// own second output, as a second draw would differ.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

// Inputs from version 12 on: data, ratio, training_mode. Versions 7 and 10 only infer.
Status differentiate_dropout(Derivation& d) {
  const Term training = d.x(2);
  if (!training) {
    d.give(0, d.dy());
    return {};
  }
  Term mask = d.y(1);
  if (!mask) mask = d.emitter().extend_outputs(d.id(), 1, Type::tensor(DType::kBool, d.x().type().dims));
  const Term ratio = d.x(1) ? cast(d.x(1), d.x().dtype()) : number(0.5, d.x());
  d.give(0, where(training, only_where(mask, d.dy()) / (1.0 - ratio), d.dy()));
  return {};
}

}  // namespace mortise::gradient
