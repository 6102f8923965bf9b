"""Two nodes on one database, and the same proof sent to both at once, again and again: one gets through."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from pycognito.aws_srp import generate_hash_device

from cenote import passkey, sdk, srp
from cenote.scene import NEW_PASSWORD, PASSWORD, Inbox, Pool

pytestmark = pytest.mark.only("postgres")

TIMES = 8
ONCE = "Invalid session for the user, session can only be used once."
EXPIRED = "Invalid code provided, please request a code again."
INVALID = "Invalid session for the user."
# Of a request that met the others again and again.
BUSY = "Too many requests"


class Nodes:
    """The nodes, a pool that was made on the first, and a client of each."""

    def __init__(self, servers, **settings):
        self.pool = Pool(servers[0], **settings)
        self.inbox = Inbox(servers[0])
        self.clients = [sdk.client(server.url) for server in servers]

    def race(self, call, holds=lambda answer: "AccessToken" in answer["AuthenticationResult"]):
        """Calls through both at once; the number of those who got through, to what `holds` is true of, and what
        the others were told."""
        barrier = threading.Barrier(TIMES)

        def perform(turn):
            barrier.wait()
            try:
                answer = call(self.clients[turn % 2])
            except ClientError as error:
                return error.response["Error"]["Message"]
            assert holds(answer), answer
            return None

        with ThreadPoolExecutor(TIMES) as threads:
            texts = list(threads.map(perform, range(TIMES)))
        return texts.count(None), {text for text in texts if text is not None}

    def answer(self, app, challenge, session, **answers):
        """Races one answer to a challenge."""
        extra = {} if session is None else {"Session": session}
        return self.race(lambda client: client.respond_to_auth_challenge(
            ClientId=app.id, ChallengeName=challenge, ChallengeResponses=answers, **extra
        ))


@pytest.fixture
def nodes(start, new_store):
    place = new_store("postgres")
    arguments = ["dev", "--listen", "127.0.0.1:0", *place.arguments()]
    servers = [start(arguments, cwd=place.folder) for _ in range(2)]
    return lambda **settings: Nodes(servers, **settings)


@pytest.mark.parametrize("challenge", ["EMAIL_OTP", "SMS_OTP"])
def test_a_first_code_signs_in_once(nodes, challenge):
    it = nodes(
        SmsConfiguration={"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}},
    )
    app = it.pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    name = it.pool.user(email="a@example.com", phone_number="+12065550100")
    asked = app.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE=challenge)
    code = {f"{challenge}_CODE": it.inbox.code(it.pool, name)}
    assert it.answer(app, challenge, asked["Session"], USERNAME=name, **code) == (1, {ONCE})


def test_a_new_password_is_chosen_once(nodes):
    it = nodes()
    app = it.pool.app()
    name = it.pool.invite()["Username"]
    session = app.start(name, "Temporary-1")["Session"]
    won, texts = it.answer(
        app, "NEW_PASSWORD_REQUIRED", session, USERNAME=name, NEW_PASSWORD=NEW_PASSWORD
    )
    assert (won, texts - {ONCE, INVALID}) == (1, set())


def test_a_proof_by_srp_signs_in_once(nodes):
    it = nodes()
    app = it.pool.app()
    proof, challenge = app.srp_start(it.pool.user())
    answers = app.srp_answer(proof, challenge)
    won, texts = it.answer(app, "PASSWORD_VERIFIER", None, **answers)
    assert (won, len(texts)) == (1, 1)


def test_a_rotating_refresh_token_is_redeemed_once(nodes):
    it = nodes()
    app = it.pool.app(
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    )
    token = app.tokens(it.pool.user())["RefreshToken"]
    won, texts = it.race(lambda client: client.get_tokens_from_refresh_token(
        ClientId=app.id, RefreshToken=token
    ))
    told = {
        "Refresh token has already been used. Please sign in again.",
        "Refresh Token has been revoked",
    }
    assert (won, texts - told) == (1, set())


def test_a_proof_of_a_device_signs_in_once(nodes):
    it = nodes(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    app = it.pool.app()
    name = it.pool.user()
    new = app.tokens(name)
    key, group = (new["NewDeviceMetadata"][part] for part in ("DeviceKey", "DeviceGroupKey"))
    password, verifier = generate_hash_device(group, key)
    it.pool.idp.confirm_device(
        AccessToken=new["AccessToken"], DeviceKey=key, DeviceName="wire",
        DeviceSecretVerifierConfig=verifier,
    )
    asked = app.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD, DEVICE_KEY=key)
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    proof = srp.Client()
    challenge = app.respond(
        "DEVICE_SRP_AUTH", asked["Session"], USERNAME=name, DEVICE_KEY=key, SRP_A=proof.public
    )
    given = challenge["ChallengeParameters"]
    shared = proof.key(group, key, password, given["SALT"], given["SRP_B"])
    when = srp.timestamp()
    won, texts = it.answer(
        app, "DEVICE_PASSWORD_VERIFIER", challenge["Session"], USERNAME=name, DEVICE_KEY=key,
        PASSWORD_CLAIM_SECRET_BLOCK=given["SECRET_BLOCK"], TIMESTAMP=when,
        PASSWORD_CLAIM_SIGNATURE=srp.sign(shared, group, key, given["SECRET_BLOCK"], when),
    )
    assert (won, texts - {ONCE, INVALID}) == (1, set())


def test_a_code_of_a_sign_up_confirms_once(nodes):
    it = nodes(AutoVerifiedAttributes=["email"])
    app = it.pool.app()
    app.sign_up("ada", email="ada@example.com")
    code = it.inbox.code(it.pool, "ada")
    won, texts = it.race(
        lambda client: client.confirm_sign_up(
            ClientId=app.id, Username="ada", ConfirmationCode=code
        ),
        lambda _: True,
    )
    # Who has read the user before and looks for the code after finds it gone.
    assert won == 1
    assert texts <= {"User cannot be confirmed. Current status is CONFIRMED", EXPIRED, BUSY}
    assert it.pool.status("ada") == "CONFIRMED"


def test_a_code_resets_a_password_once(nodes):
    it = nodes()
    app = it.pool.app()
    name = it.pool.user(email="ada@example.com", email_verified="true")
    app.forgot(name)
    code = it.inbox.code(it.pool, name)
    won, texts = it.race(
        lambda client: client.confirm_forgot_password(
            ClientId=app.id, Username=name, ConfirmationCode=code, Password=NEW_PASSWORD
        ),
        lambda _: True,
    )
    assert won == 1
    assert texts <= {EXPIRED, BUSY}
    assert app.tokens(name, NEW_PASSWORD)


def test_a_code_verifies_an_address_once(nodes):
    it = nodes(AutoVerifiedAttributes=["email"])
    app = it.pool.app()
    name = it.pool.user(email="ada@example.com")
    access = app.tokens(name)["AccessToken"]
    app.idp.get_user_attribute_verification_code(AccessToken=access, AttributeName="email")
    code = it.inbox.code(it.pool, name)
    won, texts = it.race(
        lambda client: client.verify_user_attribute(
            AccessToken=access, AttributeName="email", Code=code
        ),
        lambda _: True,
    )
    assert won == 1
    assert texts <= {EXPIRED, BUSY}
    assert it.pool.attributes(name)["email_verified"] == "true"


def test_an_assertion_of_a_passkey_signs_in_once(nodes):
    it = nodes(Policies=passkey.FACTORS)
    passkey.allow(it.pool)
    app = it.pool.app(ExplicitAuthFlows=passkey.FLOWS)
    name = it.pool.user()
    mine = passkey.register(app, app.tokens(name)["AccessToken"])
    session, options = passkey.ask(app, name)
    credential = mine.get(options)
    assert it.answer(app, "WEB_AUTHN", session, USERNAME=name, CREDENTIAL=credential) == (1, {ONCE})
