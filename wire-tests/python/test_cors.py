"""Browsers: preflight requests and the headers that let scripts read answers."""

from cenote import wire

EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"


def names(text):
    return {name.strip().lower() for name in text.split(",")}


def test_a_preflight_is_answered(server):
    asked = "content-type,x-amz-target,x-amz-user-agent"
    reply = wire.request(server.url, "OPTIONS", "/", headers={
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    })
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert names(reply.headers["access-control-allow-headers"]) == names(asked)
    assert reply.headers["access-control-allow-methods"] == "POST"
    assert names(reply.headers["access-control-expose-headers"]) == names(EXPOSED)
    assert reply.headers["access-control-max-age"] == "172800"


def test_answers_can_be_read(server, pool):
    for operation, body, status in (
        ("DescribeUserPool", {"UserPoolId": pool.id}, 200),
        ("DescribeUserPool", {"UserPoolId": "us-east-1_ABCdef123"}, 400),
        ("DescribeUserPool", b"nonsense", 400),
        ("Nothing", {}, 400),
    ):
        reply = server.call(operation, body, headers={"Origin": "http://localhost:3000"})
        assert reply.status == status
        assert reply.headers["access-control-allow-origin"] == "*"
        assert names(reply.headers["access-control-expose-headers"]) == names(EXPOSED)


def test_the_keys_can_be_read(server, pool):
    for name in ("jwks.json", "openid-configuration"):
        reply = server.get(
            f"/{pool.id}/.well-known/{name}", headers={"Origin": "http://localhost:3000"}
        )
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == "*"


def test_the_keys_of_an_unknown_pool(server):
    reply = server.get("/us-east-1_ABCdef123/.well-known/jwks.json")
    assert reply.status in (400, 404)
    assert reply.headers["access-control-allow-origin"] == "*"
