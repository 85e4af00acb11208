#include "lower/shell/loop_words.h"

#include <algorithm>
#include <cctype>

namespace procsafe::shell {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::set<std::string> identifiers(std::string_view expression) {
  std::set<std::string> names;
  for (std::size_t at = 0; at < expression.size();) {
    if (!is_name(expression[at])) {
      ++at;
      continue;
    }
    std::size_t stop = at;
    while (stop < expression.size() && is_name(expression[stop])) ++stop;
    if (std::isdigit(static_cast<unsigned char>(expression[at])) == 0) names.emplace(expression.substr(at, stop - at));
    at = stop;
  }
  return names;
}

bool tells_time(std::string_view text) {
  return text.find("SECONDS") != std::string_view::npos || text.find("EPOCH") != std::string_view::npos ||
         text.find("date +") != std::string_view::npos || text.find("date \"+") != std::string_view::npos ||
         text.find("date '+") != std::string_view::npos || text.find("/proc/uptime") != std::string_view::npos;
}

std::set<std::string> expanded_names(std::string_view source) {
  std::set<std::string> names;
  for (std::size_t at = source.find('$'); at != std::string_view::npos; at = source.find('$', at + 1)) {
    std::size_t begin = at + 1;
    if (begin < source.size() && source[begin] == '{') ++begin;
    std::size_t stop = begin;
    while (stop < source.size() && is_name(source[stop])) ++stop;
    if (stop == begin && begin < source.size() && (source[begin] == '@' || source[begin] == '*')) ++stop;
    if (stop > begin) names.emplace(source.substr(begin, stop - begin));
  }
  return names;
}

bool names_limit(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::string_view kLimits[] = {"timeout",    "time_out",  "tm_out",   "deadline",  "elapsed",
                                                 "start_time", "starttime", "end_time", "endtime",   "max_wait",
                                                 "maxwait",    "retries",   "max_retr", "max_tries", "max_attempts"};
  return std::any_of(std::begin(kLimits), std::end(kLimits),
                     [&](std::string_view limit) { return name.find(limit) != std::string::npos; });
}

bool reads_file(const Statement& statement) {
  return std::any_of(statement.redirects.begin(), statement.redirects.end(), [](const Redirect& redirect) {
    return redirect.kind == Redirect::Kind::input || redirect.kind == Redirect::Kind::here_document ||
           redirect.kind == Redirect::Kind::here_string;
  });
}

bool writes_file(const Statement& statement) {
  return std::any_of(statement.redirects.begin(), statement.redirects.end(), [](const Redirect& redirect) {
    const bool output = redirect.kind == Redirect::Kind::output || redirect.kind == Redirect::Kind::append;
    return output && redirect.descriptor <= 1 && redirect.target.literal_text() != "/dev/null";
  });
}

void collect_names(const Word& word, std::set<std::string>& names) {
  for (const Part& part : word.parts) {
    if (part.kind == Part::Kind::parameter) names.insert(part.name);
    if (part.kind == Part::Kind::arithmetic) names.merge(identifiers(part.span.source()));
    if (part.operand) collect_names(*part.operand, names);
  }
}

bool has_command(const Word& word) {
  return std::any_of(word.parts.begin(), word.parts.end(),
                     [](const Part& part) { return part.kind == Part::Kind::command; });
}

bool is_file_test(std::string_view word) {
  return word.size() == 2 && word[0] == '-' &&
         std::string_view("bcdefghkprstuwxGLNOS").find(word[1]) != std::string_view::npos;
}

bool is_comparison(std::string_view word) {
  return is_one_of(word, {"-lt", "-le", "-gt", "-ge", "-eq", "-ne", "=", "==", "!=", "<", ">"});
}

}  // namespace procsafe::shell
