// The operators inside one application, without a plugin file: application model.onnx
#include <mortise/core/session.h>

#include <iostream>

#include "operators.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  mortise::LoadInput input;
  input.path = argv[1];
  input.plugins = {&mortise::sdk::Plugin<example::Operators>::kEntry};
  auto session = mortise::Session::load(std::move(input));
  if (!session.ok()) return std::cerr << session.status().message() << '\n', 1;

  auto outputs = session->run({{"x", mortise::Tensor::of<float>({1, 4}, {0.5f, 7, -9, 1})}});
  if (!outputs.ok()) return std::cerr << outputs.status().message() << '\n', 1;
  for (const float y : outputs->at("y").tensor.elements<float>()) std::cout << y << ' ';
  std::cout << '\n';
}
