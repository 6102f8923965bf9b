"""Plain HTTP: exactly the bytes that a test wants to send, and all that came back."""

import http.client
import json
from urllib.parse import urlsplit

from . import exactness

TARGET = "AWSCognitoIdentityProviderService."
CONTENT_TYPE = "application/x-amz-json-1.1"


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The error's name, and that the header and the body agree on it."""
        name = self.json()["__type"]
        header = self.headers.get("x-amzn-errortype")
        assert header in (None, name + ":"), (header, name)
        return name

    @property
    def message(self):
        body = self.json()
        return body.get("message", body.get("Message"))

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body!r}>"


def request(base, method, path, body=None, headers=None, timeout=30):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def headers_for(operation):
    return {"X-Amz-Target": TARGET + operation, "Content-Type": CONTENT_TYPE}


def encode(body):
    if body is None:
        return b"{}"
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def call(base, operation, body=None, headers=None, timeout=30):
    """One API call. `body` is a document, or the bytes to send; a header of None is left out."""
    merged = headers_for(operation) | (headers or {})
    kept = {name: value for name, value in merged.items() if value is not None}
    reply = request(base, "POST", "/", encode(body), kept, timeout)
    exactness.hold(operation, reply.status, reply.body)
    return reply


class Session:
    """Calls over one kept connection: what a load needs."""

    def __init__(self, base, timeout=30):
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=timeout)

    def call(self, operation, body):
        self._connection.request("POST", "/", encode(body), headers_for(operation))
        answer = self._connection.getresponse()
        return Reply(answer.status, answer.getheaders(), answer.read())

    def close(self):
        self._connection.close()
