"""A PostgreSQL cluster of a test's own, for tests that restart it or cut it off."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


def _folder_of_programs():
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("no initdb is found: run `cargo xtask test`, or install PostgreSQL")
    return Path(on_path).parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """Made on a free port of 127.0.0.1, removed by `remove`. PostgreSQL refuses to run as root."""

    def __init__(self):
        self._programs = _folder_of_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="cenote-cluster-"))
        self.port = free_port()
        self._as = ()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            self._as = ("runuser", "-u", "postgres", "--")
        self._run(
            "initdb", "-D", "data", "-U", "cenote", "--auth=trust", "--encoding=UTF8", "--no-locale"
        )
        self.start()

    @property
    def url(self):
        return f"postgres://cenote@127.0.0.1:{self.port}/postgres"

    def _run(self, program, *arguments):
        subprocess.run(
            [*self._as, str(self._programs / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=True,
        )

    def start(self):
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c max_connections=100 "
            f"-c unix_socket_directories={self.folder} -c fsync=on"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", "data", "-w", "-l", log, "-o", options, "start")

    def stop(self, mode="immediate"):
        self._run("pg_ctl", "-D", "data", "-m", mode, "stop")

    def remove(self):
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
