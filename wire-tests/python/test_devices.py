"""Devices with pycognito, which proves them without a Session."""

import pytest
from pycognito.aws_srp import AWSSRP, generate_hash_device

from cenote.scene import PASSWORD
from cenote.sdk import refused


@pytest.fixture
def pool(make_pool):
    return make_pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})


def client(pool, app, name, **device):
    return AWSSRP(
        username=name, password=PASSWORD, pool_id=pool.id, client_id=app.id, client=pool.idp,
        **device,
    )


def test_a_remembered_device_proves_itself(pool, app):
    name = pool.user()
    new = client(pool, app, name).authenticate_user()["AuthenticationResult"]
    key = new["NewDeviceMetadata"]["DeviceKey"]
    group = new["NewDeviceMetadata"]["DeviceGroupKey"]
    assert pool.claims(new["AccessToken"])["device_key"] == key
    password, verifier = generate_hash_device(group, key)
    confirmed = pool.idp.confirm_device(
        AccessToken=new["AccessToken"], DeviceKey=key, DeviceName="wire",
        DeviceSecretVerifierConfig=verifier,
    )
    assert confirmed["UserConfirmationNecessary"] is False

    device = {"device_key": key, "device_group_key": group}
    known = client(pool, app, name, device_password=password, **device)
    tokens = known.authenticate_user()["AuthenticationResult"]
    assert "NewDeviceMetadata" not in tokens
    assert pool.claims(tokens["AccessToken"])["device_key"] == key
    refreshed = app.refresh(tokens["RefreshToken"], DEVICE_KEY=key)
    assert pool.claims(refreshed["AccessToken"])["device_key"] == key

    with refused("NotAuthorizedException"):
        client(pool, app, name, device_password="another", **device).authenticate_user()
