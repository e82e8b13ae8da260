# mortise::quick_build: for code that asks others to compute (commands, the suite's cases, tests). GCC takes half as long
# again to compile it with -O3, and it runs no faster. Linked privately, never exported.
add_library(mortise_quick_build INTERFACE)
add_library(mortise::quick_build ALIAS mortise_quick_build)
target_compile_options(mortise_quick_build INTERFACE $<$<CONFIG:Release>:-O1>)
