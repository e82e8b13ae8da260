// SPDX-License-Identifier: Apache-2.0
//
// See instance.h.
#include "instance.h"

#include <algorithm>
#include <cstring>

namespace mortise::vulkan {
namespace {

constexpr char kValidationLayer[] = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL report_finding(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                              const VkDebugUtilsMessengerCallbackDataEXT* data, void* user) {
  static_cast<const sdk::Host*>(user)->log(MORTISE_LOG_ERROR, concat("Vulkan validation: ", data->pMessage));
  return VK_FALSE;
}

VkDebugUtilsMessengerCreateInfoEXT messenger_info(const sdk::Host& host) {
  return {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
          .pNext = nullptr,
          .flags = 0,
          .messageSeverity =
              VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
          .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
          .pfnUserCallback = report_finding,
          .pUserData = const_cast<sdk::Host*>(&host)};
}

// What a device is worth where several suit.
int rank_of(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return 2;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return 0;
    default:
      return 1;
  }
}

bool has_layer(const Functions& vk, const char* name) {
  uint32_t count = 0;
  if (vk.EnumerateInstanceLayerProperties(&count, nullptr) != VK_SUCCESS) return false;
  std::vector<VkLayerProperties> layers(count);
  if (vk.EnumerateInstanceLayerProperties(&count, layers.data()) != VK_SUCCESS) return false;
  return std::any_of(layers.begin(), layers.end(),
                     [&](const VkLayerProperties& layer) { return std::strcmp(layer.layerName, name) == 0; });
}

}  // namespace

Result<std::unique_ptr<Instance>> Instance::create(const Options& options, const sdk::Host& host) {
  MORTISE_ASSIGN(Loader loader, Loader::open(options.loader));
  std::unique_ptr<Instance> instance(new Instance(std::move(loader), host));
  MORTISE_TRY(instance->start(options));
  return instance;
}

Status Instance::start(const Options& options) {
  uint32_t version = VK_API_VERSION_1_0;
  if (vk().EnumerateInstanceVersion != nullptr) vk().EnumerateInstanceVersion(&version);
  if (version < VK_API_VERSION_1_1) {
    return Status(StatusCode::kUnavailable, "Vulkan: the loader knows only Vulkan 1.0; 1.1 or newer is needed");
  }
  if (options.validation && !has_layer(vk(), kValidationLayer)) {
    return Status(StatusCode::kUnavailable,
                  "Vulkan: option 'validation' needs the Khronos validation layer; install vulkan-validationlayers");
  }
  VkDebugUtilsMessengerCreateInfoEXT messages = messenger_info(host_);
  const VkValidationFeatureEnableEXT enabled[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  const VkValidationFeaturesEXT features{.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                         .pNext = &messages,
                                         .enabledValidationFeatureCount = 1,
                                         .pEnabledValidationFeatures = enabled,
                                         .disabledValidationFeatureCount = 0,
                                         .pDisabledValidationFeatures = nullptr};
  const VkApplicationInfo application{.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                      .pNext = nullptr,
                                      .pApplicationName = "Mortise",
                                      .applicationVersion = 1,
                                      .pEngineName = "Mortise",
                                      .engineVersion = 1,
                                      .apiVersion = VK_API_VERSION_1_1};
  const char* const layers[] = {kValidationLayer};
  const char* const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
  const uint32_t extras = options.validation ? 1 : 0;
  const VkInstanceCreateInfo info{.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                  .pNext = options.validation ? &features : nullptr,
                                  .flags = 0,
                                  .pApplicationInfo = &application,
                                  .enabledLayerCount = extras,
                                  .ppEnabledLayerNames = layers,
                                  .enabledExtensionCount = extras,
                                  .ppEnabledExtensionNames = extensions};
  const VkResult result = vk().CreateInstance(&info, nullptr, &handle_);
  if (result == VK_ERROR_INCOMPATIBLE_DRIVER) {
    return Status(StatusCode::kUnavailable,
                  "Vulkan: the loader finds no driver on this machine; install that of the device");
  }
  MORTISE_TRY(check(result, "CreateInstance"));
  loader_.load(handle_);
  if (!options.validation) return {};
  return check(vk().CreateDebugUtilsMessengerEXT(handle_, &messages, nullptr, &messenger_),
               "CreateDebugUtilsMessengerEXT");
}

Instance::~Instance() {
  if (handle_ == VK_NULL_HANDLE) return;
  if (messenger_ != VK_NULL_HANDLE) vk().DestroyDebugUtilsMessengerEXT(handle_, messenger_, nullptr);
  vk().DestroyInstance(handle_, nullptr);
}

Result<VkPhysicalDevice> Instance::choose(const Options& options) const {
  uint32_t count = 0;
  MORTISE_TRY(check(vk().EnumeratePhysicalDevices(handle_, &count, nullptr), "EnumeratePhysicalDevices"));
  std::vector<VkPhysicalDevice> devices(count);
  MORTISE_TRY(check(vk().EnumeratePhysicalDevices(handle_, &count, devices.data()), "EnumeratePhysicalDevices"));
  if (devices.empty()) return Status(StatusCode::kUnavailable, "Vulkan: there is no device on this machine");

  const bool is_number = !options.device.empty() && options.device.find_first_not_of("0123456789") == std::string::npos;
  VkPhysicalDevice best = VK_NULL_HANDLE;
  int best_rank = -1;
  std::string seen;
  for (size_t i = 0; i < devices.size(); ++i) {
    VkPhysicalDeviceProperties2 properties{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = nullptr};
    vk().GetPhysicalDeviceProperties2(devices[i], &properties);
    const VkPhysicalDeviceProperties& device = properties.properties;
    const std::string name = device.deviceName;
    const bool software = device.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    const bool asked = is_number ? options.device == std::to_string(i) : name.find(options.device) != std::string::npos;
    const bool recent = device.apiVersion >= VK_API_VERSION_1_1;
    seen += concat(seen.empty() ? "" : ", ", i, ": '", name, "'", software ? " (software)" : "",
                   recent ? "" : " (Vulkan 1.0)");
    if (!asked || !recent || (software && !options.allow_software)) continue;
    if (rank_of(device.deviceType) <= best_rank) continue;
    best = devices[i];
    best_rank = rank_of(device.deviceType);
  }
  if (best != VK_NULL_HANDLE) return best;
  const std::string wanted =
      options.device.empty() ? "" : concat(" that option 'device' = '", options.device, "' names");
  return make_error(StatusCode::kUnavailable, "Vulkan: there is no usable device", wanted, " (found ", seen,
                    "); option 'allow_software' admits software devices, which are for tests");
}

}  // namespace mortise::vulkan
