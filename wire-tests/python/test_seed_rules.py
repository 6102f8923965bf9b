"""What seeds have beside pools, clients and users: terms, risk configurations, log delivery and replicas."""

import json

import pytest

from cenote import sdk
from test_seeds import apply, export, run

POOL, CLIENT = "us-east-1_rules", "web0123456789"
LOG_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:users"
KEY = "arn:aws:kms:us-east-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"

TERMS = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE"}
PRIVACY = TERMS | {"TermsName": "privacy-policy"}


def block(*events):
    return {"CompromisedCredentialsRiskConfiguration": {
        "EventFilter": list(events), "Actions": {"EventAction": "BLOCK"},
    }}


def pool(**changes):
    return {
        "Id": POOL,
        "PoolName": "rules",
        "UserPoolTier": "PLUS",
        "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
        "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        "IssuerConfiguration": {"Type": "UPDATED"},
        "RiskConfiguration": block("SIGN_IN"),
        "LogDeliveryConfiguration": {"LogConfigurations": [{
            "EventSource": "userAuthEvents",
            "LogLevel": "INFO",
            "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP},
        }]},
        "Replicas": [
            {"RegionName": "eu-west-1", "Status": "ACTIVE", "UserPoolTags": {"team": "far"}},
        ],
        "Clients": [{
            "ClientId": CLIENT,
            "ClientName": "web",
            "RiskConfiguration": {
                "RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/24"]},
            },
            "Terms": [
                TERMS | {"Links": {"cognito:default": "https://example.com/terms"}},
                PRIVACY | {"Links": {"cognito:default": "https://example.com/privacy"}},
            ],
        }],
    } | changes


@pytest.fixture
def write(tmp_path):
    def seed(**changes):
        document = {"UserPools": [pool(**changes)]}
        (tmp_path / "seed.json").write_text(json.dumps(document))
        return tmp_path

    return seed


@pytest.fixture
def empty(start, tmp_path):
    return start(["dev", "--memory", "--listen", "127.0.0.1:0"], cwd=tmp_path)


def terms(idp, name):
    found = idp.describe_terms_by_client(UserPoolId=POOL, ClientId=CLIENT, TermsName=name)
    return found["Terms"]["Links"]


def replicas(idp):
    listed = idp.list_user_pool_replicas(UserPoolId=POOL)["UserPoolReplicas"]
    return {replica["RegionName"]: replica["Status"] for replica in listed}


def test_a_seed_sets_them_and_a_second_run_changes_nothing(empty, write):
    folder = write()
    told = apply(folder, empty, seed="seed.json")
    assert "created terms-of-use of client web0123456789 of pool us-east-1_rules (rules)" in told
    idp = sdk.client(empty.url)
    assert terms(idp, "privacy-policy") == {"cognito:default": "https://example.com/privacy"}
    shown = idp.describe_risk_configuration(UserPoolId=POOL)["RiskConfiguration"]
    assert shown["CompromisedCredentialsRiskConfiguration"]["EventFilter"] == ["SIGN_IN"]
    shown = idp.describe_risk_configuration(UserPoolId=POOL, ClientId=CLIENT)["RiskConfiguration"]
    assert shown["RiskExceptionConfiguration"]["BlockedIPRangeList"] == ["192.0.2.0/24"]
    shown = idp.get_log_delivery_configuration(UserPoolId=POOL)["LogDeliveryConfiguration"]
    (log,) = shown["LogConfigurations"]
    assert log["CloudWatchLogsConfiguration"] == {"LogGroupArn": LOG_GROUP}
    assert replicas(idp) == {"us-east-1": "ACTIVE", "eu-west-1": "ACTIVE"}
    again = apply(folder, empty, seed="seed.json")
    assert again.strip() == "0 created, 0 updated, 0 deleted, 8 unchanged"


def test_what_differs_is_updated_and_what_the_seed_leaves_out_stays(empty, write):
    apply(write(), empty, seed="seed.json")
    links = {"cognito:default": "https://example.com/new"}
    client = pool()["Clients"][0]
    del client["RiskConfiguration"]
    told = apply(
        write(
            Replicas=[{"RegionName": "eu-west-1", "Status": "INACTIVE"}],
            RiskConfiguration={
                "RiskExceptionConfiguration": {"SkippedIPRangeList": ["198.51.100.7/32"]},
            },
            LogDeliveryConfiguration={"LogConfigurations": []},
            Clients=[client | {"Terms": [TERMS | {"Links": links}]}],
        ),
        empty,
        seed="seed.json",
    )
    assert told.strip().splitlines()[-1] == "0 created, 4 updated, 0 deleted, 2 unchanged"
    idp = sdk.client(empty.url)
    assert terms(idp, "terms-of-use") == links
    assert terms(idp, "privacy-policy") == {"cognito:default": "https://example.com/privacy"}
    shown = idp.describe_risk_configuration(UserPoolId=POOL)["RiskConfiguration"]
    assert shown["CompromisedCredentialsRiskConfiguration"]["EventFilter"] == ["SIGN_IN"]
    assert shown["RiskExceptionConfiguration"]["SkippedIPRangeList"] == ["198.51.100.7/32"]
    shown = idp.get_log_delivery_configuration(UserPoolId=POOL)["LogDeliveryConfiguration"]
    assert shown["LogConfigurations"] == []
    assert replicas(idp)["eu-west-1"] == "INACTIVE"


def test_pruning_takes_terms_and_replicas(empty, write):
    apply(write(), empty, seed="seed.json")
    client = pool()["Clients"][0]
    folder = write(Replicas=[], Clients=[client | {"Terms": client["Terms"][:1]}])
    told = apply(folder, empty, "--prune", seed="seed.json")
    assert "deleted privacy-policy of client web0123456789" in told
    assert "deleted replica in eu-west-1" in told
    idp = sdk.client(empty.url)
    with sdk.refused("ResourceNotFoundException"):
        terms(idp, "privacy-policy")
    assert replicas(idp) == {"us-east-1": "ACTIVE"}


def test_an_export_makes_the_same_elsewhere(start, empty, write):
    folder = write()
    apply(folder, empty, seed="seed.json")
    exported = export(folder, empty)
    (whole,) = exported["UserPools"]
    wanted = pool()
    for member in ("RiskConfiguration", "LogDeliveryConfiguration", "Replicas"):
        assert whole[member] == wanted[member]
    (client,) = whole["Clients"]
    assert client["RiskConfiguration"] == wanted["Clients"][0]["RiskConfiguration"]
    assert client["Terms"] == wanted["Clients"][0]["Terms"]
    (folder / "exported.json").write_text(json.dumps(exported))
    other = start(["dev", "--memory", "--listen", "127.0.0.1:0"], cwd=folder)
    apply(folder, other, seed="exported.json")
    assert export(folder, other) == exported


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Replicas": [{"RegionName": "eu-west-1", "Status": "ASLEEP"}]}, "'ASLEEP' at 'status'"),
        ({"Replicas": [{"RegionName": "a-b-1"}, {"RegionName": "a-b-1"}]}, "stands there twice"),
        ({"RiskConfiguration": {"Risk": {}}}, "RiskConfiguration.Risk is not a member"),
    ],
)
def test_a_mistake_in_them_is_told_before_anything_is_applied(empty, write, changes, text):
    folder = write(**changes)
    code, out, err = run(folder, "apply", "seed.json", "--endpoint", empty.url)
    assert (code != 0, out) == (True, "")
    assert text in err
    assert sdk.client(empty.url).list_user_pools(MaxResults=1)["UserPools"] == []
