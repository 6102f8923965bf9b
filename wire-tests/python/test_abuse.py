"""Bytes and connections of people who mean no good, or cannot help it."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from cenote import wire
from cenote.process import Server
from cenote.scene import fresh

# By hand, 10000 of each.
IDLE = int(os.environ.get("CENOTE_IDLE_CONNECTIONS", "400"))
SLOW = int(os.environ.get("CENOTE_SLOW_SENDERS", "100"))


@pytest.fixture(scope="module")
def small(new_store):
    """A server with low limits."""
    place = new_store()
    config = place.folder / "cenote.toml"
    config.write_text(
        "[limits]\nbody_bytes = 65536\nheader_timeout_seconds = 1\nbody_timeout_seconds = 1\n"
    )
    running = Server(
        ["dev", "--listen", "127.0.0.1:0", *place.arguments(), "--config", str(config)],
        cwd=place.folder,
    )
    yield running
    assert running.alive()
    running.kill()


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def closed(connection):
    """Waits until the server closes; gives what it said before that."""
    said = b""
    while True:
        try:
            data = connection.recv(65536)
        except ConnectionResetError:
            return said
        if not data:
            return said
        said += data


def well(server):
    return server.get("/_cenote/health").status == 200


class TestBodies:
    @pytest.mark.parametrize("size", [65537, 10 << 20])
    def test_too_large(self, small, size):
        try:
            reply = small.call("ListUserPools", b'{"a":"' + b"x" * size + b'"}')
        except (BrokenPipeError, ConnectionResetError):
            # It may close before all of a refused body was sent.
            assert size > 1 << 20
        else:
            assert reply.status in (400, 413)
        assert well(small)

    def test_a_size_that_is_only_announced(self, small):
        with connect(small) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n"
                b"X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools\r\n"
                b"Content-Type: application/x-amz-json-1.1\r\n\r\n"
            )
            answer = closed(connection)
        assert answer.split()[1] in (b"400", b"413")
        assert well(small)

    def test_chunks_without_end(self, small):
        with connect(small) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                b"X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools\r\n"
                b"Content-Type: application/x-amz-json-1.1\r\n\r\n"
            )
            try:
                for _ in range(4096):
                    connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
        assert well(small)

    @pytest.mark.parametrize("opening", [b'{"a":', b"["])
    @pytest.mark.parametrize("depth", [100, 5000])
    def test_nested_deeply(self, small, opening, depth):
        reply = small.call("ListUserPools", opening * depth)
        assert reply.status == 400
        assert reply.error == "SerializationException"
        assert well(small)

    @pytest.mark.parametrize(
        "body", [b"\xff\xfe\x00", b'{"MaxResults":1}\xff', b'{"a":"\xc3\x28"}', b"\x00" * 100],
    )
    def test_not_utf_8(self, small, body):
        reply = small.call("ListUserPools", body)
        assert (reply.status, reply.json()) == (400, {"__type": "SerializationException"})

    @pytest.mark.parametrize(
        "body",
        [b'{"MaxResults":1e999}', b'{"MaxResults":99999999999999999999}',
         b'{"MaxResults":"one"}', b'{"MaxResults":-1}'],
    )
    def test_odd_numbers_are_the_callers_fault(self, small, body):
        reply = small.call("ListUserPools", body)
        assert reply.status == 400
        assert reply.error in ("SerializationException", "InvalidParameterException")

    def test_text_with_every_kind_of_character(self, server, pool):
        name = fresh() + "-Ünïcødé-中文-😀"
        reply = server.call("AdminCreateUser", {
            "UserPoolId": pool.id, "Username": name, "MessageAction": "SUPPRESS",
            "UserAttributes": [{"Name": "name", "Value": "'; DROP TABLE users; --\u0000\u202e"}],
        })
        assert reply.status in (200, 400)
        assert well(server)

    def test_a_zero_byte_is_no_server_error(self, server, pool):
        for body in (
            {"UserPoolId": pool.id, "Username": "a\u0000b"},
            {"UserPoolId": pool.id, "Username": "ab", "UserAttributes": [
                {"Name": "name", "Value": "a\u0000b"},
            ]},
        ):
            reply = server.call("AdminCreateUser", body | {"MessageAction": "SUPPRESS"})
            assert reply.status in (200, 400), reply


class TestConnections:
    def test_a_header_that_never_ends(self, small):
        with connect(small) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            answer = closed(connection)
        assert answer == b"" or answer.split()[1] == b"408"
        assert well(small)

    def test_a_body_that_never_ends(self, small):
        with connect(small) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
                b"X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools\r\n"
                b"Content-Type: application/x-amz-json-1.1\r\n\r\n{"
            )
            answer = closed(connection)
        assert answer == b"" or answer.split()[1] in (b"400", b"408")
        assert well(small)

    def test_many_slow_senders_do_not_stop_the_others(self, small):
        slow = [connect(small) for _ in range(SLOW)]
        try:
            for connection in slow:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            for _ in range(20):
                assert small.call("ListUserPools", {"MaxResults": 1}, timeout=5).status == 200
            for connection in slow:
                closed(connection)
        finally:
            for connection in slow:
                connection.close()

    def test_a_header_that_is_too_large(self, small):
        headers = {"X-Large": "x" * (1 << 20)}
        try:
            reply = small.call("ListUserPools", {"MaxResults": 1}, headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            assert reply.status in (400, 413, 431)
        assert well(small)

    @pytest.mark.parametrize(
        "data", [b"\x00" * 1000, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\r\n" * 500],
    )
    def test_what_is_no_http(self, small, data):
        with connect(small) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            closed(connection)
        assert well(small)

    def test_many_idle_connections_cost_little(self, server):
        before = server.resident_bytes()
        idle = [connect(server) for _ in range(IDLE)]
        try:
            with ThreadPoolExecutor(8) as threads:
                calls = [
                    threads.submit(server.call, "ListUserPools", {"MaxResults": 1})
                    for _ in range(64)
                ]
                assert {call.result().status for call in calls} == {200}
            grown = server.resident_bytes() - before
            assert grown < (8 << 20) + IDLE * 16384, grown
        finally:
            for connection in idle:
                connection.close()
        assert well(server)

    def test_callers_who_leave_before_the_answer(self, server, pool):
        body = wire.encode({"UserPoolId": pool.id, "Username": "gone", "MessageAction": "SUPPRESS"})
        request = (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n"
            b"X-Amz-Target: AWSCognitoIdentityProviderService.AdminCreateUser\r\n"
            b"Content-Type: application/x-amz-json-1.1\r\n\r\n" % len(body)
        ) + body
        for _ in range(50):
            with connect(server) as connection:
                connection.sendall(request)
        assert well(server)
        listed = server.call("ListUsers", {"UserPoolId": pool.id}).json()["Users"]
        assert len(listed) <= 1
