"""Runs a command and measures its wall time and peak memory."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Starts the command from a small process and waits for it: on Linux a child's peak memory counts
# what its parent held when it was started, and the callers here hold whole models.
STARTER = """
import json, os, sys, time
start = time.monotonic()
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
seconds = time.monotonic() - start
json.dump([seconds, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status)],
          open(sys.argv[1], "w"))
"""


class Failed(Exception):
    """The command ended with an error; the text is what it said."""


def run(command, folder=None):
    """Gives (seconds, peak bytes, standard output)."""
    command = [str(pathlib.Path(command[0]).absolute()), *map(str, command[1:])]
    handle, report = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-c", STARTER, report, *command],
            cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        seconds, peak, code = json.loads(pathlib.Path(report).read_text())
    finally:
        os.unlink(report)
    if code != 0:
        raise Failed(f"exit {code}: {done.stderr.strip()}")
    return seconds, peak, done.stdout
