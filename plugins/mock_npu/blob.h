// SPDX-License-Identifier: Apache-2.0
//
// Blob: a program as bytes: magic, format version, length, checksum, content. Little-endian like the machine. Reading
// is bounds-checked and ends with check(), so that not even a forged blob makes the device leave its buffers.
#pragma once

#include <string>
#include <string_view>

#include "program.h"

namespace mortise::mock_npu {

// Equal programs give equal bytes.
std::string write_blob(const Program& program);
// MORTISE_DATA_LOSS for anything that write_blob() did not write.
Result<Program> read_blob(std::string_view blob);
// FNV-1a.
uint64_t checksum(std::string_view bytes, uint64_t seed = 0xcbf29ce484222325u);

}  // namespace mortise::mock_npu
