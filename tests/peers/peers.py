#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="drives the program under test, each call with a limit"
"""Holds procsafe's verdicts on other linters' own test files against a table that was read by hand.

  peers.py check CORPUS   what procsafe reports now is what verdicts/CORPUS.tsv says; 77: the sources cannot be had
  peers.py show CORPUS    what it reports, line by line beside the table, for reading

A row of the table is one line of a test file: path, line, hash of the line, what the peer says of it, the class of the
difference, procsafe's rules, and why. Classes: `same` obligation; `trigger`, ours is wider or narrower on purpose;
`other`, not ours; `reversed`, the peer recommends what we report. Code of the peers is not kept.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import subprocess
import sys
import tomllib

from obtain import Unobtainable, obtain

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
CHECK_SECONDS = 120
CLASSES = {"same", "trigger", "other", "reversed"}
Row = collections.namedtuple("Row", "path line hash peer kind rules reason")


def hash_of(line: str) -> str:
    return hashlib.sha256(line.strip().encode()).hexdigest()[:12]


def read_table(corpus: str) -> list:
    rows = []
    for number, text in enumerate((HERE / "verdicts" / f"{corpus}.tsv").read_text().splitlines(), 1):
        if not text or text.startswith("#"):
            continue
        fields = text.split("\t")
        if len(fields) != len(Row._fields) or fields[4] not in CLASSES or not fields[6]:
            sys.exit(f"verdicts/{corpus}.tsv:{number}: not a row")
        rows.append(Row(*fields)._replace(line=int(fields[1])))
    return rows


def findings(procsafe: str, files: list, root: pathlib.Path) -> dict:
    """Rules by path and line."""
    command = [procsafe, "check", "--no-config", "--no-ignore", "--preset", "strict", "--format", "json", *files]
    done = subprocess.run(command, cwd=root, timeout=CHECK_SECONDS, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):  # 2: a peer's file may be broken on purpose
        sys.exit(f"{' '.join(command)}: unexpected exit status {done.returncode}\n{done.stderr}")
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout)["findings"]:
        found[finding["path"], finding["line"]].add(finding["rule"])
    return found


def place_of(row: Row, lines: list):
    """Where the line of the row stands now; None: the peer changed it."""
    near = sorted(range(len(lines)), key=lambda index: abs(index + 1 - row.line))
    return next((index + 1 for index in near if hash_of(lines[index]) == row.hash), None)


def compare(rows: list, found: dict, root: pathlib.Path) -> tuple:
    """What differs, and how many rows the peer's file no longer has."""
    texts, wrong, gone, told = {}, [], 0, set()
    for row in rows:
        if row.path not in texts:
            path = root / row.path
            texts[row.path] = path.read_text(errors="replace").splitlines() if path.exists() else []
        line = place_of(row, texts[row.path])
        if line is None:
            gone += 1
            continue
        told.add((row.path, line))
        now = " ".join(sorted(found.get((row.path, line), ()))) or "-"
        if now != row.rules:
            wrong.append(f"{row.path}:{line}: {now}, but the table says {row.rules} ({row.reason})")
    for (path, line), rules in sorted(found.items()):
        if (path, line) not in told:
            wrong.append(f"{path}:{line}: {' '.join(sorted(rules))}, and the table has no row")
    return wrong, gone


def show(rows: list, found: dict, root: pathlib.Path) -> None:
    by_place = {(row.path, row.line): row for row in rows}
    for path, line in sorted({*by_place, *found}):
        text = (root / path).read_text(errors="replace").splitlines()[line - 1].strip()
        row = by_place.get((path, line))
        print(f"{path}:{line}: {text}\n    now   {' '.join(sorted(found.get((path, line), ()))) or '-'}\n"
              f"    table {f'{row.rules} | {row.kind} | peer {row.peer} | {row.reason}' if row else 'no row'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "show"])
    parser.add_argument("corpus")
    parser.add_argument("--procsafe", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--work", type=pathlib.Path, required=True, help="where sources are unpacked, and found again")
    parser.add_argument("--tree", type=pathlib.Path, help="the corpus' sources, when they are here already")
    options = parser.parse_args()
    corpora = {corpus["name"]: corpus for corpus in tomllib.loads((HERE / "corpora.toml").read_text())["corpus"]}
    corpus = corpora[options.corpus]
    try:
        root = options.tree or obtain(corpus, options.work)
    except Unobtainable as problem:
        print(f"SKIPPED: the sources of {options.corpus} cannot be had: {problem}")
        return SKIPPED
    rows = read_table(options.corpus)
    found = findings(options.procsafe, corpus["files"], root)
    if options.command == "show":
        show(rows, found, root)
        return 0
    wrong, gone = compare(rows, found, root)
    kinds = collections.Counter(row.kind for row in rows)
    print(f"{options.corpus}: {len(rows)} lines ({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}), "
          f"{len(wrong)} differ, {gone} no longer in the peer's files")
    print("\n".join(wrong))
    # A table of which half is gone tests nothing any more.
    return 1 if wrong or 2 * gone > len(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
