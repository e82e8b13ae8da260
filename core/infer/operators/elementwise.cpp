#include "core/infer/operator_table.h"

namespace mortise::infer {

Status infer_nothing(InferContext&) { return {}; }

}  // namespace mortise::infer
