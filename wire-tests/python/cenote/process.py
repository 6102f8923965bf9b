"""Starts and ends the built `cenote` binary."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

from . import wire

START_SECONDS = 20


def binary():
    """The binary under test; a missing one is an error, never a reason to skip."""
    path = os.environ.get("CENOTE_BIN")
    if not path:
        raise RuntimeError("CENOTE_BIN is not set: run `cargo xtask test`")
    return str(Path(path).resolve(strict=True))


def clean_environment(**extra):
    """The environment without what tells the tests: the server reads CENOTE_* as well."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CENOTE_")}
    return kept | extra


class Server:
    """One running process and the address that it printed."""

    def __init__(self, arguments, *, cwd, environment=None, before_exec=None):
        self.process = subprocess.Popen(
            [binary(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=clean_environment(**(environment or {})),
            preexec_fn=before_exec,
            text=True,
            errors="replace",
        )
        self.output = []
        self._listening = threading.Event()
        self.url = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(START_SECONDS) or self.url is None:
            self.kill()
            raise RuntimeError("the server did not start:\n" + "".join(self.output))

    def _read(self):
        with self.process.stdout as lines:
            for line in lines:
                self.output.append(line)
                found = re.match(r"listening on (http://\S+)", line)
                if found:
                    self.url = found.group(1)
                    self._listening.set()
        self._listening.set()

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def resident_bytes(self):
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        """What the process has spent of the processors."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def call(self, operation, body=None, **keywords):
        return wire.call(self.url, operation, body, **keywords)

    def get(self, path, **keywords):
        return wire.request(self.url, "GET", path, **keywords)

    def kill(self):
        """Ends it at once, as a power cut would."""
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._reader.join()

    def stop(self):
        """Asks it to end, and gives back its exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join()
        return code


def refuses_to_start(arguments, *, cwd, environment=None, prefix=(), program=None):
    """Runs a server that must not start; gives its exit code and what it wrote to stderr."""
    run = subprocess.run(
        [*prefix, program or binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=cwd,
        env=clean_environment(**(environment or {})),
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert "listening on" not in run.stdout, run.stdout
    return run.returncode, run.stderr
