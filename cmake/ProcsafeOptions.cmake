# Language level, warnings and sanitizers of everything that is ours. Third-party code is compiled
# without them (see Grammars.cmake).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(PROCSAFE_CCACHE ccache)
if(PROCSAFE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${PROCSAFE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${PROCSAFE_CCACHE}")
endif()

set(PROCSAFE_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

add_library(procsafe_options INTERFACE)
target_compile_options(procsafe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror -fno-strict-aliasing)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports overflows inside libstdc++'s own std::string code when it inlines (GCC bug 105651).
  target_compile_options(procsafe_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++ 12 uses its own deprecated get_temporary_buffer in std::stable_sort, and Clang says so in our name.
  target_compile_options(procsafe_options INTERFACE -Wno-deprecated-declarations)
endif()
if(PROCSAFE_SANITIZE)
  # Global: tree-sitter and its scanners parse foreign bytes, they are instrumented too.
  add_compile_options(-fsanitize=${PROCSAFE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PROCSAFE_SANITIZE})
endif()
