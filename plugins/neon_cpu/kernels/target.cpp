// SPDX-License-Identifier: Apache-2.0
//
// See target.h.
#include "target.h"

#include "hwy/targets.h"

namespace mortise::neon {

bool target_runs_here() { return (HWY_SUPPORTED_TARGETS & HWY_TARGETS) != 0; }

const char* target_name() {
  const int64_t runs = HWY_SUPPORTED_TARGETS & HWY_TARGETS;
  return hwy::TargetName(runs & -runs);
}

namespace {

std::vector<std::string> names_of(int64_t targets) {
  std::vector<std::string> names;
  for (; targets != 0; targets &= targets - 1) names.emplace_back(hwy::TargetName(targets & -targets));
  return names;
}

}  // namespace

std::vector<std::string> compiled_targets() { return names_of(HWY_TARGETS); }

std::vector<std::string> targets() { return names_of(HWY_SUPPORTED_TARGETS & HWY_TARGETS); }

bool choose_target(const std::string& name) {
#if HWY_TARGETS & (HWY_TARGETS - 1)
  hwy::SetSupportedTargetsForTest(0);
  int64_t chosen = 0;
  if (!name.empty()) {
    int64_t left = hwy::SupportedTargets() & HWY_TARGETS;
    while (left != 0 && name != hwy::TargetName(left & -left)) left &= left - 1;
    if (left == 0) return false;
    // The weaker ones stay: a kernel that has no version for the chosen target takes the next.
    chosen = left;
    hwy::SetSupportedTargetsForTest(chosen);
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return true;
#else
  return name.empty() || name == hwy::TargetName(HWY_TARGETS);
#endif
}

}  // namespace mortise::neon
