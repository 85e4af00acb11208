"""Builds the wheel, installs it into clean virtual environments, and runs the README's Python example there.

    wheel_test.py [--runtime-only] BUILD-FOLDER [PYTHON…]

One wheel for every PYTHON (this one); --runtime-only leaves the linter out, which takes most of the time. Building needs scikit-build-core from PyPI: without it the test is skipped, loudly.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77


def run(*command, limit=300, **options):
    """Output; ends the test when it fails."""
    done = subprocess.run(
        command, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def make_environment(folder, python):
    run(python, "-m", "venv", folder)
    return folder / "bin"


def build_wheel(work, build, linter):
    tools = make_environment(work / "tools", sys.executable)
    got = subprocess.run(
        [tools / "python", "-m", "pip", "install", "-q", "scikit-build-core>=0.10", "cmake", "ninja"],
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if got.returncode != 0:
        print(f"SKIPPED: PyPI cannot be reached, so no wheel was built or tested\n{got.stdout[-1000:]}", flush=True)
        sys.exit(SKIPPED)
    command = [
        tools / "python",
        "-m",
        "pip",
        "wheel",
        SOURCE,
        "--no-deps",
        "--no-build-isolation",
        "-w",
        work / "wheels",
    ]
    if not linter:
        command += [
            "-C",
            "cmake.define.PROCSAFE_BUILD_LINTER=OFF",
            "-C",
            "build.targets=procsafe_shared;procsafe-guard",
        ]
    run(*command, "-C", f"build-dir={build}", limit=3600, env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    (wheel,) = (work / "wheels").glob("*.whl")
    return wheel


def check_linter(scripts, work):
    (work / "bad.py").write_text("import os\nos.system('pkill -f x')\n")
    linted = subprocess.run(
        [scripts / "procsafe", "check", work / "bad.py"], timeout=60, stdout=subprocess.PIPE, text=True
    )
    if linted.returncode != 1 or "process-hunt" not in linted.stdout:
        sys.exit(f"the linter of the wheel: {linted.returncode}\n{linted.stdout}")


def check_installed(work, wheel, python, linter):
    """In an environment that has nothing else, and without the variables that lead to the source tree."""
    scripts = make_environment(work / f"venv-{pathlib.Path(python).parent.parent.name}", python)
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PM_LIBRARY", "PM_GUARD")}
    run(scripts / "python", "-m", "pip", "install", "-q", "--no-index", wheel, env=clean)
    example = re.search(r"```python\n(.*?)```", (SOURCE / "README.md").read_text(), re.S).group(1)
    out = run(scripts / "python", "-c", example, env=clean, cwd=work, limit=60)
    wanted = "made and ended ['sleep 600']\nserving: True\nended: True\nas before\n"
    if out != wanted:
        sys.exit(f"the README's example printed\n{out}instead of\n{wanted}")
    if linter:
        check_linter(scripts, work)
    print(f"{python}: installed; the example {'and the linter run' if linter else 'runs (no linter)'}", flush=True)


def main():
    linter = sys.argv[1] != "--runtime-only"
    build, *pythons = sys.argv[1 if linter else 2 :]
    work = pathlib.Path(tempfile.mkdtemp(prefix="procsafe-wheel-"))
    try:
        given = os.environ.get("PROCSAFE_WHEEL")
        wheel = pathlib.Path(given) if given else build_wheel(work, build, linter)
        print(f"{wheel.name}: {wheel.stat().st_size / 2**20:.1f} MiB", flush=True)
        if not wheel.name.endswith(".whl") or "-py3-none-" not in wheel.name:
            sys.exit(f"{wheel.name} is bound to a Python")
        for python in pythons or [sys.executable]:
            check_installed(work, wheel, python, linter)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
