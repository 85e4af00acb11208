#include "check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <thread>
#include <tuple>

#include "configs.h"
#include "output.h"
#include "pipeline.h"
#include "progress.h"
#include "report/json.h"
#include "report/sarif.h"
#include "report/text.h"
#include "rules.h"
#include "source/find.h"
#include "source/prefilter.h"
#include "source/read.h"

namespace procsafe {
namespace {

int usage_error(const std::string& message) {
  fmt::print(stderr, "procsafe: error: {}\n", message);
  return exit_failed;
}

/// What is wrong with the rule ids given, or nothing.
std::string check_rule_ids(const std::vector<std::string>& ids, const Catalog& catalog) {
  for (const std::string& id : ids) {
    if (catalog.find_rule(id) == nullptr) return unknown_rule(id, catalog);
  }
  return {};
}

unsigned threads(const CheckOptions& options) {
  return options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
}

PipelineOptions pipeline_options(const CheckOptions& options, const Prefilter* prefilter, const ReadOptions& read) {
  PipelineOptions pipeline;
  pipeline.judge.preset = options.preset.value_or(Preset::recommended);
  pipeline.judge.only = options.rules;
  pipeline.judge.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  pipeline.threads = threads(options);
  pipeline.prefilter = prefilter;
  pipeline.clang.tier = options.cpp;
  pipeline.clang.compile_database = options.build_directory;
  pipeline.clang.extra_arguments = options.extra_args;
  if (read.wanted) pipeline.wake = [&read](SourceFile& file) { wake(file, read); };
  return pipeline;
}

ReadOptions read_options(const CheckOptions& options, const Prefilter* prefilter) {
  ReadOptions read;
  read.max_file_size = options.max_file_size;
  read.threads = threads(options);
  if (prefilter != nullptr) read.wanted = [prefilter](const SourceFile& file) { return prefilter->passes(file); };
  return read;
}

void collect_problems(const std::vector<ReadProblem>& problems, Run& run) {
  for (const ReadProblem& problem : problems) {
    const Position place = problem.line == 0 ? Position{0, 0} : Position{problem.line, 1};
    run.notices.push_back({problem.level, problem.path, place, problem.message});
  }
}

void collect_file_notices(Run& run) {
  for (const FileResult& result : run.files) {
    for (const Notice& notice : result.facts.notices) {
      const Position place =
          notice.range == SourceRange{} ? Position{0, 0} : result.file.code_point_position(notice.range.begin);
      run.notices.push_back({notice.level, result.file.path, place, notice.message});
    }
  }
  std::stable_sort(run.notices.begin(), run.notices.end(), [](const RunNotice& a, const RunNotice& b) {
    return std::tie(a.path, a.position.line, a.position.column) < std::tie(b.path, b.position.line, b.position.column);
  });
}

bool colour_wanted(When when, int descriptor) {
  if (when != When::automatic) return when == When::always;
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return ::isatty(descriptor) == 1;
}

std::string render(const Run& run, const CheckOptions& options) {
  switch (options.format) {
    case Format::json: return render_json(run);
    case Format::sarif: return render_sarif(run);
    case Format::text: break;
  }
  const bool colour =
      options.output.empty() ? colour_wanted(options.colour, STDOUT_FILENO) : options.colour == When::always;
  return render_text(run, colour) + (options.statistics ? render_statistics(run) : "");
}

bool any_finding(const Run& run) {
  return std::any_of(run.files.begin(), run.files.end(), [](const FileResult& result) {
    return std::any_of(result.findings.begin(), result.findings.end(),
                       [](const Finding& finding) { return !finding.suppressed; });
  });
}

int report(const Run& run, const CheckOptions& options) {
  const std::string text = render(run, options);
  const std::string error = options.output.empty() ? write_standard_output(text) : write_file(options.output, text);
  fmt::print(stderr, "{}", render_notices(run, colour_wanted(options.colour, STDERR_FILENO)));
  if (!error.empty()) return usage_error(error);
  if (!complete(run)) return exit_failed;
  return any_finding(run) && !options.exit_zero ? exit_findings : exit_clean;
}

/// Why the command line cannot be followed; empty: nothing speaks against it.
std::string check_usage(const CheckOptions& options, const Catalog& catalog) {
  std::string error = check_rule_ids(options.rules, catalog);
  if (error.empty() && !options.output.empty()) error = check_output_path(options.output);
  return error;
}

/// Finds, reads and analyses; adds files and notices to the run.
void analyse_paths(const CheckOptions& options, Catalog& catalog, Run& run) {
  Progress progress(::isatty(STDERR_FILENO) == 1);
  FoundFiles found = find_files(options.paths, {options.excludes, !options.no_ignore, options.filter_named});
  Configs configs(options);
  configs.leave_out_excluded(found);
  configs.add_apis(catalog);
  std::optional<Prefilter> prefilter;
  if (!options.exhaustive) prefilter.emplace(catalog);
  const Prefilter* const leaves_out = prefilter ? &*prefilter : nullptr;
  const ReadOptions read = read_options(options, leaves_out);
  SourceSet sources = read_files(std::move(found), read);
  run.files_checked = sources.files.size();
  collect_problems(sources.problems, run);
  if (sources.files.empty() && sources.problems.empty() && !options.filter_named)
    run.notices.push_back(
        {Notice::Level::error, "", {0, 0}, "nothing to check: no file of a known language was found"});
  progress.expect(static_cast<std::size_t>(
      std::count_if(sources.files.begin(), sources.files.end(), [](const SourceFile& file) { return !file.dormant; })));
  PipelineOptions pipeline = pipeline_options(options, leaves_out, read);
  pipeline.configure = [&](const SourceFile& file, JudgeOptions& judging) { configs.apply(file, judging); };
  pipeline.lowered = [&] { progress.step(); };
  run.files = analyse(std::move(sources.files), catalog, pipeline);
}

}  // namespace

int run_check(const CheckOptions& options) {
  Catalog catalog = Catalog::load();
  if (const std::string error = check_usage(options, catalog); !error.empty()) return usage_error(error);
  Run run;
  run.catalog = &catalog;
  run.directory = std::filesystem::current_path();
  run.version = PROCSAFE_VERSION;
  run.show_suppressed = options.show_suppressed;
  analyse_paths(options, catalog, run);
  collect_file_notices(run);
  return report(run, options);
}

}  // namespace procsafe
