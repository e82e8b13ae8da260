# mortise::warnings: the warnings that our own code is free of. Linked privately, never exported.
add_library(mortise_warnings INTERFACE)
add_library(mortise::warnings ALIAS mortise_warnings)
target_compile_options(
  mortise_warnings
  INTERFACE -Wall -Wextra -Wpedantic
            # Designated initialisers leave the rest zero on purpose.
            -Wno-missing-field-initializers
            # GCC 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
            $<$<BOOL:${MORTISE_WARNINGS_AS_ERRORS}>:-Werror>)
