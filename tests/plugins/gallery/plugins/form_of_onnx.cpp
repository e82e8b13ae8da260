// The provider's own operator is said to be of ONNX's domain.
#include "operators.h"

class gallery::Broken : public OperatorsPlugin {
 public:
  Broken() { form.domain = ""; }
};

MORTISE_GALLERY_PLUGIN(Broken);
