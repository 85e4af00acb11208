// Semantic version of procsafe. The build fails when it differs from the CMake project's.
#pragma once

#define PROCSAFE_VERSION_MAJOR 0
#define PROCSAFE_VERSION_MINOR 1
#define PROCSAFE_VERSION_PATCH 0

/// One number to compare: 0.1.0 is 100, 1.2.3 is 10203.
#define PROCSAFE_VERSION (PROCSAFE_VERSION_MAJOR * 10000 + PROCSAFE_VERSION_MINOR * 100 + PROCSAFE_VERSION_PATCH)

namespace procsafe {

/// PROCSAFE_VERSION of the library the program runs with, which for a shared library may not be the one it was
/// compiled with. ProcessManager refuses to start when the two are not compatible (same major version; before 1.0
/// same minor version). Thread-safe, async-signal-safe.
int library_version() noexcept;

}  // namespace procsafe
