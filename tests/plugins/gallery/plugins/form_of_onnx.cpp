// The provider's own operator is said to be of ONNX's domain.
#include "operators.h"

namespace {

using namespace gallery;

class Broken : public OperatorsPlugin {
 public:
  mortise_operator_t form() override {
    mortise_operator_t form = OperatorsPlugin::form();
    form.domain = "";
    return form;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
