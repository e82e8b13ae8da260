#include "tools/mortise/command/report.h"

#include <fstream>

#include "tools/mortise/command/command.h"

namespace mortise::tool {

void write_report(const std::string& path, const Placement& placement) {
  std::ofstream file(path, std::ios::binary);
  file << to_html(placement);
  file.close();
  if (!file) fail(kFailed, path + ": the report cannot be written; check the folder and the space on the disk");
}

}  // namespace mortise::tool
