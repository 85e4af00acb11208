# Installs the runtime, then builds and runs a project that finds it by find_package and one by pkg-config.
set(prefix "${BUILD}/package-test/prefix")
set(work "${BUILD}/package-test/work")
file(REMOVE_RECURSE "${BUILD}/package-test")
file(MAKE_DIRECTORY "${work}")

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${work}" RESULT_VARIABLE status OUTPUT_VARIABLE output
    ERROR_VARIABLE output TIMEOUT 200)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}/runtime" --prefix "${prefix}")
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${work}" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${work}")
foreach(kind static shared default)
  # Away from the installation's default place, so that only the relative look-up or PM_GUARD can succeed.
  run("${CMAKE_COMMAND}" -E env "PM_GUARD=${prefix}/libexec/procsafe/procsafe-guard" "${work}/consumer_${kind}")
  if(NOT output STREQUAL "installed\n")
    message(FATAL_ERROR "consumer_${kind} printed '${output}'")
  endif()
endforeach()
# The shared library finds the guard relative to itself.
run("${CMAKE_COMMAND}" -E env --unset=PM_GUARD "${work}/consumer_shared")

file(GLOB_RECURSE pc "${prefix}/*/procsafe.pc")
get_filename_component(pc_dir "${pc}" DIRECTORY)
find_program(pkg_config pkg-config)
if(pkg_config)
  run("${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${pc_dir}" "${pkg_config}" "--define-variable=prefix=${prefix}"
    --static --cflags --libs procsafe)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run(c++ -std=c++20 "${SOURCE}/main.cpp" -o "${work}/consumer_pc" ${flags})
  run("${CMAKE_COMMAND}" -E env "PM_GUARD=${prefix}/libexec/procsafe/procsafe-guard"
    "LD_LIBRARY_PATH=${pc_dir}/.." "${work}/consumer_pc")
endif()
