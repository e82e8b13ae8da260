// Allocations: how many the program has made through operator new, which is replaced by one that counts. Linked into
// tests of a program that must not allocate; not under a sanitizer, which brings an operator new of its own.
#pragma once

#include <cstdint>

namespace mortise::test {

uint64_t allocations();

}  // namespace mortise::test
