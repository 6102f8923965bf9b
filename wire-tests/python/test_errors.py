"""The wire itself: requests, replies, coercions and constraint texts, byte by byte."""

import json
import re
import uuid
from email.utils import parsedate_to_datetime

import httpx
import pytest

from cenote import wire
from cenote.scene import PASSWORD

POOL = "us-east-1_ABCdef123"


def refused(reply, name, message, status=400):
    assert reply.status == status, reply
    assert reply.error == name
    assert reply.message == message


class TestReplies:
    def test_the_headers_of_a_success(self, server, pool):
        reply = server.call("DescribeUserPool", {"UserPoolId": pool.id})
        assert reply.status == 200
        assert reply.headers["content-type"] == "application/x-amz-json-1.1"
        assert str(uuid.UUID(reply.headers["x-amzn-requestid"])) == reply.headers[
            "x-amzn-requestid"
        ]
        assert parsedate_to_datetime(reply.headers["date"])
        assert int(reply.headers["content-length"]) == len(reply.body)

    def test_an_error_has_a_bare_type_and_a_lower_case_message(self, server):
        reply = server.call("DescribeUserPool", {"UserPoolId": POOL})
        assert reply.status == 400
        text = f"User pool {POOL} does not exist."
        assert reply.json() == {"__type": "ResourceNotFoundException", "message": text}
        assert reply.headers["content-type"] == "application/x-amz-json-1.1"
        assert reply.headers["x-amzn-errortype"] == "ResourceNotFoundException:"
        assert reply.headers["x-amzn-errormessage"] == text
        assert uuid.UUID(reply.headers["x-amzn-requestid"])

    def test_a_line_break_in_a_message_does_not_break_the_header(self, server, pool):
        name = pool.user()
        reply = server.call("AdminUpdateUserAttributes", {
            "UserPoolId": pool.id, "Username": name,
            "UserAttributes": [{"Name": "custom:foo", "Value": "x"}],
        })
        assert reply.error == "InvalidParameterException"
        assert reply.message.endswith("\n")
        assert "\n" not in reply.headers.get("x-amzn-errormessage", "")

    def test_empty_outputs_are_an_empty_object(self, server, pool):
        reply = server.call("UpdateUserPool", {"UserPoolId": pool.id})
        assert (reply.status, reply.body) == (200, b"{}")

    def test_operations_without_an_output_have_an_empty_body(self, server, pool):
        name = pool.user()
        pool.idp.create_group(UserPoolId=pool.id, GroupName="g")
        who = {"UserPoolId": pool.id, "Username": name}
        client = pool.app().id
        for operation, body in (
            ("AdminAddUserToGroup", who | {"GroupName": "g"}),
            ("AdminRemoveUserFromGroup", who | {"GroupName": "g"}),
            ("DeleteGroup", {"UserPoolId": pool.id, "GroupName": "g"}),
            ("AdminDeleteUser", who),
            ("DeleteUserPoolClient", {"UserPoolId": pool.id, "ClientId": client}),
            ("DeleteUserPool", {"UserPoolId": pool.id}),
        ):
            reply = server.call(operation, body)
            assert (reply.status, reply.body) == (200, b""), operation
            assert reply.headers["content-length"] == "0"

    def test_no_member_is_ever_null(self, server, pool, app):
        name = pool.user(email="a@example.com")
        for operation, body in (
            ("DescribeUserPool", {"UserPoolId": pool.id}),
            ("DescribeUserPoolClient", {"UserPoolId": pool.id, "ClientId": app.id}),
            ("AdminGetUser", {"UserPoolId": pool.id, "Username": name}),
            ("ListUsers", {"UserPoolId": pool.id}),
            ("InitiateAuth", {
                "ClientId": app.id, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD},
            }),
        ):
            reply = server.call(operation, body)
            assert reply.status == 200
            assert b"null" not in reply.body

    def test_times_are_seconds_with_a_fraction(self, server, pool):
        name = pool.user()
        body = server.call("AdminGetUser", {"UserPoolId": pool.id, "Username": name}).body
        found = re.search(rb'"UserCreateDate":([0-9.E+]+)', body)
        assert re.fullmatch(rb"\d{10}(\.\d{1,3})?", found.group(1)), found.group(1)
        dates = [
            server.call("DescribeUserPool", {"UserPoolId": pool.id}).json()["UserPool"][name]
            for name in ("CreationDate", "LastModifiedDate")
        ]
        assert all(isinstance(value, (int, float)) for value in dates)


class TestRequests:
    def test_header_names_ignore_case(self, server):
        reply = wire.request(server.url, "POST", "/", b'{"UserPoolId":"%s"}' % POOL.encode(), {
            "x-amz-target": wire.TARGET + "DescribeUserPool",
            "content-type": wire.CONTENT_TYPE,
            "cache-control": "no-store",
            "x-amz-user-agent": "aws-amplify/6",
        })
        assert reply.error == "ResourceNotFoundException"

    @pytest.mark.parametrize(
        "kind",
        ["application/x-amz-json-1.1; charset=utf-8", "application/x-amz-json-1.1;charset=UTF-8",
         "application/x-amz-json-1.0"],
    )
    def test_a_charset_may_follow_the_content_type(self, server, kind):
        headers = {"Content-Type": kind}
        reply = server.call("DescribeUserPool", {"UserPoolId": POOL}, headers=headers)
        assert reply.error == "ResourceNotFoundException"

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", None])
    def test_other_content_types_are_refused(self, server, kind):
        headers = {"Content-Type": kind}
        reply = server.call("DescribeUserPool", {"UserPoolId": POOL}, headers=headers)
        assert reply.status == 400
        assert reply.error in ("SerializationException", "UnknownOperationException")

    @pytest.mark.parametrize(
        "target",
        [None, "", "DescribeUserPool", wire.TARGET, wire.TARGET + "Nothing",
         wire.TARGET + "describeuserpool", "Other.DescribeUserPool"],
    )
    def test_an_unknown_target_has_no_message(self, server, target):
        reply = server.call("DescribeUserPool", {}, headers={"X-Amz-Target": target})
        assert reply.status == 400
        assert reply.json() == {"__type": "UnknownOperationException"}

    def test_unknown_members_are_ignored_and_null_is_absent(self, server, pool):
        reply = server.call("DescribeUserPool", {"UserPoolId": pool.id, "Other": {"a": [1]}})
        assert reply.status == 200
        reply = server.call("ListUsers", {"UserPoolId": pool.id, "Filter": None, "Limit": None})
        assert reply.status == 200
        reply = server.call("DescribeUserPool", {"UserPoolId": None})
        refused(
            reply, "InvalidParameterException",
            "1 validation error detected: Value null at 'userPoolId' failed to satisfy "
            "constraint: Member must not be null",
        )

    def test_a_connection_is_kept(self, server):
        session = wire.Session(server.url)
        ids = {
            session.call("DescribeUserPool", {"UserPoolId": POOL}).headers["x-amzn-requestid"]
            for _ in range(5)
        }
        session.close()
        assert len(ids) == 5

    def test_http_2(self, server, pool):
        with httpx.Client(http1=False, http2=True) as client:
            reply = client.post(
                server.url, content=json.dumps({"UserPoolId": pool.id}),
                headers=wire.headers_for("DescribeUserPool"),
            )
        assert reply.http_version == "HTTP/2"
        assert reply.status_code == 200
        assert reply.json()["UserPool"]["Id"] == pool.id

    @pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("PUT", "/"), ("POST", "/nothing")])
    def test_other_paths_and_methods_are_no_operations(self, server, method, path):
        reply = wire.request(server.url, method, path, b"{}", wire.headers_for("ListUserPools"))
        assert 400 <= reply.status < 500


class TestCoercion:
    @pytest.mark.parametrize(
        ("value", "pattern"),
        [
            (5, r"NUMBER_VALUE can not be converted to a String"),
            (1.5, r"NUMBER_VALUE can not be converted to a String"),
            (True, r"TRUE_VALUE can not be converted to a String"),
            (False, r"FALSE_VALUE can not be converted to a String"),
            ({"a": 1}, r"Start of structure or map found where not expected\."),
            (["a"], r"Start of list found where not expected\."),
        ],
    )
    def test_what_is_no_string(self, server, value, pattern):
        reply = server.call("DescribeUserPool", {"UserPoolId": value})
        assert reply.status == 400
        assert reply.error == "SerializationException"
        assert set(reply.json()) == {"__type", "Message"}
        assert re.fullmatch(pattern, reply.message), reply.message

    @pytest.mark.parametrize("value", [True, False, 5])
    def test_an_attribute_value_is_a_string(self, server, pool, value):
        reply = server.call("AdminCreateUser", {
            "UserPoolId": pool.id, "Username": "alice",
            "UserAttributes": [{"Name": "email_verified", "Value": value}],
        })
        assert (reply.status, reply.error) == (400, "SerializationException")

    def test_a_string_where_a_map_is_expected(self, server):
        reply = server.call("InitiateAuth", {
            "ClientId": "abc", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": "USERNAME",
        })
        refused(reply, "SerializationException", "Expected map or null")
        assert reply.json()["Message"] == "Expected map or null"

    def test_a_string_where_a_structure_is_expected(self, server):
        reply = server.call("CreateUserPool", {"PoolName": "p", "Policies": "strict"})
        refused(reply, "SerializationException", "Expected map or null")

    def test_a_string_where_a_list_is_expected(self, server):
        reply = server.call("CreateUserPool", {"PoolName": "p", "AliasAttributes": "email"})
        refused(reply, "SerializationException", "Expected list or null")

    @pytest.mark.parametrize(("text", "meaning"), [("yes", False), ("true", True), ("TRUE", True)])
    def test_a_string_is_taken_for_a_boolean(self, server, pool, text, meaning):
        name = pool.invite()["Username"]
        reply = server.call("AdminSetUserPassword", {
            "UserPoolId": pool.id, "Username": name, "Password": PASSWORD, "Permanent": text,
        })
        assert reply.status == 200, reply
        assert (pool.status(name) == "CONFIRMED") is meaning

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"nonsense", b'{"a":}', b'{"UserPoolId":"a"', b"\xff\xfe", b'{"a":"\xff"}'],
    )
    def test_what_is_no_json_has_no_message(self, server, body):
        reply = server.call("DescribeUserPool", body)
        assert reply.status == 400
        assert reply.json() == {"__type": "SerializationException"}
        assert reply.headers["x-amzn-errortype"] == "SerializationException:"

    @pytest.mark.parametrize("body", [b"[]", b'"text"', b"5"])
    def test_a_body_that_is_no_object(self, server, body):
        reply = server.call("DescribeUserPool", body)
        assert (reply.status, reply.error) == (400, "SerializationException")


class TestConstraints:
    """The texts of section "constraint validation": InvalidParameterException, before any rule."""

    def text(self, server, operation, body):
        reply = server.call(operation, body)
        assert (reply.status, reply.error) == (400, "InvalidParameterException"), reply
        return reply.message

    def test_pattern(self, server):
        assert self.text(server, "DescribeUserPool", {"UserPoolId": "X"}) == (
            "1 validation error detected: Value 'X' at 'userPoolId' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
        )

    def test_a_pattern_matches_the_whole(self, server):
        assert "pattern" in self.text(
            server, "DescribeUserPool", {"UserPoolId": "us-east-1_abc "}
        )

    def test_pattern_and_length_of_one_member(self, server):
        value = "!" * 56
        assert self.text(server, "DescribeUserPool", {"UserPoolId": value}) == (
            f"2 validation errors detected: Value '{value}' at 'userPoolId' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+; "
            f"Value '{value}' at 'userPoolId' failed to satisfy constraint: Member must have "
            "length less than or equal to 55"
        )

    def test_several_members(self, server):
        message = self.text(server, "AdminGetUser", {})
        head, _, rest = message.partition(": ")
        assert head == "2 validation errors detected"
        assert sorted(rest.split("; ")) == sorted([
            "Value null at 'userPoolId' failed to satisfy constraint: Member must not be null",
            "Value at 'username' failed to satisfy constraint: Member must not be null",
        ])

    def test_length(self, server):
        long = "a" * 129
        assert self.text(server, "CreateUserPool", {"PoolName": long}) == (
            f"1 validation error detected: Value '{long}' at 'poolName' failed to satisfy "
            "constraint: Member must have length less than or equal to 128"
        )
        assert self.text(server, "GetUser", {"AccessToken": ""}) .startswith(
            "1 validation error"
        )

    def test_sensitive_values_are_left_out(self, server):
        secret = "has a blank "
        for operation, body, path in (
            ("SignUp", {"ClientId": "abc", "Username": "a", "Password": secret}, "password"),
            ("SignUp", {"ClientId": "abc", "Username": "a b", "Password": PASSWORD}, "username"),
            ("GetUser", {"AccessToken": "has a blank"}, "accessToken"),
        ):
            message = self.text(server, operation, body)
            assert message.startswith(
                f"1 validation error detected: Value at '{path}' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: "
            )
            assert "blank" not in message
            assert "a b" not in message

    def test_a_missing_token(self, server):
        assert self.text(server, "GetUser", {}) == (
            "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: "
            "Member must not be null"
        )

    def test_an_enumeration(self, server):
        message = self.text(server, "CreateUserPool", {
            "PoolName": "p", "MfaConfiguration": "MAYBE",
        })
        found = re.fullmatch(
            r"1 validation error detected: Value 'MAYBE' at 'mfaConfiguration' failed to satisfy "
            r"constraint: Member must satisfy enum value set: \[(.*)\]",
            message,
        )
        assert sorted(found.group(1).split(", ")) == ["OFF", "ON", "OPTIONAL"]

    def test_an_item_of_a_list(self, server):
        assert self.text(server, "AdminUpdateUserAttributes", {
            "UserPoolId": POOL, "Username": "a",
            "UserAttributes": [
                {"Name": "email", "Value": "a@example.com"}, {"Name": "n" * 33, "Value": "v"},
            ],
        }) == (
            f"1 validation error detected: Value '{'n' * 33}' at "
            "'userAttributes.2.member.name' failed to satisfy constraint: Member must have length "
            "less than or equal to 32"
        )

    def test_a_long_value_of_an_attribute_is_left_out(self, server):
        assert self.text(server, "AdminUpdateUserAttributes", {
            "UserPoolId": POOL, "Username": "a",
            "UserAttributes": [{"Name": "name", "Value": "v" * 2049}],
        }) == (
            "1 validation error detected: Value at 'userAttributes.1.member.value' failed to "
            "satisfy constraint: Member must have length less than or equal to 2048"
        )

    def test_a_missing_member_of_a_list_item(self, server):
        assert self.text(server, "AdminUpdateUserAttributes", {
            "UserPoolId": POOL, "Username": "a", "UserAttributes": [{"Value": "v"}],
        }) == (
            "1 validation error detected: Value null at 'userAttributes.1.member.name' failed to "
            "satisfy constraint: Member must not be null"
        )

    def test_constraints_come_before_rules(self, server):
        """The pool does not exist, but the caller hears of the number first."""
        assert "validation error" in self.text(
            server, "ListUsers", {"UserPoolId": POOL, "Limit": 99}
        )


class TestStatus:
    def test_what_is_not_found_is_400(self, server, pool, app):
        for operation, body in (
            ("DescribeUserPool", {"UserPoolId": POOL}),
            ("AdminGetUser", {"UserPoolId": pool.id, "Username": "nobody"}),
            ("InitiateAuth", {
                "ClientId": "1example23456789", "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "a", "PASSWORD": "b"},
            }),
        ):
            assert server.call(operation, body).status == 400
