// Rules as documents: rules/<id>.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facts/attributes.h"
#include "facts/file_facts.h"

namespace procsafe {

enum class Severity : std::uint8_t { note, warning, error };
enum class Preset : std::uint8_t { recommended, strict };

/// One case of a rule's document: a fenced block of code. Several blocks with a `file=` belong to one
/// project when they follow each other under one heading.
struct RuleCase {
  std::string language;  ///< python, shell, c, cpp
  std::string file;      ///< name given by `file=…` behind the language, or empty
  std::string heading;   ///< the heading it stands under
  std::string code;
  std::uint32_t line = 0;  ///< of the first line of code in the document
};

/// The fenced blocks of a piece of Markdown whose first line has the number `line`.
[[nodiscard]] std::vector<RuleCase> parse_blocks(std::string_view markdown, std::uint32_t line);

/// `attribute = [values]`: true when the operation has one of the values.
struct Condition {
  Attribute attribute;
  std::uint64_t values = 0;  ///< bit i set: value i matches
};

/// A conjunction of conditions; a rule fires when one of its clauses matches.
using Clause = std::vector<Condition>;

struct Rule {
  std::string id;
  Severity severity = Severity::error;
  Preset preset = Preset::recommended;
  std::string summary;  ///< one sentence, for tables and SARIF's shortDescription
  std::string message;  ///< of a finding; `{what}`, `{origin}`, `{timeout}` … are replaced
  std::string advice;   ///< one line under the code frame
  std::vector<std::string> languages;
  std::vector<std::string> tags;
  std::vector<std::uint32_t> cwe;
  std::string security_severity;  ///< "0.0" to "10.0", as GitHub reads it; empty: none
  std::vector<Clause> when;       ///< empty: the judge itself reports it (suppression errors)
  std::string document;           ///< the Markdown behind the front matter
  std::vector<RuleCase> cases;

  [[nodiscard]] bool matches(const AttributeSet& attributes) const;
  /// The text under `## heading`, or empty.
  [[nodiscard]] std::string_view section(std::string_view heading) const;
};

/// Parses a rule document: TOML front matter between `+++` lines, then Markdown. Throws CatalogError
/// naming `source`, line and what is wrong: unknown keys, attributes and values are errors.
[[nodiscard]] Rule parse_rule(std::string_view text, std::string_view source);

}  // namespace procsafe
