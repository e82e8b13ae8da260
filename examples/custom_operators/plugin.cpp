// The operators as a plugin, for every application: mortise run model.onnx --provider ./libexample_operators.so
#include "operators.h"

MORTISE_PLUGIN(example::Operators);
