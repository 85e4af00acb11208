# The standard module with procsafe's promise: ``from procsafe import subprocess``.
#
# The interpreter's own module is executed here once more, and the one place where it starts, signals and waits for a
# process is replaced. So every name, every default and every error is that of the running Python, whatever its version;
# exceptions and CompletedProcess are the standard classes themselves. What differs, because the promise says so:
#
# * A Popen is a scope. When its block is left or its last reference goes, nothing it started is alive; there is no list of
#   forgotten children. Descendants that outlive the main process by 250 ms are ended.
# * There is a deadline: PM_DEFAULT_TIMEOUT (300 s) unless `deadline=` (seconds, or procsafe.NO_TIMEOUT) says otherwise;
#   `timeout=` of run() and its kin implies a later one. At the deadline the tree is ended; `Popen.timed_out` says so, and
#   run(), call(), check_call() and check_output() raise TimeoutExpired.
# * preexec_fn is refused: it would run in a copy of this program, with locks held by threads that are not there.
# * Every process is in a session of its own and has PM_RUN_ID in its environment; its pid is not a child of this program,
#   so os.waitpid() does not know it.
import subprocess as _standard

exec(_standard.__spec__.loader.get_code(_standard.__name__), globals())  # noqa: S102

SubprocessError = _standard.SubprocessError
CalledProcessError = _standard.CalledProcessError
TimeoutExpired = _standard.TimeoutExpired
CompletedProcess = _standard.CompletedProcess

from ._popen import make_popen as _make_popen  # noqa: E402
from ._popen import with_deadline as _with_deadline  # noqa: E402

Popen = _make_popen(Popen)  # noqa: F821
_standard_run, _standard_call = run, call  # noqa: F821


def run(*popenargs, timeout=None, **kwargs):
    return _standard_run(*popenargs, timeout=timeout, **_with_deadline(kwargs, timeout))


def call(*popenargs, timeout=None, **kwargs):
    return _standard_call(*popenargs, timeout=timeout, **_with_deadline(kwargs, timeout))


run.__doc__, call.__doc__ = _standard_run.__doc__, _standard_call.__doc__
