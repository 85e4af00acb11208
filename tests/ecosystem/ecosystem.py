#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="a developer's tool that drives builds and the linter, each with a limit"
"""Runs procsafe over real code: findings per rule and project, with timing; and what a change adds and removes.

  tools/dev ecosystem                 every project
  tools/dev ecosystem redis git       only these
  tools/dev ecosystem --diff REV      findings that REV did not have (+) and that it had (-)
  tools/dev ecosystem --sample 100    a random sample of findings with their source lines, for reading

Sources are fetched and built once below build/ecosystem; delete that folder to begin anew.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "ecosystem"
SCRIPT_FOLDERS = ["/etc", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/libexec"]
SHELLS = (b"sh", b"bash", b"dash", b"ksh", b"zsh")
FETCH_SECONDS, BUILD_SECONDS, CHECK_SECONDS = 600, 3600, 1800


class Problem(Exception):
    """Something the developer has to know; the message says what and where."""


def run(command, limit, **options):
    done = subprocess.run(command, timeout=limit, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise Problem(f"{' '.join(map(str, command))}: exit status {done.returncode}")
    return done


# ------------------------------------------------------------------- corpora

def is_script(path: pathlib.Path) -> bool:
    """A shell script by its first line, or a sourced library by its extension."""
    try:
        with open(path, "rb") as handle:
            first = handle.readline(128)
    except OSError:
        return False
    if first.startswith(b"#!"):
        words = first[2:].replace(b"/", b" ").split()
        return any(word in SHELLS for word in words)
    return path.suffix in (".sh", ".bash")


def installed_scripts() -> list:
    found = set()
    for folder in SCRIPT_FOLDERS:
        for base, folders, names in os.walk(folder):
            folders.sort()
            for name in names:
                path = pathlib.Path(base, name)
                if path.is_file() and not path.is_symlink() and is_script(path):
                    found.add(str(path))
    return sorted(found)


def python_library() -> list:
    return [folder for folder in (sysconfig.get_paths()["stdlib"], "/usr/lib/python3") if os.path.isdir(folder)]


def debian_sources_list() -> pathlib.Path:
    """The machine's own package sources, as sources of source packages."""
    target = WORK / "sources.list"
    lines = []
    for file in [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.list"))]:
        if file.exists():
            lines += ["deb-src " + line[4:] for line in file.read_text().splitlines() if line.startswith("deb ")]
    parts = WORK / "sources.d"
    parts.mkdir(parents=True, exist_ok=True)
    for file in sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources")):
        (parts / file.name).write_text(file.read_text().replace("Types: deb\n", "Types: deb-src\n"))
    target.write_text("\n".join(lines) + "\n")
    return target


def apt_options() -> list:
    lists = WORK / "apt-lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    return ["-o", f"Dir::Etc::sourcelist={debian_sources_list()}", "-o", f"Dir::Etc::sourceparts={WORK / 'sources.d'}",
            "-o", f"Dir::State::lists={lists}", "-o", "APT::Sandbox::User=root"]


def fetch(project: dict) -> pathlib.Path:
    folder = WORK / project["name"]
    if folder.is_dir():
        return folder
    options = apt_options()
    if not any((WORK / "apt-lists").glob("*Sources*")):
        run(["apt-get", *options, "update", "-qq"], FETCH_SECONDS)
    download = WORK / "download" / project["name"]
    download.mkdir(parents=True, exist_ok=True)
    run(["apt-get", *options, "source", "-qq", project["source"]], FETCH_SECONDS, cwd=download)
    unpacked = [entry for entry in download.iterdir() if entry.is_dir()]
    if len(unpacked) != 1:
        raise Problem(f"{project['name']}: expected one unpacked folder in {download}")
    shutil.rmtree(unpacked[0] / ".pc", ignore_errors=True)  # copies of files from before each patch
    unpacked[0].rename(folder)
    return folder


def build(project: dict, folder: pathlib.Path) -> None:
    database = folder / "compile_commands.json"
    if database.exists():
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if project.get("packages"):
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *project["packages"]], BUILD_SECONDS,
            env=environment, stdout=subprocess.DEVNULL)
    *before, last = project["build"]
    with open(WORK / f"{project['name']}.log", "w") as log:
        for step in before:
            run(["sh", "-c", step], BUILD_SECONDS, cwd=folder, stdout=log, stderr=log)
        # A build that fails late still leaves a database of what it compiled.
        _ = subprocess.run(["bear", "--output", str(database), "--", "sh", "-c", last], cwd=folder, stdout=log, stderr=log,
                           stdin=subprocess.DEVNULL, timeout=BUILD_SECONDS)
    if not database.exists() or len(json.loads(database.read_text())) == 0:
        raise Problem(f"{project['name']}: no compile database; see {WORK / (project['name'] + '.log')}")


def paths_of(project: dict) -> list:
    if project.get("find") == "python":
        return python_library()
    if project.get("find") == "shell":
        return installed_scripts()
    folder = fetch(project)
    build(project, folder)
    return [str(folder)]


# ----------------------------------------------------------------------- runs

def check(binary: pathlib.Path, paths: list, output: pathlib.Path) -> dict:
    command = [str(binary), "check", "--preset", "strict", "--no-ignore", "--format", "json", "--output", str(output)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command + paths, timeout=CHECK_SECONDS, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if done.returncode not in (0, 1, 2) or not output.exists():
        raise Problem(f"procsafe ended with {done.returncode}: {done.stderr[-2000:]}")
    result = json.loads(output.read_text())
    result["seconds"] = end - start
    result["cpu"] = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return result


def table(results: dict) -> None:
    rules = sorted({finding["rule"] for result in results.values() for finding in result["findings"]})
    width = max([len(rule) for rule in rules] + [20])
    print(f"{'rule':{width}}", *(f"{name:>18}" for name in results))
    for rule in rules:
        counts = [sum(finding["rule"] == rule for finding in result["findings"]) for result in results.values()]
        print(f"{rule:{width}}", *(f"{count:18}" for count in counts))
    rows = {"findings": lambda r: len(r["findings"]), "notices": lambda r: len(r["notices"]),
            "seconds": lambda r: round(r["seconds"], 2), "CPU seconds": lambda r: round(r["cpu"], 2)}
    for title, value in rows.items():
        print(f"{title:{width}}", *(f"{value(result):18}" for result in results.values()))


def source_line(finding: dict) -> str:
    try:
        lines = pathlib.Path(finding["path"]).read_bytes().decode("utf-8", "replace").splitlines()
        return lines[finding["line"] - 1].strip()[:160]
    except (OSError, IndexError):
        return "?"


def describe(finding: dict) -> str:
    return f"{finding['path']}:{finding['line']}: {finding['rule']}: {finding['message']}\n      {source_line(finding)}"


def key(finding: dict) -> tuple:
    return finding["path"], finding["rule"], finding["line"], finding["column"]


def binary_of(revision: str) -> pathlib.Path:
    """The linter as it was at a revision, built in a work tree of its own."""
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--verify", revision + "^{commit}"], check=True, timeout=60,
                            capture_output=True, text=True).stdout.strip()
    tree = WORK / "revisions" / commit[:12]
    if not tree.is_dir():
        run(["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), commit], 600, stdout=subprocess.DEVNULL)
    run([str(tree / "tools" / "dev"), "build", "release"], BUILD_SECONDS, stdout=subprocess.DEVNULL)
    return tree / "build" / "release" / "bin" / "procsafe"


def difference(before: dict, after: dict) -> None:
    for name in (name for name in after if name in before):
        old = {key(finding): finding for finding in before[name]["findings"]}
        new = {key(finding): finding for finding in after[name]["findings"]}
        added, removed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
        print(f"\n{name}: {len(added)} added, {len(removed)} removed, {len(new)} in all")
        for one in added:
            print("  +", describe(new[one]))
        for one in removed:
            print("  -", describe(old[one]))


def sample(results: dict, count: int, seed: int) -> None:
    """A sample that gives every rule of every project its turn, so that rare rules are read too."""
    groups = collections.defaultdict(list)
    for name, result in results.items():
        for finding in result["findings"]:
            groups[(name, finding["rule"])].append(finding)
    shuffle = random.Random(seed)
    for group in groups.values():
        shuffle.shuffle(group)
    picked = []
    while len(picked) < count and any(groups.values()):
        for place in sorted(groups):
            if groups[place] and len(picked) < count:
                picked.append((place[0], groups[place].pop()))
    for number, (name, finding) in enumerate(picked, 1):
        print(f"[{number}] {name}: {describe(finding)}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/dev ecosystem", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", help="names from tests/ecosystem/projects.toml; all without any")
    parser.add_argument("--diff", metavar="REV", help="compare with the linter as it was at this revision")
    parser.add_argument("--sample", type=int, metavar="N", help="print N findings with their lines, spread over rules")
    parser.add_argument("--rule", help="with --sample: only this rule")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    return parser.parse_args()


def run_all(binary: pathlib.Path, projects: list, label: str, failures: list) -> dict:
    """One project that cannot be had or checked costs that project."""
    results = {}
    for project in projects:
        print(f"{label}: {project['name']} …", file=sys.stderr, flush=True)
        try:
            results[project["name"]] = check(binary, paths_of(project), WORK / f"{project['name']}-{label}.json")
        except (Problem, subprocess.TimeoutExpired) as problem:
            failures.append(f"{label}: {project['name']}: {problem}")
            print(f"tools/dev ecosystem: {failures[-1]}", file=sys.stderr, flush=True)
    return results


def main() -> int:
    options = arguments()
    known = tomllib.loads((ROOT / "tests" / "ecosystem" / "projects.toml").read_text())["project"]
    projects = [one for one in known if not options.projects or one["name"] in options.projects]
    unknown = set(options.projects) - {one["name"] for one in known}
    if unknown:
        raise Problem(f"no project {', '.join(sorted(unknown))}; there are: {', '.join(one['name'] for one in known)}")
    WORK.mkdir(parents=True, exist_ok=True)
    failures = []
    results = run_all(ROOT / "build" / "release" / "bin" / "procsafe", projects, "now", failures)
    table(results)
    if options.diff:
        difference(run_all(binary_of(options.diff), projects, "before", failures), results)
    if options.sample:
        if options.rule:
            for result in results.values():
                result["findings"] = [finding for finding in result["findings"] if finding["rule"] == options.rule]
        sample(results, options.sample, options.seed)
    for failure in failures:
        print(f"left out: {failure}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        print(f"tools/dev ecosystem: {problem}", file=sys.stderr)
        sys.exit(2)
