// TCP ports of this machine: who holds one, who answers on one.
#pragma once

#include <procsafe/service.h>

namespace procsafe {

/// Whether a connection to host:port succeeds within `limit`.
bool can_connect(const std::string& host, std::uint16_t port, milliseconds limit);

/// The status of an HTTP GET, 0 when there is no answer within `limit`.
int http_status(const std::string& host, std::uint16_t port, const std::string& path, milliseconds limit);

}  // namespace procsafe
