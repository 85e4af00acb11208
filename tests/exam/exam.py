#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="drives the program under test, each call with a limit"
"""Runs procsafe over the open examination and fails below the bar.

The cases and their scorer (score.py) lie outside the project. The bar is F1 over the rules that exist, per
language; it only rises.
"""
import argparse
import json
import pathlib
import subprocess
import sys

BAR = {"python": 0.85, "shell": 0.85, "cpp": 0.97}
CORE = {"direct-spawn", "missing-timeout", "process-hunt", "foreign-signal", "raw-kill", "unverified-pid-file",
        "force-kill-first", "untracked-background"}
LIMIT_SECONDS = 300


def compile_database(folder: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """One entry for every unit of the C++ cases: quoted includes are found beside the file."""
    entries = []
    for unit in sorted(folder.rglob("*")):
        if unit.suffix in (".cpp", ".c"):
            compiler, standard = ("clang", "c17") if unit.suffix == ".c" else ("clang++", "c++20")
            entries.append({"directory": str(unit.parent), "file": str(unit),
                            "arguments": [compiler, f"-std={standard}", "-c", str(unit)]})
    database = work / "cases-compile-database"
    database.mkdir(parents=True, exist_ok=True)
    (database / "compile_commands.json").write_text(json.dumps(entries))
    return database


def run_procsafe(options: argparse.Namespace, output: pathlib.Path) -> None:
    folder = options.cases / options.language
    command = [str(options.procsafe), "check", "--preset", "strict", "--format", "sarif", "--output", str(output)]
    if options.clang:
        command += ["-p", str(compile_database(folder, options.work)), "--cpp=clang"]
    elif options.language == "cpp":
        command += ["--cpp=syntax"]
    done = subprocess.run(command + [str(folder)], timeout=LIMIT_SECONDS)
    if done.returncode not in (1, 2):  # 2: some cases are broken on purpose, and said to be
        sys.exit(f"{' '.join(command)}: unexpected exit status {done.returncode}")


def score(options: argparse.Namespace, findings: pathlib.Path) -> dict:
    result = findings.with_suffix(".score.json")
    subprocess.run([sys.executable, str(options.cases / "score.py"), "cases", "--strict", "--only", options.language + "/",
                    "--json", str(result), str(options.cases), str(findings)], check=True, timeout=LIMIT_SECONDS)
    return json.loads(result.read_text())


def f1(rows: list) -> float:
    hits, false, missed = (sum(row[key] for row in rows) for key in ("tp", "fp", "fn"))
    return 2 * hits / max(1, 2 * hits + false + missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--procsafe", required=True, type=pathlib.Path)
    parser.add_argument("--cases", required=True, type=pathlib.Path)
    parser.add_argument("--language", required=True, choices=sorted(BAR))
    parser.add_argument("--clang", action="store_true")
    parser.add_argument("--work", required=True, type=pathlib.Path)
    options = parser.parse_args()
    options.cases = options.cases.resolve()
    output = options.work / f"{options.language}{'-clang' if options.clang else ''}.sarif"
    run_procsafe(options, output)
    rows = [row for row in score(options, output)["table"] if row["rule"] in CORE and row["language"] == options.language]
    reached = f1(rows)
    print(f"F1 over the core rules in {options.language}: {reached:.3f} (bar {BAR[options.language]:.2f})")
    if reached < BAR[options.language]:
        sys.exit(1)


if __name__ == "__main__":
    main()
