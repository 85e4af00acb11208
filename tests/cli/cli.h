// The command line as a user has it: the real program in a folder of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "run_program.h"
#include "temp_tree.h"

namespace procsafe::test {

class Cli : public testing::Test {
 protected:
  Cli() { options.directory = tree.root(); }

  /// Runs `procsafe` with these arguments in the tree.
  RunResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PROCSAFE_BINARY);
    return run_program(arguments, options);
  }
  RunResult check(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "check");
    return run(std::move(arguments));
  }

  TempTree tree;
  RunOptions options;
};

}  // namespace procsafe::test
