"""`cenote dev` and `cenote serve`: their doors, the clock, restarts, issuer modes."""

import json

import jwt
import pytest

from cenote import model, sdk, wire
from cenote.postgres import free_port
from cenote.scene import PASSWORD, Pool
from cenote.sdk import refused
from cenote.serve import KEY_ID, SECRET, write_config


@pytest.fixture
def served(start, new_store):
    place = new_store()
    return start(["serve", "--config", str(write_config(place))], cwd=place.folder)


def test_metrics_are_read_where_the_operator_says(start, new_store):
    place = new_store()
    metrics = f"127.0.0.1:{free_port()}"
    config = write_config(place, tables=(f'metrics_listen = "{metrics}"',))
    served = start(["serve", "--config", str(config)], cwd=place.folder)
    idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
    idp.list_user_pools(MaxResults=1)
    assert served.get("/_cenote/metrics").status == 404
    reply = wire.request(f"http://{metrics}", "GET", "/_cenote/metrics")
    assert reply.status == 200
    counted = 'cenote_requests_total{operation="ListUserPools",outcome="success"} 1'
    assert counted in reply.body.decode().splitlines()


class TestClock:
    def test_it_moves_and_comes_back(self, clock):
        before = clock.read()
        assert before["offset_seconds"] == 0
        moved = clock.advance(3600)
        assert moved["offset_seconds"] == 3600
        assert moved["now"] - before["now"] >= 3_600_000
        assert clock.advance(60)["offset_seconds"] == 3660
        assert clock.reset()["offset_seconds"] == 0

    def test_the_service_lives_by_it(self, make_pool, clock):
        clock.advance(86400)
        pool = make_pool()
        assert pool.described["CreationDate"].timestamp() * 1000 >= clock.read()["now"] - 60_000

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"advance_seconds":"soon"}', b'{"other":1}'])
    def test_nonsense_is_refused(self, server, body):
        reply = wire.request(
            server.url, "POST", "/_cenote/clock", body, {"Content-Type": "application/json"}
        )
        assert 400 <= reply.status < 500


class TestDev:
    def test_health(self, server):
        reply = server.get("/_cenote/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "messages_given_up": 0})

    def test_any_credentials_and_none(self, server):
        assert server.call("ListUserPools", {"MaxResults": 1}).status == 200
        idp = sdk.client(server.url, key="anything", secret="at all")
        assert "UserPools" in idp.list_user_pools(MaxResults=1)

    def test_the_region_of_a_request_is_that_of_its_signature(self, server):
        idp = sdk.client(server.url, region="sa-east-1")
        made = idp.create_user_pool(PoolName="p")["UserPool"]
        assert made["Id"].startswith("sa-east-1_")
        assert made["Arn"].startswith("arn:aws:cognito-idp:sa-east-1:")
        plain = server.call("DescribeUserPool", {"UserPoolId": made["Id"]})
        assert plain.status == 200

    def test_data_survive_a_restart(self, start, new_store):
        place = new_store()
        arguments = ["dev", "--listen", "127.0.0.1:0", *place.arguments()]
        first = start(arguments, cwd=place.folder)
        pool = Pool(first, AutoVerifiedAttributes=["email"])
        app = pool.app()
        name = pool.user(email="a@example.com")
        keys, tokens = set(pool.keys()), app.tokens(name)
        assert first.stop() == 0
        second = start(arguments, cwd=place.folder)
        idp = sdk.client(second.url)
        seen = idp.admin_get_user(UserPoolId=pool.id, Username=name)
        assert seen["UserStatus"] == "CONFIRMED"
        assert idp.initiate_auth(
            ClientId=app.id, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        assert idp.initiate_auth(
            ClientId=app.id, AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )["AuthenticationResult"]
        assert idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == name
        documents = second.get(f"/{pool.id}/.well-known/jwks.json").json()["keys"]
        assert {key["kid"] for key in documents} == keys

    @pytest.mark.only("sqlite")
    def test_the_root_key_is_made_for_its_owner_alone(self, start, new_store):
        place = new_store()
        start(["dev", "--listen", "127.0.0.1:0", *place.arguments()], cwd=place.folder)
        key = place.data / "root.key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert len(key.read_text().strip()) == 64

    @pytest.mark.only("sqlite")
    def test_no_secret_is_stored_in_the_open(self, start, new_store):
        place = new_store()
        running = start(["dev", "--listen", "127.0.0.1:0", *place.arguments()], cwd=place.folder)
        pool = Pool(running, AutoVerifiedAttributes=["email"])
        app = pool.app(GenerateSecret=True)
        app.sign_up("alice", "Very-Secret-Word-1", email="alice@example.com")
        code = running.get("/_cenote/inbox?user=alice").json()["messages"][0]["code"]
        pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username="alice")
        tokens = app.tokens("alice", "Very-Secret-Word-1")
        assert running.stop() == 0
        stored = b"".join(
            path.read_bytes() for path in place.data.rglob("*")
            if path.is_file() and path.name != "root.key"
        )
        assert b"alice" in stored
        for secret in (
            "Very-Secret-Word-1", app.secret, f"confirmation code is {code}",
            tokens["RefreshToken"], "PRIVATE KEY",
        ):
            assert secret.encode() not in stored, secret

    @pytest.mark.parametrize(("proxy", "status"), [("false", 200), ("true", 403)])
    def test_with_access_keys_its_doors_answer_this_machine_alone(
        self, start, new_store, proxy, status
    ):
        place = new_store()
        config = write_config(place, required=[f"behind_proxy = {proxy}"])
        running = start(["dev", "--config", str(config)], cwd=place.folder)
        unsigned = running.call("ListUserPools", {"MaxResults": 1})
        assert unsigned.json()["__type"] == "MissingAuthenticationTokenException"
        for door in ("inbox", "clock"):
            assert running.get(f"/_cenote/{door}").status == status

    def test_issuer_mode_aws(self, start, new_store):
        place = new_store()
        running = start(
            ["dev", "--listen", "127.0.0.1:0", "--issuer", "aws", *place.arguments()],
            cwd=place.folder,
        )
        pool = Pool(running)
        pool.issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
        tokens = pool.app().tokens(pool.user())
        assert pool.claims(tokens["AccessToken"])["iss"] == pool.issuer

    def test_logs_name_no_one(self, server, pool, app):
        name = pool.user("very-recognisable-name", email="recognisable@example.com")
        tokens = app.tokens(name)
        with refused("NotAuthorizedException"):
            app.start(name, "Recognisable-Wrong-1")
        written = "".join(server.output)
        for secret in (
            name, "recognisable@example.com", PASSWORD, "Recognisable-Wrong-1",
            tokens["AccessToken"], tokens["RefreshToken"],
        ):
            assert secret not in written


class TestServe:
    def test_health(self, served):
        reply = served.get("/_cenote/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "messages_given_up": 0})

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/_cenote/inbox"), ("DELETE", "/_cenote/inbox"), ("GET", "/_cenote/clock"),
         ("POST", "/_cenote/clock"), ("POST", "/_cenote/seed/create"),
         ("POST", "/_cenote/seed/password"), ("GET", "/_cenote/imports/us-east-1_pool/job")],
    )
    def test_development_doors_are_absent(self, served, method, path):
        reply = wire.request(
            served.url, method, path, b'{"advance_seconds":1}', {"Content-Type": "application/json"}
        )
        assert reply.status == 404

    def test_boto3_signs_in_with_the_configured_key(self, served):
        idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
        pool = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
        client = idp.create_user_pool_client(
            UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        idp.sign_up(ClientId=client, Username="alice", Password=PASSWORD)
        idp.admin_confirm_sign_up(UserPoolId=pool, Username="alice")
        tokens = idp.initiate_auth(
            ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        claims = jwt.decode(tokens["AccessToken"], options={"verify_signature": False})
        assert claims["iss"] == f"https://id.example.com/{pool}"

    def test_the_environment_configures_too(self, start, new_store):
        place = new_store()
        path = write_config(place)
        port = free_port()
        running = start(
            ["serve", "--config", str(path)], cwd=place.folder,
            environment={"CENOTE_LISTEN": f"127.0.0.1:{port}"},
        )
        assert running.port == port


def test_the_two_models_agree():
    """botocore's model, which the tests walk, has the operations that the server knows."""
    ours = json.loads((model.ROOT / "crates" / "model" / "service.json").read_text("utf-8"))
    assert sorted(ours["operations"]) == model.OPERATIONS
    assert len(model.OPERATIONS) == 141
