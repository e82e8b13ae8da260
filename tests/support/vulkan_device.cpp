// In tests that open a Vulkan device AddressSanitizer looks for everything but leaks: drivers and layers lose some bytes
// of their own, and are unloaded before it could tell whose they are. The other tests of the preset asan see no driver
// (VK_ICD_FILENAMES in CMakePresets.json). Objects of Vulkan that we leak are found by the validation layer.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's name
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() { return "detect_leaks=0"; }
