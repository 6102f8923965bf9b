"""The operations that no other test calls through an SDK: boto3 reads the answer of each."""

import pytest
from pycognito.aws_srp import AWSSRP, generate_hash_device

from cenote.scene import PASSWORD, fresh
from cenote.sdk import refused, without_metadata

LINKS = {"cognito:default": "https://example.com/terms"}
DETAILS = {
    "client_id": "id", "client_secret": "secret", "authorize_scopes": "openid",
    "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET",
    "authorize_url": "https://idp.example.com/a", "token_url": "https://idp.example.com/t",
    "attributes_url": "https://idp.example.com/u", "jwks_uri": "https://idp.example.com/k",
}
KEY = "arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab"


class Bound:
    """boto3 with the pool filled in."""

    def __init__(self, pool):
        self._pool = pool

    def __getattr__(self, operation):
        def call(**given):
            answer = getattr(self._pool.idp, operation)(UserPoolId=self._pool.id, **given)
            return without_metadata(answer)

        return call


@pytest.fixture
def of_pool(pool):
    return Bound(pool)


def test_devices_are_shown_remembered_and_forgotten(make_pool):
    pool = make_pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    app, name = pool.app(), pool.user()
    idp, bound = pool.idp, Bound(pool)

    def device():
        """A confirmed device: an access token and its key."""
        srp = AWSSRP(
            username=name, password=PASSWORD, pool_id=pool.id, client_id=app.id, client=idp
        )
        new = srp.authenticate_user()["AuthenticationResult"]
        data = new["NewDeviceMetadata"]
        _, verifier = generate_hash_device(data["DeviceGroupKey"], data["DeviceKey"])
        idp.confirm_device(
            AccessToken=new["AccessToken"], DeviceKey=data["DeviceKey"], DeviceName="wire",
            DeviceSecretVerifierConfig=verifier,
        )
        return {"AccessToken": new["AccessToken"], "DeviceKey": data["DeviceKey"]}

    one, other = device(), device()
    keys = {one["DeviceKey"], other["DeviceKey"]}
    idp.update_device_status(**one, DeviceRememberedStatus="remembered")
    shown = idp.get_device(**one)["Device"]
    assert shown["DeviceKey"] == one["DeviceKey"]
    by_name = {"Username": name, "DeviceKey": one["DeviceKey"]}
    assert bound.admin_get_device(**by_name)["Device"]["DeviceKey"] == one["DeviceKey"]
    listed = idp.list_devices(AccessToken=one["AccessToken"])["Devices"]
    assert {entry["DeviceKey"] for entry in listed} == keys
    listed = bound.admin_list_devices(Username=name)["Devices"]
    assert {entry["DeviceKey"] for entry in listed} == keys
    bound.admin_update_device_status(**by_name, DeviceRememberedStatus="not_remembered")
    idp.forget_device(**other)
    bound.admin_forget_device(**by_name)
    for gone in (
        lambda: idp.get_device(**one),
        lambda: idp.forget_device(**one),
        lambda: idp.update_device_status(**one, DeviceRememberedStatus="remembered"),
    ):
        with refused("ResourceNotFoundException"):
            gone()
    assert bound.admin_list_devices(Username=name)["Devices"] == []


def test_a_provider_is_changed_and_its_people_are_let_go(pool, of_pool):
    name = pool.user()
    key = {"ProviderName": "Corp"}
    of_pool.create_identity_provider(**key, ProviderType="OIDC", ProviderDetails=DETAILS)
    changed = of_pool.update_identity_provider(**key, IdpIdentifiers=["corp.example.com"])
    assert changed["IdentityProvider"]["IdpIdentifiers"] == ["corp.example.com"]
    shown = of_pool.describe_identity_provider(**key)["IdentityProvider"]
    assert shown["ProviderDetails"]["client_id"] == "id"
    source = {"ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject",
              "ProviderAttributeValue": "42"}
    of_pool.admin_link_provider_for_user(
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": name},
        SourceUser=source,
    )
    assert of_pool.admin_disable_provider_for_user(User=source) == {}
    of_pool.delete_identity_provider(**key)
    assert of_pool.list_identity_providers()["Providers"] == []


def test_what_a_pool_has_by_name_is_changed_and_deleted(pool, app, of_pool):
    scopes = [{"ScopeName": "read", "ScopeDescription": "Reads"}]
    of_pool.create_resource_server(Identifier="api", Name="API")
    changed = of_pool.update_resource_server(Identifier="api", Name="New", Scopes=scopes)
    assert changed["ResourceServer"]["Scopes"] == scopes

    domain = {"Domain": fresh("every-")}
    of_pool.create_user_pool_domain(**domain)
    changed = of_pool.update_user_pool_domain(**domain, ManagedLoginVersion=2)
    assert changed == {"ManagedLoginVersion": 2}

    made = of_pool.create_managed_login_branding(ClientId=app.id, UseCognitoProvidedValues=True)
    style = {"ManagedLoginBrandingId": made["ManagedLoginBranding"]["ManagedLoginBrandingId"]}
    shown = of_pool.describe_managed_login_branding(**style)["ManagedLoginBranding"]
    assert shown["UseCognitoProvidedValues"] is True
    of_pool.delete_managed_login_branding(**style)

    made = of_pool.create_terms(
        ClientId=app.id, TermsName="terms-of-use", TermsSource="LINK", Enforcement="NONE",
        Links=LINKS,
    )["Terms"]
    terms = {"TermsId": made["TermsId"]}
    links = LINKS | {"cognito:german": "https://example.com/agb"}
    assert of_pool.update_terms(**terms, Links=links)["Terms"]["Links"] == links
    assert of_pool.describe_terms(**terms)["Terms"]["Links"] == links
    of_pool.delete_terms(**terms)

    group, name = {"GroupName": "staff"}, pool.user()
    of_pool.create_group(**group)
    of_pool.admin_add_user_to_group(**group, Username=name)
    of_pool.admin_remove_user_from_group(**group, Username=name)
    assert of_pool.list_users_in_group(**group)["Users"] == []
    of_pool.delete_group(**group)
    assert of_pool.list_groups()["Groups"] == []


def test_a_replica_is_turned_on_and_off_and_deleted(make_pool):
    of_pool = Bound(make_pool(
        KeyConfiguration={"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        IssuerConfiguration={"Type": "UPDATED"},
    ))
    west = {"RegionName": "us-west-2"}
    of_pool.create_user_pool_replica(**west)
    for status in ("ACTIVE", "INACTIVE"):
        changed = of_pool.update_user_pool_replica(**west, Status=status)
        assert changed["UserPoolReplica"]["Status"] == status
    assert of_pool.delete_user_pool_replica(**west)["UserPoolReplica"]["Status"] == "DELETING"


def test_limits_sessions_jobs_and_old_settings_are_read(pool, of_pool):
    definition = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserList"}}
    limit = pool.idp.get_provisioned_limit(LimitDefinition=definition)["Limit"]
    assert (limit["LimitDefinition"], limit["FreeLimitValue"]) == (definition, 30)
    shown = of_pool.get_user_pool_session_configuration()
    assert shown["UserSessionTracking"] == "DISABLED"

    role = "arn:aws:iam::000000000000:role/import"
    made = of_pool.create_user_import_job(JobName="wire", CloudWatchLogsRoleArn=role)
    job = {"JobId": made["UserImportJob"]["JobId"]}
    assert of_pool.stop_user_import_job(**job)["UserImportJob"]["Status"] == "Stopped"
    (listed,) = of_pool.list_user_import_jobs(MaxResults=1)["UserImportJobs"]
    assert listed["JobId"] == job["JobId"]

    name = pool.user()
    assert of_pool.admin_set_user_settings(Username=name, MFAOptions=[]) == {}
