# gRPC and Abseil as archives. As shared objects they are fifty, whose calls of each other all go
# through tables of the dynamic linker, on pages far apart: about a tenth of what a proxied call costs.
#
# Debian's packages hold both forms; their CMake files tell of the shared one.
get_property(imported DIRECTORY PROPERTY IMPORTED_TARGETS)
foreach(target IN LISTS imported)
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  if(NOT target MATCHES "^(gRPC|absl)::" OR NOT configurations)
    continue()
  endif()
  foreach(configuration IN LISTS configurations)
    get_target_property(shared ${target} IMPORTED_LOCATION_${configuration})
    if(NOT shared MATCHES "\\.so[.0-9]*$")
      continue()
    endif()
    string(REGEX REPLACE "\\.so[.0-9]*$" ".a" archive "${shared}")
    if(NOT EXISTS "${archive}")
      # Some of both would mean Abseil twice in a process.
      message(FATAL_ERROR "CRIMUX_STATIC_GRPC: ${target} has no archive ${archive}")
    endif()
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_${configuration} "${archive}")
  endforeach()
endforeach()
