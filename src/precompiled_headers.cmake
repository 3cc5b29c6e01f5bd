# The headers that most sources include are parsed once: for the library and the drivers, and together with GoogleTest, at the
# optimisation that tests have, for the tests. Sources include what they use all the same: tests/includes_test.py sees to it,
# and -D THRESHER_PRECOMPILED_HEADERS=OFF (the default without a preset) compiles without.
set(thresher_common_headers <algorithm> <cmath> <functional> <map> <memory> <optional> <set> <span> <stdexcept> <string>
    <variant> <vector> <fmt/format.h>)

# Every target has the flags that these headers look at. Debian's pkg-config files hand on those that PETSc itself was built
# with (_FORTIFY_SOURCE among them), only to what links PETSc.
if(THRESHER_PRECOMPILED_HEADERS)
  set_target_properties(PkgConfig::PETSC PkgConfig::SLEPC PROPERTIES INTERFACE_COMPILE_OPTIONS "")
  target_compile_definitions(thresher_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>
                             $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
endif()

# A target that carries them; those that reuse it have its options and definitions (a macro that differs, where the headers
# look at it, makes the compiler parse them again).
function(thresher_precompile name)
  cmake_parse_arguments(HEADERS "" "" "LINKS;HEADERS;OPTIONS" ${ARGN})
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "// Carries precompiled headers.\n")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE thresher_options fmt::fmt ${HEADERS_LINKS})
  target_compile_options(${name} PRIVATE ${HEADERS_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${HEADERS_HEADERS})
endfunction()

# Lets a target use the headers that `carrier` has parsed.
function(thresher_use_precompiled target carrier)
  if(TARGET ${carrier})
    target_precompile_headers(${target} REUSE_FROM ${carrier})
    # ccache needs to see where they are used.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endfunction()
