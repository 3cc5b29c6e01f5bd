# Writes version.cpp with the commit that is checked out, marked where the library's sources differ from it.
execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE THRESHER_GIT_COMMIT
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(THRESHER_GIT_COMMIT)
  execute_process(COMMAND git -C ${SOURCE} diff --quiet HEAD -- CMakeLists.txt src drivers RESULT_VARIABLE changed
                  ERROR_QUIET)
  if(changed)
    string(APPEND THRESHER_GIT_COMMIT "-modified")
  endif()
else()
  set(THRESHER_GIT_COMMIT unknown)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.cpp.in ${OUTPUT} @ONLY)
