"""What stands in for Lambda: hosts that run the functions of the trigger tests behind HTTP.

Each keeps to the protocol that it speaks and refuses what departs from it; what it saw is kept for the test.
"""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from standardwebhooks import Webhook, WebhookVerificationError

from .trigger import answer

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw"


class Host:
    """A server on a loopback port, until it is closed."""

    def __init__(self):
        self.seen = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, text = host.serve(self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def _run(body):
    """What a function makes of an event: its result, or the error object of its runtime."""
    try:
        return json.dumps(answer(json.loads(body))).encode(), None
    except RuntimeError as error:
        told = {"errorMessage": str(error), "errorType": "RuntimeError", "stackTrace": []}
        return json.dumps(told).encode(), "Unhandled"


def _refusal(status, name, message):
    body = json.dumps({"Type": "User", "message": message}).encode()
    return status, {"x-amzn-ErrorType": name, "Content-Type": "application/json"}, body


class Invoke(Host):
    """The Invoke API of Lambda. Functions are told apart by their names."""

    def serve(self, path, headers, body):
        parts = urlsplit(path)
        function = unquote(parts.path.split("/")[3])
        qualifier = parse_qs(parts.query).get("Qualifier", [None])[0]
        self.seen.append({
            "path": parts.path, "function": function, "qualifier": qualifier,
            "type": headers["X-Amz-Invocation-Type"], "id": headers["amz-sdk-invocation-id"],
            "event": json.loads(body),
        })
        if headers["Authorization"] != self.signature(path, headers, body):
            text = "The request signature we calculated does not match"
            return _refusal(403, "InvalidSignatureException", text)
        name = function.rsplit(":", 1)[-1]
        if name == "throttled":
            return _refusal(429, "TooManyRequestsException", "Rate Exceeded.")
        if name == "forbidden":
            return _refusal(403, "AccessDeniedException", "User is not authorized")
        if name == "gone":
            return _refusal(404, "ResourceNotFoundException", "Function not found")
        if name == "broken":
            return _refusal(500, "ServiceException", "An error occurred")
        if headers["X-Amz-Invocation-Type"] == "Event":
            return 202, {}, b""
        answered = {
            "X-Amz-Executed-Version": qualifier or "$LATEST", "Content-Type": "application/json",
            "X-Amz-Log-Result": base64.b64encode(b"START RequestId\nEND RequestId").decode(),
        }
        if name == "late":
            text = "2026-05-28T20:26:40.123Z 00000000 Task timed out after 3.00 seconds"
            told = json.dumps({"errorMessage": text}).encode()
            return 200, answered | {"X-Amz-Function-Error": "Unhandled"}, told
        result, error = _run(body)
        return 200, answered | ({"X-Amz-Function-Error": error} if error else {}), result

    def signature(self, path, headers, body):
        """What botocore writes into Authorization for this request."""
        given = headers["Authorization"]
        signed = given.split("SignedHeaders=")[1].split(",")[0].split(";")
        region = given.split("/")[2]
        assert {"host", "x-amz-date"} <= set(signed), signed
        kept = {name: headers[name] for name in signed}
        request = AWSRequest("POST", self.url + path, data=body, headers=kept)
        request.context["timestamp"] = headers["X-Amz-Date"]
        auth = SigV4Auth(Credentials(KEY_ID, SECRET_KEY), "lambda", region)
        canonical = auth.canonical_request(request)
        signature = auth.signature(auth.string_to_sign(request, canonical), request)
        return (
            f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, "
            f"SignedHeaders={';'.join(signed)}, Signature={signature}"
        )


class Emulator(Host):
    """The Runtime Interface Emulator: one path, and errors are told by their form alone."""

    def serve(self, path, _headers, body):
        self.seen.append({"path": path, "event": json.loads(body)})
        if path != "/2015-03-31/functions/function/invocations":
            return 404, {"Content-Type": "text/plain"}, b"404 page not found"
        result, _ = _run(body)
        return 200, {"Content-Type": "text/plain; charset=utf-8"}, result


class Hook(Host):
    """A webhook, which believes nobody whose signature the library does not accept."""

    def __init__(self):
        super().__init__()
        self.failures = 0

    def serve(self, path, headers, body):
        # The header of the names is not theirs to give: the library reads a plain mapping.
        given = {name.lower(): value for name, value in headers.items()}
        self.seen.append({
            "path": path, "id": given["webhook-id"], "arn": given["cenote-function-arn"],
            "event": json.loads(body),
        })
        try:
            Webhook(WEBHOOK_SECRET).verify(body, given)
        except WebhookVerificationError:
            return 401, {}, b""
        if self.failures:
            self.failures -= 1
            return 429, {}, b""
        result, error = _run(body)
        return 400 if error else 200, {"Content-Type": "application/json"}, result
