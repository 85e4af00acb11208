# tree-sitter and its grammars, from the npm packages that package-lock.json pins
# (`npm ci --ignore-scripts`; tools/dev deps does it).
set(PROCSAFE_NODE_MODULES "${CMAKE_SOURCE_DIR}/node_modules" CACHE PATH "Where npm put the grammars")
if(NOT EXISTS "${PROCSAFE_NODE_MODULES}/tree-sitter/vendor/tree-sitter/lib/src/lib.c")
  message(FATAL_ERROR "tree-sitter is not in ${PROCSAFE_NODE_MODULES}: run 'npm ci --ignore-scripts' "
                      "in ${CMAKE_SOURCE_DIR} (or 'tools/dev deps')")
endif()

set(core "${PROCSAFE_NODE_MODULES}/tree-sitter/vendor/tree-sitter/lib")
add_library(procsafe_grammars STATIC "${core}/src/lib.c")
# tree-sitter calls its scanners through pointers of another type: not ours to mend, and fatal under this check.
if(PROCSAFE_SANITIZE MATCHES "undefined" AND CMAKE_C_COMPILER_ID STREQUAL "Clang")
  target_compile_options(procsafe_grammars PRIVATE -fno-sanitize=function)
endif()
target_include_directories(procsafe_grammars SYSTEM PUBLIC "${core}/include" PRIVATE "${core}/src")
target_compile_definitions(procsafe_grammars PRIVATE _POSIX_C_SOURCE=200112L _DEFAULT_SOURCE)
# Generated parsers: thousands of switch cases that gain nothing from more optimisation.
target_compile_options(procsafe_grammars PRIVATE -w -O2)
foreach(grammar python bash c cpp)
  set(source "${PROCSAFE_NODE_MODULES}/tree-sitter-${grammar}/src")
  target_sources(procsafe_grammars PRIVATE "${source}/parser.c")
  set_source_files_properties("${source}/parser.c" PROPERTIES COMPILE_OPTIONS "-I${source}")
  if(EXISTS "${source}/scanner.c")
    target_sources(procsafe_grammars PRIVATE "${source}/scanner.c")
    set_source_files_properties("${source}/scanner.c" PROPERTIES COMPILE_OPTIONS "-I${source}")
  endif()
endforeach()
