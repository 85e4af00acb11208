// Commands as procsafe/c_api.h describes them.
#pragma once

#include <procsafe/c_api.h>
#include <procsafe/process_manager.h>

namespace procsafe {

/// `standard` holds where the command says nothing. Throws UsageError for a stream of a kind that does not exist there.
Command command_of(const procsafe_command& command, const StopPolicy& standard);

/// `otherwise` where a time is negative or the signal is 0 or negative.
StopPolicy policy_of(int soft_signal, std::int64_t grace_ms, std::int64_t kill_wait_ms, const StopPolicy& otherwise);

}  // namespace procsafe
