# What ctest is told of the tests: what each runs, how much of the machine it takes, and how long it may last.

# Two pools share the machine when ctest is given the resources that tools/test writes: what computes takes cores, what
# mostly waits (for a kill, a time limit, Slurm) only a place beside it. Without them ctest goes by PROCESSORS.
#   POOL    cores or waiting
#   AMOUNT  of that pool (1)
#   COST    about the seconds that it takes, where it is long: so it starts early
# The processor seconds of each entry are left in Testing/seconds/, for tests/budget_test.py.
function(thresher_entry name)
  cmake_parse_arguments(ENTRY "" "POOL;AMOUNT;COST" "COMMAND" ${ARGN})
  if(NOT ENTRY_AMOUNT)
    set(ENTRY_AMOUNT 1)
  endif()
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tests/meter.sh ${PROJECT_BINARY_DIR}/Testing/seconds/${name}
           ${ENTRY_COMMAND})
  set_tests_properties(${name} PROPERTIES PROCESSORS ${ENTRY_AMOUNT} RESOURCE_GROUPS "${ENTRY_POOL}:${ENTRY_AMOUNT}"
                       TIMEOUT 1500)
  if(ENTRY_COST)
    set_tests_properties(${name} PROPERTIES COST ${ENTRY_COST})
  endif()
endfunction()

# Registers the classes of a unittest program one by one, as <prefix><program>.<class>: they run beside each other. A class
# counts when it has test methods of its own; registration_test.py holds that none is forgotten.
#   ARGUMENTS  of the program, before the class
function(thresher_python_tests program)
  cmake_parse_arguments(TEST "" "PREFIX;POOL;COST" "ARGUMENTS" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${program})
  get_filename_component(name ${program} NAME_WE)
  file(STRINGS ${program} lines REGEX "^class [A-Za-z]|^    def test_")
  set(class "")
  set(registered "")
  foreach(line ${lines})
    if(line MATCHES "^class ([A-Za-z0-9_]+)")
      set(class ${CMAKE_MATCH_1})
    elseif(NOT class STREQUAL registered)
      thresher_entry(${TEST_PREFIX}${name}.${class} POOL ${TEST_POOL} COST "${TEST_COST}"
                     COMMAND /usr/bin/python3 ${program} ${TEST_ARGUMENTS} ${class})
      set(registered ${class})
    endif()
  endforeach()
endfunction()
