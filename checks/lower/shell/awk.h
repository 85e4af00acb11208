// Shell text that an awk program puts together: `system("kill " $2)`, `print "kill " $2 | "sh"`.
#pragma once

#include <vector>

#include "facts/text.h"

namespace procsafe::shell {

struct AwkText {
  Text text;              ///< what is not a string constant is a hole that holds `fields`
  bool executed = false;  ///< by awk itself; otherwise it is printed
};

/// The texts a program runs, and those it prints that begin with a constant.
[[nodiscard]] std::vector<AwkText> awk_texts(const Text& program, const ValueSet& fields);

}  // namespace procsafe::shell
