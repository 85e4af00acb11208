// What names say of pids, where nothing else does.
#pragma once

#include <cstdint>
#include <string_view>

namespace procsafe::cpp {

enum class NamedOrigin : std::uint8_t {
  nothing,
  search,      ///< `find_pid_by_name`
  pid_file,    ///< `read_pidfile`
  conversion,  ///< `bb_strtou`: of its first argument
};

/// Does a function of that name look after a container, and does it put something in?
[[nodiscard]] bool sounds_like_container(std::string_view function);
[[nodiscard]] bool sounds_like_insertion(std::string_view function);

/// Does a variable or field of that name hold a pid, a group or a handle?
[[nodiscard]] bool sounds_like_process(std::string_view name);

[[nodiscard]] NamedOrigin origin_by_name(std::string_view function);

}  // namespace procsafe::cpp
