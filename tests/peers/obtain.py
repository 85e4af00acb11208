# procsafe: allow-file(direct-spawn) reason="a test that drives pip and apt-get, each call with a limit"
"""Brings the sources of other linters onto this machine, by the ordinary clients of their registries."""
import os
import pathlib
import subprocess
import sys
import tarfile

FETCH_SECONDS = 300


class Unobtainable(Exception):
    """The message says what was tried, and what it answered."""


def _run(command: list, folder: pathlib.Path) -> str:
    """What the command printed."""
    try:
        done = subprocess.run(command, cwd=folder, timeout=FETCH_SECONDS, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Unobtainable(f"{' '.join(command)}: {problem}") from problem
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        raise Unobtainable(f"{' '.join(command)}: {last}")
    return done.stdout


def _debian_archive(folder: pathlib.Path) -> str:
    """Where this machine gets its Debian packages from."""
    places = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Identifier: Packages", "Label: Debian"], folder)
    if not places.split():
        raise Unobtainable("no source of Debian packages is configured")
    return places.split()[0]


def _from_pypi(requirement: str, folder: pathlib.Path) -> None:
    name = requirement.partition("==")[0]
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "--dest", str(folder),
          requirement], folder)


def _from_debian(source: str, suite: str, folder: pathlib.Path) -> None:
    state = folder.parent / f"apt-{suite}"
    lists = state / "lists"  # apt-get removes what it does not know from this folder
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    listing = state / "sources.list"
    if not listing.exists():
        listing.write_text(f"deb-src {_debian_archive(folder)} {suite} main\n")
    options = ["-o", f"Dir::Etc::SourceList={listing}", "-o", "Dir::Etc::SourceParts=/dev/null", "-o",
               f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={state}", "-o", "APT::Sandbox::User=root"]
    if not any(lists.glob("*Sources*")):
        _run(["apt-get", *options, "update", "-qq"], folder)
    try:
        _run(["apt-get", *options, "source", "-qq", "--download-only", source], folder)
    except Unobtainable:
        if not any(folder.glob("*.orig.tar.*")):  # Debian's own part is not needed
            raise


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: pathlib.Path) -> None:
    """Nothing outside the folder, also where tarfile knows no filters (before Python 3.11.4)."""
    if hasattr(tarfile, "data_filter"):
        archive.extract(member, target, filter="data")
    elif (member.isreg() or member.isdir()) and ".." not in pathlib.PurePath(member.name).parts:
        member.name = member.name.lstrip("/")
        archive.extract(member, target)


def _unpack(folder: pathlib.Path, only: list) -> pathlib.Path:
    """The folder with what came; of `only`, if it is not empty, those files."""
    archives = sorted(folder.glob("*.tar.*"), key=lambda path: ".debian.tar" in path.name)
    if not archives:
        raise Unobtainable(f"no archive came to {folder}")
    target = folder / "tree"
    with tarfile.open(archives[0], "r|*") as archive:
        for member in archive:
            if not only or member.name.partition("/")[2] in only:
                _extract(archive, member, target)
    inside = list(target.iterdir())
    return inside[0] if len(inside) == 1 else target


def obtain(corpus: dict, work: pathlib.Path) -> pathlib.Path:
    """The folder with the sources of `corpus`; raises Unobtainable."""
    folder = work.resolve() / corpus["name"]
    marker = folder / "place"
    if marker.exists():
        return pathlib.Path(marker.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    tried = []
    if "pypi" in corpus:
        tried.append(lambda: _from_pypi(corpus["pypi"], folder))
    if "debian" in corpus:
        tried.append(lambda: _from_debian(corpus["debian"]["source"], corpus["debian"]["suite"], folder))
    problems = []
    for attempt in tried:
        try:
            attempt()
            place = _unpack(folder, corpus["files"] if corpus.get("only_files") else [])
            marker.write_text(os.fspath(place))
            return place
        except Unobtainable as problem:
            problems.append(str(problem))
    raise Unobtainable("; ".join(problems))
