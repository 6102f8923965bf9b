"""Every operation with no credentials, wrong credentials and credentials of the wrong class."""

import pytest

from cenote import model, sigv4
from cenote.process import Server
from cenote.serve import KEY_ID, SECRET, write_config

CLASSES = model.classes()
IAM = sorted(name for name in CLASSES if CLASSES[name] == "iam")
TOKEN = sorted(name for name in CLASSES if CLASSES[name] == "token")
PUBLIC = sorted(name for name in CLASSES if CLASSES[name] == "public")

# What the protocol itself refuses with; every other error must be one that the model declares.
AUTHENTICATION = {
    "MissingAuthenticationTokenException", "IncompleteSignatureException",
    "InvalidSignatureException", "UnrecognizedClientException", "ExpiredTokenException",
}


@pytest.fixture(scope="module")
def served(new_store):
    place = new_store()
    running = Server(["serve", "--config", str(write_config(place))], cwd=place.folder)
    yield running
    assert running.alive()
    running.kill()


def signed(server, operation, body, **keywords):
    keywords = {"key_id": KEY_ID, "secret": SECRET} | keywords
    return sigv4.call(server.url, operation, body, **keywords)


def test_the_classes_cover_the_model():
    assert (len(IAM), len(TOKEN), len(PUBLIC)) == (105, 24, 12)


class TestSigned:
    @pytest.mark.parametrize("operation", IAM)
    def test_no_credentials(self, served, operation):
        reply = served.call(operation, model.least_input(operation))
        assert reply.status == 400
        assert reply.error == "MissingAuthenticationTokenException"
        assert reply.message == "Missing Authentication Token"

    @pytest.mark.parametrize("operation", IAM)
    def test_a_wrong_key(self, served, operation):
        body = model.least_input(operation)
        reply = signed(served, operation, body, key_id="AKIANOSUCHKEY0000000")
        assert reply.status == 400
        assert reply.error == "UnrecognizedClientException"
        assert reply.message == "The security token included in the request is invalid."

    @pytest.mark.parametrize("operation", IAM)
    def test_a_wrong_secret(self, served, operation):
        reply = signed(served, operation, model.least_input(operation), secret="wrong")
        assert reply.status == 400
        assert reply.error == "InvalidSignatureException"
        assert reply.message.startswith(
            "The request signature we calculated does not match the signature you provided."
        )

    @pytest.mark.parametrize("operation", IAM)
    def test_the_wrong_class(self, served, operation):
        """A bearer token opens no signed operation."""
        headers = {"Authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}
        reply = served.call(operation, model.least_input(operation), headers=headers)
        assert reply.status == 400
        assert reply.error in AUTHENTICATION

    @pytest.mark.parametrize("operation", IAM)
    def test_the_right_credentials(self, served, operation):
        reply = signed(served, operation, model.least_input(operation))
        if reply.status != 200:
            assert reply.status == 400, reply
            assert reply.error in model.declared_errors(operation), reply


class TestToken:
    @pytest.mark.parametrize("operation", TOKEN)
    def test_no_credentials(self, served, operation):
        body = model.least_input(operation)
        body.pop("AccessToken", None)
        reply = served.call(operation, body)
        assert (reply.status, reply.error) == (400, "InvalidParameterException")
        if operation in ("AssociateSoftwareToken", "VerifySoftwareToken"):
            assert reply.message == "Exactly one of AccessToken and Session must be given."
            return
        assert reply.message == (
            "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: "
            "Member must not be null"
        )

    @pytest.mark.parametrize("operation", TOKEN)
    def test_wrong_credentials(self, served, operation):
        body = model.least_input(operation) | {"AccessToken": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}
        reply = served.call(operation, body)
        assert (reply.status, reply.error) == (400, "NotAuthorizedException")
        assert reply.message == "Invalid Access Token"

    @pytest.mark.parametrize("operation", TOKEN)
    def test_the_wrong_class(self, served, operation):
        """A good signature opens no operation of the user's own."""
        body = model.least_input(operation) | {"AccessToken": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}
        reply = signed(served, operation, body)
        assert (reply.status, reply.error) == (400, "NotAuthorizedException")
        assert reply.message == "Invalid Access Token"


class TestPublic:
    @pytest.mark.parametrize("operation", PUBLIC)
    @pytest.mark.parametrize("keywords", [None, {}, {"key_id": "AKIANOSUCHKEY0000000"},
                                          {"secret": "wrong"}])
    def test_no_signature_is_asked_and_none_is_checked(self, served, operation, keywords):
        body = model.least_input(operation)
        if keywords is None:
            reply = served.call(operation, body)
        else:
            reply = signed(served, operation, body, **keywords)
        assert reply.status == 400, reply
        assert reply.error not in AUTHENTICATION
        assert reply.error in model.declared_errors(operation), reply


@pytest.mark.parametrize("operation", model.OPERATIONS)
def test_in_development_no_signature_is_asked(server, operation):
    reply = server.call(operation, model.least_input(operation))
    if reply.status != 200:
        assert reply.status == 400, reply
        assert reply.error in model.declared_errors(operation), reply
