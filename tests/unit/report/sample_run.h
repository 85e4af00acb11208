// A run made by hand, for the tests of reports.
#pragma once

#include <string>
#include <string_view>

#include "report/run.h"
#include "source/read.h"

namespace procsafe::test {

inline const Catalog& catalog() {
  static const Catalog loaded = Catalog::load();
  return loaded;
}

inline Run sample_run() {
  Run run;
  run.catalog = &catalog();
  run.directory = "/work";
  run.version = "1.2.3";
  return run;
}

inline FileResult& add_file(Run& run, std::string path, std::string text) {
  FileResult result;
  result.file = source_from_text(std::move(path), std::move(text));
  run.files.push_back(std::move(result));
  ++run.files_checked;
  return run.files.back();
}

/// Reports `rule` at the first occurrence of `text`.
inline Finding& add_finding(FileResult& result, std::string_view rule, std::string_view text, std::string message) {
  Finding finding;
  finding.rule = catalog().find_rule(rule);
  finding.path = result.file.path;
  const auto begin = static_cast<Offset>(result.file.text.find(text));
  finding.range = {begin, begin + static_cast<Offset>(text.size())};
  finding.message = std::move(message);
  result.findings.push_back(std::move(finding));
  return result.findings.back();
}

/// Field by field: g++ 12 takes a braced list of these for uninitialised.
inline void add_related(Finding& finding, std::string path, SourceRange range, std::string message) {
  Related related;
  related.location.path = std::move(path);
  related.location.range = range;
  related.message = std::move(message);
  finding.related.push_back(std::move(related));
}

}  // namespace procsafe::test
