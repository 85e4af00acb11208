// What the host programs of tests have in common: they start a tree, wait until it stands, and end in a named way.
#pragma once

#include <string>

namespace procsafe::test {

/// Waits until `processes` of the tree have reported in the file `ready`; ends the program with status 90 when they do
/// not within 20 s.
void wait_for_tree(const std::string& ready, std::size_t processes);

/// Ends the program by exit, _exit, throw or abort, as `how` says, or gives the status to return from main for
/// "return". Returns -1 for every other word.
int end_program(const std::string& how);

}  // namespace procsafe::test
