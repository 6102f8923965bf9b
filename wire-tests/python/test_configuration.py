"""Resource servers, tags, domains, identity providers, looks, terms, replicas and limits, by boto3."""

import http.client
import itertools
import json
from urllib.parse import urlsplit

import pytest

from cenote import sdk
from cenote.process import Server
from cenote.sdk import refused, without_metadata
from cenote.serve import KEY_ID, SECRET, write_config

PNG = b"\x89PNG\r\n\x1a\nrest"
_prefixes = itertools.count(1)


def prefix():
    return f"wire-{next(_prefixes)}"


def test_a_client_has_the_scopes_of_a_resource_server(pool):
    scopes = [{"ScopeName": "read", "ScopeDescription": "Reads"}]
    made = pool.idp.create_resource_server(
        UserPoolId=pool.id, Identifier="https://api", Name="API", Scopes=scopes
    )["ResourceServer"]
    assert made == {
        "UserPoolId": pool.id, "Identifier": "https://api", "Name": "API", "Scopes": scopes,
    }
    listed = pool.idp.list_resource_servers(UserPoolId=pool.id, MaxResults=10)
    assert listed["ResourceServers"] == [made]
    flows = {
        "UserPoolId": pool.id, "ClientName": "c", "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"], "CallbackURLs": ["https://example.com"],
    }
    pool.idp.create_user_pool_client(AllowedOAuthScopes=["https://api/read"], **flows)
    with refused("ScopeDoesNotExistException", "Invalid scope requested: https://api/write"):
        pool.idp.create_user_pool_client(AllowedOAuthScopes=["https://api/write"], **flows)
    pool.idp.delete_resource_server(UserPoolId=pool.id, Identifier="https://api")
    with refused("ResourceNotFoundException", "Resource server https://api does not exist."):
        pool.idp.describe_resource_server(UserPoolId=pool.id, Identifier="https://api")


def test_tags_are_merged_and_removed(pool):
    arn = pool.described["Arn"]
    assert pool.idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {}
    pool.idp.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    pool.idp.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert pool.idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_a_domain_stands_in_the_way_of_deletion(pool):
    name = prefix()
    pool.idp.create_user_pool_domain(UserPoolId=pool.id, Domain=name)
    shown = pool.idp.describe_user_pool_domain(Domain=name)["DomainDescription"]
    assert (shown["UserPoolId"], shown["Status"], shown["CustomDomainConfig"]) == (
        pool.id, "ACTIVE", {},
    )
    with refused(
        "InvalidParameterException",
        "User pool cannot be deleted. It has a domain configured that should be deleted first.",
    ):
        pool.idp.delete_user_pool(UserPoolId=pool.id)
    pool.idp.delete_user_pool_domain(UserPoolId=pool.id, Domain=name)
    assert pool.idp.describe_user_pool_domain(Domain=name)["DomainDescription"] == {}


def test_providers_are_found_by_name_and_identifier_and_people_are_linked(pool):
    details = {
        "client_id": "id", "client_secret": "hush", "authorize_scopes": "openid",
        "attributes_request_method": "GET", "oidc_issuer": "https://idp.example.com",
    }
    made = pool.idp.create_identity_provider(
        UserPoolId=pool.id, ProviderName="MyIdp", ProviderType="OIDC", ProviderDetails=details,
        IdpIdentifiers=["example.com"],
    )["IdentityProvider"]
    assert made["ProviderDetails"] == details | {"attributes_url_add_attributes": "false"}
    found = pool.idp.get_identity_provider_by_identifier(
        UserPoolId=pool.id, IdpIdentifier="example.com"
    )["IdentityProvider"]
    assert found == made
    listed = pool.idp.list_identity_providers(UserPoolId=pool.id)["Providers"]
    assert [one["ProviderName"] for one in listed] == ["MyIdp"]
    user = pool.user()
    pool.idp.admin_link_provider_for_user(
        UserPoolId=pool.id,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": user},
        SourceUser={
            "ProviderName": "MyIdp", "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "42",
        },
    )
    assert '"userId":"42"' in pool.attributes(user)["identities"]
    certificate = pool.idp.get_signing_certificate(UserPoolId=pool.id)["Certificate"]
    assert certificate.startswith("MII")


def test_looks_and_terms_belong_to_a_client(pool):
    client = pool.app().id
    style = pool.idp.create_managed_login_branding(
        UserPoolId=pool.id, ClientId=client,
        Settings={"components": {"form": {"borderRadius": 4}}},
        Assets=[{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": PNG}],
    )["ManagedLoginBranding"]
    merged = pool.idp.describe_managed_login_branding_by_client(
        UserPoolId=pool.id, ClientId=client, ReturnMergedResources=True
    )["ManagedLoginBranding"]
    assert merged["ManagedLoginBrandingId"] == style["ManagedLoginBrandingId"]
    assert merged["Settings"]["components"]["form"]["borderRadius"] == 4
    assert merged["Assets"][0]["Bytes"] == PNG
    terms = pool.idp.create_terms(
        UserPoolId=pool.id, ClientId=client, TermsName="terms-of-use", TermsSource="LINK",
        Enforcement="NONE", Links={"cognito:default": "https://example.com"},
    )["Terms"]
    listed = pool.idp.list_terms(UserPoolId=pool.id)["Terms"]
    assert [one["TermsId"] for one in listed] == [terms["TermsId"]]


def test_a_classic_page_has_a_style_sheet_and_a_logo(pool):
    pool.idp.create_user_pool_domain(UserPoolId=pool.id, Domain=prefix())
    css = ".logo-customizable { max-width: 60%; }"
    made = pool.idp.set_ui_customization(UserPoolId=pool.id, CSS=css, ImageFile=PNG)
    shown = pool.idp.get_ui_customization(UserPoolId=pool.id)
    assert shown["UICustomization"] == made["UICustomization"]
    assert shown["UICustomization"]["CSS"] == css


def test_a_replica_answers_in_its_region_and_changes_nothing(make_pool, server):
    key = "arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    pool = make_pool(
        KeyConfiguration={"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key},
        IssuerConfiguration={"Type": "UPDATED"},
    )
    made = pool.idp.create_user_pool_replica(UserPoolId=pool.id, RegionName="us-west-2")
    assert made["UserPoolReplica"]["Status"] == "CREATING"
    west = sdk.client(server.url, region="us-west-2")
    assert west.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Id"] == pool.id
    pages = west.get_paginator("list_user_pools").paginate(MaxResults=60)
    assert pool.id in [one["Id"] for page in pages for one in page["UserPools"]]
    with refused("OperationNotEnabledException"):
        west.admin_create_user(UserPoolId=pool.id, Username="ada")
    listed = without_metadata(west.list_user_pool_replicas(UserPoolId=pool.id))
    assert [one["Role"] for one in listed["UserPoolReplicas"]] == ["PRIMARY", "SECONDARY"]


def test_rates_are_kept_in_serve_and_can_be_raised(new_store, start):
    place = new_store()
    # Nothing is said of rates, so that they are on.
    path = write_config(place, tables=("[limits]",))
    served = start(["serve", "--config", str(path)], cwd=place.folder)
    idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
    # With the status 400: 429 would be another service's.
    with refused("TooManyRequestsException", "Rate exceeded"):
        for _ in range(1_000):
            idp.list_user_pools(MaxResults=1)
    limit = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserToken"}}
    raised = idp.update_provisioned_limit(LimitDefinition=limit, RequestedLimitValue=200)
    assert without_metadata(raised)["Limit"] == {
        "LimitDefinition": limit, "ProvisionedLimitValue": 200, "FreeLimitValue": 120,
    }


def test_who_calls_a_domain_too_often_is_turned_away(new_store, start):
    place = new_store()
    path = write_config(place, tables=("[limits]",))
    served = start(["serve", "--config", str(path)], cwd=place.folder)
    idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
    pool = idp.create_user_pool(PoolName="busy")["UserPool"]["Id"]
    idp.create_user_pool_domain(UserPoolId=pool, Domain="busy")

    connection = http.client.HTTPConnection(urlsplit(served.url).netloc)

    def refused_at(method, path):
        for _ in range(5_000):
            connection.request(method, f"/_domain/busy{path}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 429:
                return answer, body
        raise AssertionError("nobody counts")

    _, told = refused_at("POST", "/oauth2/token")
    assert json.loads(told) == {
        "error": "temporarily_unavailable", "error_description": "Rate exceeded",
    }
    page, said = refused_at("GET", "/login")
    assert page.getheader("content-type").startswith("text/html")
    assert b"Too many requests. Try again in a moment." in said
    connection.close()
