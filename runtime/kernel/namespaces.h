// PID namespaces with a /proc of their own, with or without a user namespace. Nothing here allocates.
#pragma once

#include <sys/types.h>

namespace procsafe::kernel {

/// fork(2) whose child is the init of a new PID namespace, in new mount and, if asked, user namespaces.
pid_t fork_into_namespaces(bool user_namespace);

/// In that child: makes /proc show the new namespace, and maps `user` and `group`, the parent's, to themselves where
/// there is a user namespace. Returns what failed, with errno, or null.
const char* enter_namespaces(bool user_namespace, uid_t user, gid_t group);

}  // namespace procsafe::kernel
