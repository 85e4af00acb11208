// Everything known of one file, and what the analyses put together from it.
#pragma once

#include "lower/cpp/calls.h"
#include "lower/cpp/definitions.h"
#include "lower/cpp/texts.h"
#include "lower/cpp/unit.h"
#include "lower/cpp/values.h"

namespace procsafe::cpp {

struct Analysis {
  Analysis(const LowerInput& input, std::shared_ptr<const ParsedText>& parsed)
      : unit(input, parsed), values(unit), calls(unit, values), definitions(unit), texts(unit, values) {
    values.connect(calls, definitions, texts);
  }
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  Unit unit;
  Values values;
  CallTable calls;
  DefinitionTable definitions;
  Texts texts;
};

}  // namespace procsafe::cpp
