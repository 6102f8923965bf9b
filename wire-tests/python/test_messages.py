"""What is sent, to whom, and with which words; seen through the development inbox."""

import re

import pytest

from cenote import wire
from cenote.scene import NEW_PASSWORD
from cenote.sdk import attributes

SMS = {
    "SmsConfiguration": {
        "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x",
    },
}


def invite(pool, username, mediums, **values):
    settings = {} if mediums is None else {"DesiredDeliveryMediums": mediums}
    return pool.idp.admin_create_user(
        UserPoolId=pool.id, Username=username, UserAttributes=attributes(values), **settings
    )


class TestInvitation:
    def test_the_default_text(self, pool, app, inbox):
        invite(pool, "alice", ["EMAIL"], email="a@example.com")
        message = inbox.newest(pool, "alice")
        assert message["subject"] == "Your temporary password"
        assert message["body"].startswith("Your username is alice and temporary password is ")
        assert app.start("alice", message["code"])["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def test_sms_is_the_default_medium(self, make_pool, inbox):
        pool = make_pool(**SMS)
        invite(pool, "alice", None, email="a@example.com", phone_number="+15550101234")
        messages = inbox.messages(pool=pool.id)
        assert [(one["medium"], one["to"]) for one in messages] == [("SMS", "+15550101234")]

    def test_both_mediums_are_two_messages(self, make_pool, inbox):
        pool = make_pool(**SMS)
        invite(
            pool, "alice", ["EMAIL", "SMS"], email="a@example.com", phone_number="+15550101234"
        )
        messages = inbox.messages(pool=pool.id)
        assert {one["medium"] for one in messages} == {"EMAIL", "SMS"}
        assert len({one["code"] for one in messages}) == 1

    def test_suppressed_means_none(self, pool, inbox):
        pool.invite("alice", email="a@example.com")
        assert inbox.messages(pool=pool.id) == []

    def test_an_own_template(self, make_pool, inbox):
        pool = make_pool(AdminCreateUserConfig={
            "AllowAdminCreateUserOnly": False,
            "InviteMessageTemplate": {
                "EmailSubject": "Welcome, {username}",
                "EmailMessage": "Hello {username}, take {####}",
            },
        })
        invite(pool, "alice", ["EMAIL"], email="a@example.com")
        message = inbox.newest(pool, "alice")
        assert message["body"].startswith("Hello alice, take ")
        assert message["subject"].startswith("Welcome")


class TestVerification:
    def test_an_own_template(self, make_pool, inbox):
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            VerificationMessageTemplate={
                "EmailSubject": "Almost there", "EmailMessage": "Take <b>{####}</b>",
            },
        )
        pool.app().sign_up("alice", email="a@example.com")
        message = inbox.newest(pool, "alice")
        assert message["subject"] == "Almost there"
        assert message["body"] == f"Take <b>{message['code']}</b>"

    def test_an_own_text_for_sms(self, make_pool, inbox):
        pool = make_pool(
            AutoVerifiedAttributes=["phone_number"], SmsVerificationMessage="Take {####}", **SMS
        )
        pool.app().sign_up("alice", phone_number="+15550101234")
        message = inbox.newest(pool, "alice")
        assert message["medium"] == "SMS"
        assert message["body"] == f"Take {message['code']}"

    def test_a_template_needs_its_placeholder(self, idp):
        with pytest.raises(idp.exceptions.ClientError) as caught:
            idp.create_user_pool(PoolName="p", EmailVerificationMessage="Nothing to take")
        assert caught.value.response["Error"]["Code"] == "InvalidParameterException"

    def test_a_pool_of_links_sends_codes_for_passwords(self, make_pool, inbox):
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"},
        )
        app = pool.app()
        name = pool.user(email="a@example.com", email_verified="true")
        app.forgot(name)
        message = inbox.newest(pool, name)
        assert re.fullmatch(r"\d{6}", message["code"])
        assert message["code"] in message["body"]
        app.recover(name, message["code"], NEW_PASSWORD)


class TestSilence:
    def test_no_message_for_what_needs_none(self, pool, app, inbox):
        name = pool.user(email="a@example.com", email_verified="true")
        tokens = app.tokens(name)
        pool.idp.change_password(
            AccessToken=tokens["AccessToken"], PreviousPassword="Correct-Horse-9",
            ProposedPassword=NEW_PASSWORD,
        )
        pool.update(name, nickname="Al")
        app.sign_up("bob")
        pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username="bob")
        assert inbox.messages(pool=pool.id) == []

    def test_nothing_is_sent_for_a_refused_change(self, pool, app, inbox):
        with pytest.raises(app.idp.exceptions.ClientError):
            app.sign_up("alice", "short", email="a@example.com")
        assert inbox.messages(pool=pool.id) == []


class TestInbox:
    def test_a_message_has_every_member(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        message = inbox.newest(pool, "alice")
        assert set(message) == {
            "id", "at", "pool_id", "username", "sub", "medium", "to", "purpose", "subject",
            "body", "code", "link", "state", "tries",
        }
        assert message["pool_id"] == pool.id
        assert message["username"] == "alice"
        assert message["sub"] == pool.attributes("alice")["sub"]
        assert message["link"] is None
        assert (message["state"], message["tries"]) == ("waiting", 0)

    def test_the_queries(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        app.sign_up("bob", email="b@example.com")
        app.forgot(pool.user("carol", email="c@example.com", email_verified="true"))
        everything = inbox.messages(pool=pool.id)
        assert [one["username"] for one in everything] == ["carol", "bob", "alice"]
        alice = everything[2]
        for query in (
            {"user": "alice"}, {"user": alice["sub"]}, {"user": "a@example.com"},
            {"to": "a@example.com"},
        ):
            assert inbox.messages(pool=pool.id, **query) == [alice]
        assert inbox.messages(pool=pool.id, medium="SMS") == []
        assert len(inbox.messages(pool=pool.id, medium="EMAIL")) == 3
        purposes = {one["purpose"] for one in everything}
        assert len(purposes) == 2
        for purpose in purposes:
            found = inbox.messages(pool=pool.id, purpose=purpose)
            assert found == [one for one in everything if one["purpose"] == purpose]

    def test_people_get_a_page_with_everything_escaped(self, pool, app, server):
        app.sign_up("alice", email="a@example.com", name="<script>alert(1)</script>")
        app.sign_up("<img/src=x>", email="b@example.com")
        reply = server.get(f"/_cenote/inbox?pool={pool.id}", headers={"Accept": "text/html"})
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/html")
        page = reply.body.decode()
        assert "a@example.com" in page
        assert "<script>alert" not in page
        assert "<img/src=x>" not in page

    def test_it_can_be_cleared(self, start, new_store):
        place = new_store("sqlite")
        other = start(
            ["dev", "--listen", "127.0.0.1:0", "--memory"], cwd=place.folder
        )
        pool = other.call("CreateUserPool", {
            "PoolName": "p", "AutoVerifiedAttributes": ["email"],
        }).json()["UserPool"]["Id"]
        client = other.call("CreateUserPoolClient", {
            "UserPoolId": pool, "ClientName": "c",
        }).json()["UserPoolClient"]["ClientId"]
        assert other.call("SignUp", {
            "ClientId": client, "Username": "alice", "Password": "Correct-Horse-9",
            "UserAttributes": [{"Name": "email", "Value": "a@example.com"}],
        }).status == 200
        assert len(other.get("/_cenote/inbox").json()["messages"]) == 1
        reply = wire.request(other.url, "DELETE", "/_cenote/inbox")
        assert 200 <= reply.status < 300
        assert other.get("/_cenote/inbox").json() == {"messages": []}
