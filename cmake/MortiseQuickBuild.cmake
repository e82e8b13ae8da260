# mortise::quick_build: for tests, which are compiled more often than they run: in Release they are built for a short
# compilation. Linked privately, never exported.
add_library(mortise_quick_build INTERFACE)
add_library(mortise::quick_build ALIAS mortise_quick_build)
target_compile_options(mortise_quick_build INTERFACE $<$<CONFIG:Release>:-O1>)
