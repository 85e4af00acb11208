#include <gtest/gtest.h>

#include <string>

#include "lower/shell/syntax.h"

namespace procsafe::shell {
namespace {

std::unique_ptr<Syntax> read(std::string_view script, Dialect dialect = Dialect::bash) {
  Text text;
  text.append_verbatim(script, 0);
  return read_script(std::move(text), dialect);
}

TEST(Reader, AcceptsWhatShellsAccept) {
  for (const char* script : {
           "if a; then b; elif c; then d; else e; fi",
           "case $x in (a|b) c ;; *) d & ;; esac",
           "for ((i = 0; i < 3; i++)); do a; done",
           "for a in *.{c,h} $(ls) \"${x[@]}\"\ndo\n  b\ndone",
           "f() { local a=(1 2 [5]=3) b=$!; } >log 2>&1",
           "function g-h { a; }\nfunction k () ( a )",
           "cat <<A <<-'B' | c && d\n$(e)\nA\n\t$x\n\tB\nf",
           "[[ $a =~ ^([0-9]+)$ && ! -f b || ($c == @(d|e)*) ]]",
           "echo $((1 + (2 * 3))) $(( a ? b : c )) `d \\`e\\` \"$f\"` ${g:-\"h i\"} ${#j} ${!k} ${l//m/n}",
           "a <(b) >(c) {fd}>d &>>e <<<\"f\" 3<>g",
           "coproc X { a; }; time -p b | c; ! d; until e; do :; done; select x in a b; do break; done",
           "a=$'\\'b\\x41\\n' c=$\"d\" e='f'\\''g'",
           "while read -r a; do b; done < <(c) | d |& e",
           "a() { b; }; a &&\n# comment\nc ||\nd",
           "{ a; }; (b); ((c)); (( d )) && e",
           "x+=(a b)\ny[3]+=z\nexport P=1 Q",
           "echo a\\\n  b # c\r\nd\r\n",
           "case a in\nesac",
           "if a\nthen\n  b <<E\nx\nE\nfi",
       }) {
    EXPECT_TRUE(read(script)->errors.empty()) << script;
  }
}

TEST(Reader, AcceptsZsh) {
  for (const char* script : {
           "for f (a b) { echo $f }",
           "if [[ -f x ]] { a } else { b }",
           "a &!\nb &|",
           "for x in *(.N); do a; done",
           "print -l ${(f)\"$(ls)\"} ${=x} $a[1]",
           "() { a; }",
           "foreach x (a b)\n  c\nend",
           "{ a } always { b }",
           "while (( i < 3 )) { a }",
           "diff =(a) =(b)",
       }) {
    EXPECT_TRUE(read(script, Dialect::zsh)->errors.empty()) << script;
  }
}

TEST(Reader, NamesWhatItCannotRead) {
  for (const char* script : {"if a; then b", "case x in a) b", "a 'b", "(a", "fi", "a \"$(b\"", "for", "a)"})
    EXPECT_FALSE(read(script)->errors.empty()) << script;
}

TEST(Reader, GoesOnBehindAnError) {
  const auto syntax = read("fi\nkill 1\n");
  ASSERT_FALSE(syntax->statements.empty());
  EXPECT_EQ(syntax->statements.back()->span.source(), "kill 1");
}

TEST(Reader, KeepsPlacesThroughBackquotes) {
  const auto syntax = read("a `b \\`c\\``");
  const Word& word = syntax->statements.front()->words.at(1);
  const Statement& inner = *word.parts.front().body.front();
  const Statement& innermost = *inner.words.at(1).parts.front().body.front();
  EXPECT_EQ(innermost.span.source(), "c");
  EXPECT_EQ(innermost.span.range(), (SourceRange{7, 8}));
}

TEST(Reader, LeavesOutWhatIsNestedTooDeep) {
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "$(";
  EXPECT_TRUE(read(deep)->too_deep);
  std::string groups;
  for (int i = 0; i < 20'000; ++i) groups += "{ if ";
  EXPECT_TRUE(read(groups)->too_deep);
  std::string quotes;
  for (int i = 0; i < 20'000; ++i) quotes += "\"${x:-";
  EXPECT_TRUE(read(quotes)->too_deep);
}

TEST(Reader, SurvivesEveryTruncation) {
  const std::string script =
      "f() { case $1 in (a) x <<E | y `z \\`q\\`` ;; esac; }\n$(h)\nE\n[[ $a =~ (b) ]] && for ((;;)); do "
      "echo ${a:-\"$(c)\"} $'\\x4' <(d) &> e; done &\nwhile read x; do kill $x; done < <(pgrep y)\n";
  for (std::size_t length = 0; length <= script.size(); ++length)
    EXPECT_NE(read(std::string_view(script).substr(0, length), length % 2 == 0 ? Dialect::bash : Dialect::zsh),
              nullptr);
}

}  // namespace
}  // namespace procsafe::shell
