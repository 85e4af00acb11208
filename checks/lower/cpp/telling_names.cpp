#include "lower/cpp/telling_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace procsafe::cpp {
namespace {

/// Lower case, without what joins words: `Find_PidByName` is `findpidbyname`.
std::string squeezed(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    if (byte != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  }
  return text;
}

template <std::size_t N>
bool has_one_of(const std::string& name, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

}  // namespace

NamedOrigin origin_by_name(std::string_view function) {
  static constexpr std::array<std::string_view, 12> kSearch{
      "pidbyname",       "pidsbyname",  "pidof",          "findpid",  "findprocess", "processbyname",
      "processidbyname", "pidfromname", "getprocessidby", "pidbycmd", "procbyname",  "processesbyname"};
  static constexpr std::array<std::string_view, 6> kPidFile{"pidfile",     "readpid",      "loadpid",
                                                            "pidfromfile", "getdaemonpid", "lockfilepid"};
  static constexpr std::array<std::string_view, 9> kConversion{"strtou", "strtol", "strtoi",   "atoi", "atou",
                                                               "atol",   "str2",   "parseint", "toint"};
  const std::string name = squeezed(function);
  if (has_one_of(name, kSearch)) return NamedOrigin::search;
  if (has_one_of(name, kPidFile)) return NamedOrigin::pid_file;
  return has_one_of(name, kConversion) ? NamedOrigin::conversion : NamedOrigin::nothing;
}

bool sounds_like_container(std::string_view function) {
  static constexpr std::array<std::string_view, 10> kWords{"list", "array", "queue", "vector", "stack",
                                                           "iter", "hash",  "dict",  "table",  "ring"};
  const std::string name = squeezed(function);
  return name.find("string") == std::string::npos && has_one_of(name, kWords);
}

bool sounds_like_insertion(std::string_view function) {
  static constexpr std::array<std::string_view, 6> kWords{"add", "push", "append", "prepend", "insert", "enqueue"};
  return sounds_like_container(function) && has_one_of(squeezed(function), kWords);
}

bool sounds_like_process(std::string_view name) {
  for (const std::string_view word : {"pid", "Pid", "PID", "proc", "Proc", "child", "Child", "handle", "Handle", "pgid",
                                      "group", "worker", "victim", "target"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace procsafe::cpp
