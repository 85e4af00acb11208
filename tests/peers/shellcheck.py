#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="drives the program under test, with a limit"
"""ShellCheck's own test snippets as a corpus: no crash, no hang, and no finding that verdicts/shellcheck.tsv does not name.

The snippets (`prop_x = verify check "text"`) are read from ShellCheck's source, which is obtained when the test runs and
never kept here; the table holds the hash of a snippet, procsafe's rules, and why. 77: the source cannot be had.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

from obtain import Unobtainable, obtain
from peers import CHECK_SECONDS, HERE, SKIPPED, hash_of

PROPERTY = re.compile(r'^prop_\w+\s*=\s*\w+.*?("(?:[^"\\]|\\.)*")\s*$', re.MULTILINE)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "a": "\a", "&": ""}
ESCAPE = re.compile(r"\\(\d+|x[0-9a-fA-F]+|.)", re.DOTALL)
FEWEST = 1500  # of some 1,700: fewer means that the source is written otherwise


def text_of(literal: str) -> str:
    """The text of a Haskell string literal."""
    def replace(match):
        code = match.group(1)
        if code.isdigit():
            return chr(int(code))
        return chr(int(code[1:], 16)) if code[0] == "x" and len(code) > 1 else ESCAPES.get(code, code)
    return ESCAPE.sub(replace, literal[1:-1])


def snippets_of(root: pathlib.Path) -> list:
    found = {}
    for path in sorted(root.rglob("*.hs")):
        for match in PROPERTY.finditer(path.read_text(errors="replace")):
            text = text_of(match.group(1))
            found.setdefault(hash_of(text), text)
    return sorted(found.items())


def rules_by_hash(procsafe: str, snippets: list) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        for key, text in snippets:
            dialect = "ksh" if "ksh" in text.split("\n", 1)[0] else "sh" if text.startswith("#!/bin/sh") else "bash"
            pathlib.Path(folder, f"{key}.{dialect}").write_text(text + "\n", errors="surrogateescape")
        command = [procsafe, "check", "--no-config", "--no-ignore", "--preset", "strict", "--format", "json", "."]
        done = subprocess.run(command, cwd=folder, timeout=CHECK_SECONDS, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
    if done.returncode not in (0, 1, 2):  # 2: some snippets are broken on purpose
        sys.exit(f"procsafe: unexpected exit status {done.returncode}\n{done.stderr}")
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout)["findings"]:
        found[pathlib.PurePath(finding["path"]).stem].add(finding["rule"])
    return {key: " ".join(sorted(rules)) for key, rules in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--procsafe", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--work", type=pathlib.Path, required=True, help="where the source is unpacked, and found again")
    parser.add_argument("--tree", type=pathlib.Path, help="ShellCheck's source, when it is here already")
    parser.add_argument("--show", action="store_true", help="print every snippet with a finding, for reading")
    options = parser.parse_args()
    corpora = {corpus["name"]: corpus for corpus in tomllib.loads((HERE / "corpora.toml").read_text())["corpus"]}
    try:
        root = options.tree or obtain(corpora["shellcheck"], options.work)
    except Unobtainable as problem:
        print(f"SKIPPED: the source of ShellCheck cannot be had: {problem}")
        return SKIPPED
    snippets = snippets_of(root)
    found = rules_by_hash(options.procsafe, snippets)
    rows = [line.split("\t") for line in (HERE / "verdicts" / "shellcheck.tsv").read_text().splitlines()
            if line and not line.startswith("#")]
    table = {key: rules for key, rules, reason in rows if reason}
    texts = dict(snippets)
    if options.show:
        for key, rules in sorted(found.items()):
            print(f"{key}\t{rules}\t{texts[key]!r}")
    wrong = [key for key in texts if found.get(key, "-") != table.get(key, "-")]
    for key in wrong:
        print(f"{texts[key]!r}: {found.get(key, '-')}, but the table says {table.get(key, '-')} ({key})")
    print(f"{len(snippets)} snippets, {len(found)} with findings, {len(wrong)} not as in the table")
    return 1 if wrong or len(snippets) < FEWEST else 0


if __name__ == "__main__":
    sys.exit(main())
