#include <algorithm>
#include <array>
#include <cctype>

#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

bool is_process_handle(Syntax handle, const Analysis& analysis) {
  const ValueSet values = analysis.values.resolved(analysis.values.of(handle));
  const bool known = std::any_of(values.begin(), values.end(), [](const Value& value) {
    const bool origin = value.kind == Value::Kind::pid || value.kind == Value::Kind::process;
    return origin && value.origin != Origin::unknown && value.origin != Origin::parameter;
  });
  if (known) return true;
  std::string name(handle.text());
  for (char& byte : name) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  constexpr std::array<std::string_view, 3> kWords{"process", "child", "hproc"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

}  // namespace procsafe::cpp
