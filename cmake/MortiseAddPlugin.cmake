# mortise_add_plugin(name SOURCES source… MANIFEST manifest.json [OUTPUT_DIRECTORY directory] [LIBRARIES library…]
#                    [COMPONENT component])
#
# Makes the plugin lib<name>.so: a module that exports `mortise_entry` and nothing else, with its manifest copied beside
# it. The directory is OUTPUT_DIRECTORY, else MORTISE_PLUGIN_DIRECTORY, else the current binary directory. `cmake
# --install` puts both into lib/mortise, where a host installed in the same prefix finds them; COMPONENT is the install
# component. Needs only the target mortise::sdk, so that it works in a vendor's own tree after find_package(mortise
# COMPONENTS sdk).
function(mortise_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "COMPONENT;MANIFEST;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES")
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES OR NOT ARG_MANIFEST)
    message(FATAL_ERROR "mortise_add_plugin(${name}): give SOURCES and MANIFEST, and nothing unknown (${ARG_UNPARSED_ARGUMENTS})")
  endif()
  if(NOT ARG_OUTPUT_DIRECTORY)
    set(ARG_OUTPUT_DIRECTORY ${MORTISE_PLUGIN_DIRECTORY})
  endif()
  if(NOT ARG_OUTPUT_DIRECTORY)
    set(ARG_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/mortise_plugin.map)

  add_library(${name} MODULE ${ARG_SOURCES})
  # mortise::sdk asks for C++20, which a project in C alone does not have.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(CXX IN_LIST languages)
    target_link_libraries(${name} PRIVATE mortise::sdk)
  endif()
  target_link_libraries(${name} PRIVATE mortise::abi ${ARG_LIBRARIES})
  set_target_properties(
    ${name}
    PROPERTIES PREFIX lib
               SUFFIX .so
               C_VISIBILITY_PRESET hidden
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LIBRARY_OUTPUT_DIRECTORY ${ARG_OUTPUT_DIRECTORY}
               LINK_DEPENDS ${version_script})
  target_link_options(${name} PRIVATE LINKER:--version-script=${version_script})

  get_filename_component(manifest ${ARG_MANIFEST} ABSOLUTE)
  get_filename_component(manifest_name ${manifest} NAME)
  set(copy ${ARG_OUTPUT_DIRECTORY}/${manifest_name})
  add_custom_command(
    OUTPUT ${copy}
    COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${copy}
    DEPENDS ${manifest}
    VERBATIM)
  add_custom_target(${name}_manifest DEPENDS ${copy})
  add_dependencies(${name} ${name}_manifest)

  set(component)
  if(ARG_COMPONENT)
    set(component COMPONENT ${ARG_COMPONENT})
  endif()
  install(TARGETS ${name} LIBRARY DESTINATION lib/mortise ${component})
  install(FILES ${manifest} DESTINATION lib/mortise ${component})
endfunction()
