"""The store under test: SQLite in a folder, or a database of its own in PostgreSQL."""

import os
import secrets
from urllib.parse import urlsplit, urlunsplit

import psycopg

KINDS = ("sqlite", "postgres")


def kind():
    chosen = os.environ.get("CENOTE_WIRE_STORE", "sqlite")
    if chosen not in KINDS:
        raise RuntimeError(f"CENOTE_WIRE_STORE is {chosen!r}, not one of {KINDS}")
    return chosen


def administrator_url():
    url = os.environ.get("CENOTE_TEST_POSTGRES")
    if not url:
        raise RuntimeError("CENOTE_TEST_POSTGRES is not set: run `cargo xtask test`")
    return url


class Store:
    """One place for data, and how a server is told of it; a database is dropped at the end."""

    def __init__(self, folder, which=None, server_url=None):
        self.kind = which or kind()
        self.folder = folder
        self.url = None
        if self.kind == "postgres":
            self._administrator = server_url or administrator_url()
            self._name = "wire_" + secrets.token_hex(6)
            self._administer(f"CREATE DATABASE {self._name}")
            parts = urlsplit(self._administrator)
            self.url = urlunsplit(parts._replace(path="/" + self._name))

    def _administer(self, statement):
        with psycopg.connect(self._administrator, autocommit=True) as connection:
            connection.execute(statement)

    @property
    def data(self):
        return self.folder / "data"

    def arguments(self):
        chosen = ["--data", str(self.data)]
        return chosen if self.url is None else [*chosen, "--database", self.url]

    def config(self):
        lines = [f'data = "{self.data}"']
        if self.url is not None:
            lines.append(f'database = "{self.url}"')
        return lines

    def drop(self):
        if self.url is not None:
            self._administer(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
