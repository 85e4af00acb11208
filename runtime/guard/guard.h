// The guard: one per manager.
#pragma once

namespace procsafe::guard {

/// Serves the manager until it or the sentinel is gone, then kills everything below and exits. Descriptors are as in
/// system.h; all signals are blocked; the caller is a subreaper.
[[noreturn]] void run_guard(int sentinel);

}  // namespace procsafe::guard
