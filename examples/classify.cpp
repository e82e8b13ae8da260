// The README's example: a model, a configuration, one run. A test compares the two texts.
#include <mortise/core/session.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto config = mortise::Config::load(argv[2]);
  if (!config.ok()) return std::cerr << config.status().message() << '\n', 1;
  auto session = mortise::Session::load(argv[1], *config);
  if (!session.ok()) return std::cerr << session.status().message() << '\n', 1;

  const std::vector<float> pixels(64, 0.5f);
  auto outputs = session->run({{"image", mortise::Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels))}});
  if (!outputs.ok()) return std::cerr << outputs.status().message() << '\n', 1;
  for (const float p : outputs->at("probabilities").tensor.elements<float>()) std::cout << p << ' ';
  std::cout << '\n';
}
