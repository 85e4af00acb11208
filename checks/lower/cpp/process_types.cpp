#include "lower/cpp/process_types.h"

#include <algorithm>
#include <array>
#include <span>

namespace procsafe::cpp {
namespace {

constexpr std::array<std::string_view, 8> kOnly{"pid_t",    "GPid",      "Q_PID",         "PROCESS_INFORMATION",
                                                "uv_pid_t", "ProcessId", "ProcessHandle", "pid_type"};
constexpr std::array<std::string_view, 18> kAlso{"int",  "long", "DWORD",   "HANDLE",   "qint64", "uint32_t",
                                                 "FILE", "auto", "int32_t", "unsigned", "LONG",   "ULONG",
                                                 "UINT", "uint", "int64_t", "uint64_t", "size_t", "short"};

bool names_one_of(const TypeName& type, std::span<const std::string_view> types) {
  const auto known = [&](std::string_view name) {
    return std::find(types.begin(), types.end(), last_component(name)) != types.end();
  };
  return known(type.name) || std::any_of(type.arguments.begin(), type.arguments.end(), known);
}

}  // namespace

bool can_hold_process(const TypeName& type) { return holds_only_processes(type) || names_one_of(type, kAlso); }

bool holds_only_processes(const TypeName& type) { return names_one_of(type, kOnly); }

}  // namespace procsafe::cpp
