# mortise::quick_build: for code that asks others to compute (commands, the suite's cases, tests): in Release it is built
# for a short compilation. Kernels, the core and benchmarks are not. Linked privately, never exported.
add_library(mortise_quick_build INTERFACE)
add_library(mortise::quick_build ALIAS mortise_quick_build)
target_compile_options(mortise_quick_build INTERFACE $<$<CONFIG:Release>:-O1>)
