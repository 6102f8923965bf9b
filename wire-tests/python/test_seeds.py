"""Declarative seeds: `cenote dev --seed`, `cenote apply` and `cenote export`, on real servers."""

import base64
import hashlib
import hmac
import json
import subprocess

import pytest

from cenote import sdk, wire
from cenote.process import binary, clean_environment
from cenote.serve import KEY_ID, SECRET, write_config

POOL, CLIENT, SECRET_OF_CLIENT = "us-east-1_dev", "web0123456789", "abcdefghijklmnopqrstuvwxyz0123"
PASSWORD = "correct-horse-1"

SEED = """
UserPools:
  - Id: us-east-1_dev
    PoolName: dev
    AutoVerifiedAttributes: [email]
    AliasAttributes: [email]
    UserPoolTags: {team: identity}
    Policies:
      PasswordPolicy: {MinimumLength: 10, RequireLowercase: true, RequireNumbers: true}
    Schema:
      - {Name: tone, AttributeDataType: String, Mutable: true}
    MfaConfiguration: OPTIONAL
    MfaConfig: {SoftwareTokenMfaConfiguration: {Enabled: true}}
    ResourceServers:
      - Identifier: https://api.example.com
        Name: api
        Scopes: [{ScopeName: read, ScopeDescription: Read}]
    IdentityProviders:
      - ProviderName: Google
        ProviderType: Google
        ProviderDetails: {client_id: id, client_secret: secret, authorize_scopes: openid email}
        AttributeMapping: {email: email}
    Groups:
      - {GroupName: staff, Description: People, Precedence: 1}
    Clients:
      - ClientId: web0123456789
        ClientName: web
        ClientSecret: abcdefghijklmnopqrstuvwxyz0123
        ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
        CallbackURLs: [https://app.example.com/cb]
        AllowedOAuthFlows: [code]
        AllowedOAuthScopes: [openid, https://api.example.com/read]
        AllowedOAuthFlowsUserPoolClient: true
        SupportedIdentityProviders: [COGNITO, Google]
        ManagedLoginBranding: {UseCognitoProvidedValues: true}
      - ClientName: other
    Domains:
      - {Domain: seeded, ManagedLoginVersion: 2}
    UICustomization: {CSS: ".logo-customizable { max-width: 60%; }"}
    Users:
      - Username: ada
        Password: correct-horse-1
        UserAttributes:
          - {Name: email, Value: ada@example.com}
          - {Name: email_verified, Value: "true"}
          - {Name: "custom:tone", Value: warm}
        Groups: [staff]
      - {Username: bob, TemporaryPassword: temporary-horse-1, Enabled: false}
"""


def run(folder, *arguments, environment=None):
    """Runs a command to its end: the exit code, what it wrote to stdout, and to stderr."""
    done = subprocess.run(
        [binary(), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        env=clean_environment(**(environment or {})),
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "seed.yaml").write_text(SEED)
    return tmp_path


@pytest.fixture
def empty(start, folder):
    """A server without anything in it."""
    return start(["dev", "--memory", "--listen", "127.0.0.1:0"], cwd=folder)


@pytest.fixture
def seeded(start, folder):
    arguments = ["dev", "--memory", "--listen", "127.0.0.1:0", "--seed", "seed.yaml"]
    return start(arguments, cwd=folder)


def apply(folder, server, *arguments, seed="seed.yaml"):
    code, out, err = run(folder, "apply", seed, "--endpoint", server.url, *arguments)
    assert (code, err) == (0, ""), (out, err)
    return out


def export(folder, server, *arguments):
    command = ("export", "--endpoint", server.url, "--format", "json", *arguments)
    code, out, err = run(folder, *command)
    assert code == 0, err
    return json.loads(out)


def sign_in(server, username="ada", password=PASSWORD):
    idp = sdk.client(server.url)
    parameters = {
        "USERNAME": username,
        "PASSWORD": password,
        "SECRET_HASH": secret_hash(username),
    }
    answer = idp.initiate_auth(
        ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    return answer["AuthenticationResult"]


def secret_hash(username):
    message = (username + CLIENT).encode()
    digest = hmac.new(SECRET_OF_CLIENT.encode(), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class TestSeeding:
    def test_a_seeded_server_answers_for_the_ids_and_users_of_its_seed(self, seeded):
        idp = sdk.client(seeded.url)
        pool = idp.describe_user_pool(UserPoolId=POOL)["UserPool"]
        assert (pool["Name"], pool["MfaConfiguration"]) == ("dev", "OPTIONAL")
        assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 10
        assert pool["UserPoolTags"] == {"team": "identity"}
        client = idp.describe_user_pool_client(UserPoolId=POOL, ClientId=CLIENT)["UserPoolClient"]
        assert client["ClientSecret"] == SECRET_OF_CLIENT
        assert sign_in(seeded)["AccessToken"]
        ada = idp.admin_get_user(UserPoolId=POOL, Username="ada")
        assert ada["UserStatus"] == "CONFIRMED"
        bob = idp.admin_get_user(UserPoolId=POOL, Username="bob")
        assert (bob["UserStatus"], bob["Enabled"]) == ("FORCE_CHANGE_PASSWORD", False)
        groups = idp.admin_list_groups_for_user(UserPoolId=POOL, Username="ada")["Groups"]
        assert [group["GroupName"] for group in groups] == ["staff"]

    def test_applying_twice_changes_nothing(self, folder, empty):
        assert apply(folder, empty).endswith("9 created, 1 updated, 0 deleted, 0 unchanged\n")
        idp = sdk.client(empty.url)
        before = idp.describe_user_pool(UserPoolId=POOL)["UserPool"]["LastModifiedDate"]
        tokens = sign_in(empty)
        assert apply(folder, empty) == "0 created, 0 updated, 0 deleted, 10 unchanged\n"
        assert idp.describe_user_pool(UserPoolId=POOL)["UserPool"]["LastModifiedDate"] == before
        assert idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == "ada"

    def test_what_differs_is_updated_and_nothing_else_is_touched(self, folder, seeded):
        changed = (
            SEED.replace("MinimumLength: 10", "MinimumLength: 12")
            .replace("Description: People", "Description: Everybody")
            .replace("app.example.com/cb", "app.example.com/back")
            .replace("Value: warm", "Value: cool")
            .replace("Password: correct-horse-1", "Password: another-horse-2")
            .replace("Name: tone,", "Name: tone, Required: false,")
        )
        (folder / "changed.yaml").write_text(changed)
        out = apply(folder, seeded, seed="changed.yaml")
        assert out.splitlines() == [
            "updated pool us-east-1_dev (dev)",
            "updated group staff of pool us-east-1_dev (dev)",
            "updated client web of pool us-east-1_dev (dev)",
            "updated user ada of pool us-east-1_dev (dev)",
            "0 created, 4 updated, 0 deleted, 6 unchanged",
        ]
        idp = sdk.client(seeded.url)
        pool = idp.describe_user_pool(UserPoolId=POOL)["UserPool"]
        assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
        assert (pool["MfaConfiguration"], pool["UserPoolTags"]) == ("OPTIONAL", {"team": "identity"})
        assert pool["AutoVerifiedAttributes"] == ["email"]
        client = idp.describe_user_pool_client(UserPoolId=POOL, ClientId=CLIENT)["UserPoolClient"]
        assert client["CallbackURLs"] == ["https://app.example.com/back"]
        assert client["ClientSecret"] == SECRET_OF_CLIENT
        assert sign_in(seeded, password="another-horse-2")["AccessToken"]
        assert apply(folder, seeded, seed="changed.yaml").startswith("0 created, 0 updated")

    def test_only_prune_deletes(self, folder, seeded):
        smaller = {"UserPools": [{"Id": POOL, "PoolName": "dev", "Users": [{"Username": "ada"}]}]}
        (folder / "smaller.json").write_text(json.dumps(smaller))
        assert apply(folder, seeded, seed="smaller.json") == (
            "0 created, 0 updated, 0 deleted, 2 unchanged\n"
        )
        apply(folder, seeded, "--prune", seed="smaller.json")
        idp = sdk.client(seeded.url)
        assert idp.list_user_pool_clients(UserPoolId=POOL)["UserPoolClients"] == []
        assert idp.list_groups(UserPoolId=POOL)["Groups"] == []
        assert "Domain" not in idp.describe_user_pool(UserPoolId=POOL)["UserPool"]
        users = idp.list_users(UserPoolId=POOL)["Users"]
        assert [user["Username"] for user in users] == ["ada"]

    def test_without_ids_pools_and_clients_are_found_by_name(self, folder, empty):
        plain = SEED.replace("- Id: us-east-1_dev\n    PoolName", "- PoolName")
        plain = plain.replace("- ClientId: web0123456789\n        ClientName", "- ClientName")
        (folder / "plain.yaml").write_text(plain)
        assert apply(folder, empty, seed="plain.yaml").count("created") == 10
        again = apply(folder, empty, seed="plain.yaml")
        assert again == "0 created, 0 updated, 0 deleted, 10 unchanged\n"


    def test_pruning_leaves_the_group_of_a_provider(self, folder, seeded):
        apply(folder, seeded, "--prune")
        groups = sdk.client(seeded.url).list_groups(UserPoolId=POOL)["Groups"]
        assert [group["GroupName"] for group in groups] == ["staff", f"{POOL}_Google"]


class TestExporting:
    def test_an_export_makes_the_same_elsewhere(self, folder, seeded, empty):
        document = export(folder, seeded)
        (folder / "copy.json").write_text(json.dumps(document))
        apply(folder, empty, seed="copy.json")
        assert export(folder, empty) == document
        again = apply(folder, empty, seed="copy.json")
        assert again.startswith("0 created, 0 updated, 0 deleted")

    def test_yaml_says_the_same_as_json(self, folder, seeded, empty):
        code, out, err = run(folder, "export", "--endpoint", seeded.url, "--pool", POOL)
        assert code == 0
        assert "1 users have a password, which no service shows" in err
        assert PASSWORD not in out
        (folder / "copy.yaml").write_text(out)
        apply(folder, empty, seed="copy.yaml")
        assert export(folder, empty) == export(folder, seeded)

    def test_users_can_be_left_out(self, folder, seeded):
        assert "Users" not in export(folder, seeded, "--without-users")["UserPools"][0]

    def test_a_pool_that_is_not_there_is_an_error(self, folder, seeded):
        command = ("export", "--endpoint", seeded.url, "--pool", "us-east-1_none")
        code, out, err = run(folder, *command)
        assert (code, out) == (1, "")
        assert "ResourceNotFoundException" in err


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("UserPools: [{PoolName: a, Cliants: []}]", "UserPools[0].Cliants is not a member"),
            (
                "UserPools: [{PoolName: a, Clients: [{ClientName: c, CallbackUrls: []}]}]",
                "UserPools[0].Clients[0].CallbackUrls is not a member",
            ),
            ("Pools: []", "Pools is not a member that a seed has"),
            ("[]", "a seed is an object with the member UserPools"),
            ("UserPools: [{}]", "'poolName' failed to satisfy constraint"),
            ("UserPools: [{PoolName: a}, {PoolName: a}]", "stands there twice"),
            ("UserPools: [{PoolName: a, Users: [{Username: b, Enabled: 3}]}]", "true or false"),
            ("UserPools: [{PoolName: [}]", "line 1"),
            ("UserPools: [{PoolName: a, Id: 7}]", "UserPools[0].Id is not a text"),
        ],
    )
    def test_a_mistake_is_one_line_and_nothing_is_applied(self, folder, empty, text, error):
        (folder / "wrong.yaml").write_text(text)
        code, out, err = run(folder, "apply", "wrong.yaml", "--endpoint", empty.url)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert error in err
        assert sdk.client(empty.url).list_user_pools(MaxResults=60)["UserPools"] == []

    def test_a_run_that_failed_half_way_is_finished_by_the_next(self, folder, empty):
        weak = SEED.replace("Password: correct-horse-1", "Password: short")
        (folder / "weak.yaml").write_text(weak)
        code, _, err = run(folder, "apply", "weak.yaml", "--endpoint", empty.url)
        assert code == 1
        assert "user ada of pool dev: AdminSetUserPassword: InvalidPasswordException" in err
        assert err.count("\n") == 1
        assert apply(folder, empty).endswith("1 created, 1 updated, 0 deleted, 8 unchanged\n")
        assert sign_in(empty)["AccessToken"]

    def test_what_cannot_change_is_an_error(self, folder, seeded):
        other = SEED.replace("AliasAttributes: [email]", "AliasAttributes: [phone_number]")
        (folder / "other.yaml").write_text(other)
        code, _, err = run(folder, "apply", "other.yaml", "--endpoint", seeded.url)
        assert code == 1
        assert "AliasAttributes cannot be changed" in err

    def test_a_seed_that_is_wrong_ends_the_start(self, folder):
        (folder / "wrong.yaml").write_text("UserPools: [{PoolName: a, Nonsense: 1}]")
        code, out, err = run(folder, "dev", "--memory", "--seed", "wrong.yaml")
        assert (code, out) == (2, "")
        assert "UserPools[0].Nonsense" in err

    def test_nobody_at_the_endpoint(self, folder):
        code, _, err = run(folder, "apply", "seed.yaml", "--endpoint", "http://127.0.0.1:9")
        assert code == 1
        assert "nobody answers at http://127.0.0.1:9" in err


class TestServe:
    """In `cenote serve` there is no door for fixed ids: they are applied on its database."""

    ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}

    def test_fixed_ids_go_to_the_database_of_the_configuration(self, folder, start, new_store):
        place = new_store()
        config = write_config(place)
        code, out, err = run(folder, "apply", "seed.yaml", "--config", config)
        assert (code, err) == (0, "")
        assert out.endswith("9 created, 1 updated, 0 deleted, 0 unchanged\n")
        served = start(["serve", "--config", str(config)], cwd=place.folder)
        assert sign_in(served)["AccessToken"]
        idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
        assert idp.describe_user_pool(UserPoolId=POOL)["UserPool"]["Name"] == "dev"
        command = ("apply", "seed.yaml", "--endpoint", served.url)
        code, out, err = run(folder, *command, environment=self.ENVIRONMENT)
        assert (code, err) == (0, "")
        assert "left the password of user ada" in out
        assert out.endswith("0 created, 0 updated, 0 deleted, 10 unchanged\n")

    def test_over_the_network_fixed_ids_are_refused_with_a_way_out(self, folder, start, new_store):
        place = new_store()
        served = start(["serve", "--config", str(write_config(place))], cwd=place.folder)
        command = ("apply", "seed.yaml", "--endpoint", served.url)
        code, _, err = run(folder, *command, environment=self.ENVIRONMENT)
        assert code == 1
        assert "chooses its ids itself" in err
        assert "cenote apply --config" in err

    def test_the_doors_for_seeds_are_for_development_only(self, start, new_store):
        place = new_store()
        served = start(["serve", "--config", str(write_config(place))], cwd=place.folder)

        for door in ("create", "password"):
            assert wire.request(served.url, "POST", f"/_cenote/seed/{door}", b"{}").status == 404
