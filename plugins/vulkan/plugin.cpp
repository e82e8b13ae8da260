// SPDX-License-Identifier: Apache-2.0
//
// The one symbol that this plugin exports.
#include "mortise/sdk/plugin.h"

#include "provider.h"

MORTISE_PLUGIN(mortise::vulkan::VulkanProvider);
