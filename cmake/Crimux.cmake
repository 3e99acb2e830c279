# One library per folder; crimux_library(NAME SOURCES... LIBS...) declares it, and the include graph
# is what LIBS says. Headers are named from the root: #include "base/fd.h".

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
# Brings RE2 (re2::re2) with it.
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(pugixml CONFIG REQUIRED)
find_package(SQLiteCpp CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(Catch2 CONFIG REQUIRED)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(libvirt REQUIRED IMPORTED_TARGET libvirt libvirt-qemu)
pkg_check_modules(libnl REQUIRED IMPORTED_TARGET libnl-route-3.0 libnl-3.0)
pkg_check_modules(libssh REQUIRED IMPORTED_TARGET libssh)
pkg_check_modules(libnghttp2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(libisofs REQUIRED IMPORTED_TARGET libisofs-1)

find_program(CCACHE ccache)
if(CCACHE)
  # Without these it takes no file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# Line tables are what a backtrace needs; all of -g costs a sixth of the build.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 imagines faults inside std::string as soon as it inlines enough of it.
  string(APPEND CMAKE_CXX_FLAGS_RELWITHDEBINFO
    " -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread")
endif()

add_library(crimux_flags INTERFACE)
target_compile_options(crimux_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -Wno-missing-field-initializers -pthread
  # With several files read as one, GCC takes what is local to them for a header's.
  $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>)
target_include_directories(crimux_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(crimux_flags INTERFACE CRIMUX_VERSION="${PROJECT_VERSION}")
target_link_libraries(crimux_flags INTERFACE fmt::fmt spdlog::spdlog)

# Two thirds of a file's compile time are spent on these headers. Files include what they use all the
# same: the preset "fuzz" builds without.
set(CRIMUX_PRECOMPILED
  <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional>
  <set> <string> <string_view> <system_error> <thread> <utility> <vector> <fmt/format.h>)

function(crimux_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_LIBS} PRIVATE crimux_flags)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  if(name STREQUAL crimux_base)
    target_precompile_headers(${name} PRIVATE ${CRIMUX_PRECOMPILED})
  else()
    target_precompile_headers(${name} REUSE_FROM crimux_base)
  endif()
endfunction()

# Tests are read by the compiler more often than run.
set(CRIMUX_TEST_OPTIONS $<$<CONFIG:RelWithDebInfo>:-O0>)

# A Catch2 program whose test cases ctest runs one by one, under the label "unit".
function(crimux_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE crimux_catch_main ${ARG_LIBS} crimux_flags)
  target_compile_options(${name} PRIVATE ${CRIMUX_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM crimux_test_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
