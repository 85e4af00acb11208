// Does anybody look at what a call returns?
#pragma once

#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// The outcome of a call that returns a status: unchecked when it is dropped, kept in a variable that nobody
/// reads, or dropped by a cast to void without a comment that says why.
[[nodiscard]] Outcome outcome_of(const Call& call, const Analysis& analysis);

/// Is the value of the expression used by anything?
[[nodiscard]] bool value_used(Syntax expression, const Analysis& analysis);

/// Is the variable read anywhere but in `except`, after it?
[[nodiscard]] bool read_elsewhere(const Variable& variable, Syntax except, const Analysis& analysis);

/// Does a timed wait for a process held locally go unnoticed when it expires, while nothing behind it ends the process
/// or waits again (T5)?
[[nodiscard]] bool leaves_child(const Call& wait, const Analysis& analysis);

}  // namespace procsafe::cpp
