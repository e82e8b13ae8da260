// Damage to ONNX models, for tests of whoever reads them. The same state of `random` does the same damage.
#pragma once

#include <random>
#include <string>

namespace mortise::test {

// Bits flipped, bytes overwritten, parts cut, repeated or dropped.
std::string mutate_bytes(std::string bytes, std::mt19937& random);

// A few fields, anywhere in a serialized ModelProto, set to extremes, removed, repeated, or exchanged for those of
// others of their kind. Bytes that are no model are damaged by mutate_bytes().
std::string mutate_fields(const std::string& bytes, std::mt19937& random);

}  // namespace mortise::test
