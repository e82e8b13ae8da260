// What a shared library exports, read from the file: nothing of it is loaded or run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

struct ExportedSymbol {
  std::string name;
  bool is_constant = false;  // data in a section that is read-only once the library is loaded
};

// The symbols of the dynamic symbol table that the library defines and others may bind to, in the file's order; those
// that only name a version are left out. Fails for a file that is no 64-bit ELF of this machine's byte order, is cut
// off, or has no section headers.
Result<std::vector<ExportedSymbol>> exported_symbols(const std::filesystem::path& library);

}  // namespace mortise::conformance
