#!/usr/bin/env python3
# procsafe: allow-file(direct-spawn) reason="drives the program under test, with a limit"
"""tree-sitter and CPython's ast agree on where the calls of the installed Python library stand.

  calls.py --program build/release/bin/procsafe_python_calls [--every 10] [FOLDER…]

A file that CPython itself cannot parse (Python 2, templates, broken on purpose) is left out; one that CPython parses and
tree-sitter does not must be read all the same up to the places it says it did not understand. Calls inside f-strings are
left out: CPython 3.11 has no positions there.
"""
import argparse
import ast
import os
import pathlib
import subprocess
import sys
import sysconfig
import warnings

LIMIT_SECONDS = 900
SITE_FOLDERS = ("/usr/lib/python3",)


class Calls(ast.NodeVisitor):
    """Offsets in bytes of begin and end of every call outside f-strings."""

    def __init__(self, text: bytes):
        self.starts = [0]
        for at, byte in enumerate(text):
            if byte == 10:
                self.starts.append(at + 1)
        self.found = set()

    def at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def visit_Call(self, node: ast.Call) -> None:
        self.found.add((self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """`type(x).y = z` is a type alias to the grammar; the lowering reads it as an assignment to an attribute of x."""
        first = node.targets[0]
        while isinstance(first, (ast.Attribute, ast.Subscript)):
            first = first.value
        alias = isinstance(first, ast.Call) and isinstance(first.func, ast.Name) and first.func.id == "type"
        for child in [*first.args, *node.targets[1:], node.value] if alias else [*node.targets, node.value]:
            self.visit(child)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing inside has a position of its own."""

    visit_TemplateStr = visit_JoinedStr


def expected(path: str):
    """None: not a file both can be asked about."""
    text = pathlib.Path(path).read_bytes()
    if b"\r" in text or b"\f" in text or text.startswith(b"\xef\xbb\xbf"):  # CPython counts lines of its own there
        return None
    try:
        text.decode()
        tree = ast.parse(text)
        calls = Calls(text)
        calls.visit(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return calls.found


def files_below(folders: list) -> list:
    found = set()
    for folder in folders:
        for base, names, files in os.walk(folder):
            names.sort()
            found.update(os.path.join(base, name) for name in files if name.endswith(".py"))
    return sorted(path for path in found if "\n" not in path)


def read_by_tree_sitter(program: str, paths: list) -> tuple:
    done = subprocess.run([program], input="".join(f"{path}\n" for path in paths), capture_output=True, text=True,
                          timeout=LIMIT_SECONDS, check=True)
    calls, broken, path = {}, set(), None
    for line in done.stdout.splitlines():
        if line == "!":
            broken.add(path)
        elif line[0].isdigit():
            begin, end = line.split()
            calls[path].add((int(begin), int(end)))
        else:
            path = line
            calls[path] = set()
    return calls, broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--every", type=int, default=1, help="read only every so many-th file")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    folders = options.folders or [sysconfig.get_paths()["stdlib"], *SITE_FOLDERS]
    paths = files_below(folders)[::options.every]
    calls, broken = read_by_tree_sitter(options.program, paths)
    asked = agreed = differing = 0
    for path in paths:
        wanted = expected(path)
        if wanted is None:
            continue
        asked += len(wanted)
        agreed += len(wanted & calls[path])
        if path not in broken and wanted != calls[path]:
            differing += 1
            for begin, end in sorted(wanted ^ calls[path])[:3]:
                who = "CPython" if (begin, end) in wanted else "tree-sitter"
                text = pathlib.Path(path).read_bytes()
                print(f"{path}: only {who} sees {text[begin:end][:80]!r} at {begin}-{end}")
        if path in broken:
            print(f"{path}: tree-sitter could not read all of it; {len(wanted - calls[path])} of {len(wanted)} calls missed")
    print(f"{len(paths)} files, {agreed} of {asked} calls agree; {differing} files differ, {len(broken)} with syntax errors")
    return 1 if differing or asked == 0 or agreed < 0.999 * asked else 0


if __name__ == "__main__":
    sys.exit(main())
