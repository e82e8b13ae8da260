# mortise::warnings: the warnings that our own code is free of. Linked privately, never exported.
add_library(mortise_warnings INTERFACE)
add_library(mortise::warnings ALIAS mortise_warnings)
target_compile_options(
  mortise_warnings
  INTERFACE -Wall -Wextra -Wpedantic
            # Designated initialisers leave the rest zero on purpose.
            -Wno-missing-field-initializers
            $<$<BOOL:${MORTISE_DEVELOPER_MODE}>:-Werror>)
