"""A client changes its secret without a gap."""

import re

from cenote.scene import PASSWORD, secret_hash
from cenote.sdk import refused, without_metadata


def signs_in(app, username, secret):
    """The tokens of a sign-in that is proved with this secret."""
    hashed = secret_hash(secret, username, app.id)
    answer = app.initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=PASSWORD, SECRET_HASH=hashed)
    return answer["AuthenticationResult"]


def test_a_secret_is_rotated_without_a_gap(pool):
    app = pool.app(GenerateSecret=True)
    username = pool.user()
    about = {"UserPoolId": pool.id, "ClientId": app.id}
    idp = pool.idp

    added = idp.add_user_pool_client_secret(**about)["ClientSecretDescriptor"]
    new = added["ClientSecretValue"]
    assert re.fullmatch(rf"{app.id}--\d+", added["ClientSecretId"])
    listed = idp.list_user_pool_client_secrets(**about)
    listed = without_metadata(listed)["ClientSecrets"]
    assert len(listed) == 2
    assert all(set(one) == {"ClientSecretId", "ClientSecretCreateDate"} for one in listed)
    with refused("LimitExceededException", "Client secrets cannot exceed limit of 2 secrets."):
        idp.add_user_pool_client_secret(**about)

    refresh_token = signs_in(app, username, app.secret)["RefreshToken"]
    signs_in(app, username, new)
    for secret in (app.secret, new):
        idp.get_tokens_from_refresh_token(
            RefreshToken=refresh_token, ClientId=app.id, ClientSecret=secret
        )

    old_id = next(one["ClientSecretId"] for one in listed if one["ClientSecretId"] != added["ClientSecretId"])
    idp.delete_user_pool_client_secret(**about, ClientSecretId=old_id)
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {app.id}"):
        signs_in(app, username, app.secret)
    signs_in(app, username, new)
    idp.revoke_token(Token=refresh_token, ClientId=app.id, ClientSecret=new)
    with refused("InvalidParameterException"):
        idp.delete_user_pool_client_secret(**about, ClientSecretId=added["ClientSecretId"])
    described = idp.describe_user_pool_client(**about)["UserPoolClient"]
    assert described["ClientSecret"] == new


def test_an_own_secret_is_not_shown_again(pool):
    app = pool.app(ClientSecret="a" * 24)
    added = pool.idp.add_user_pool_client_secret(
        UserPoolId=pool.id, ClientId=app.id, ClientSecret="b" * 24
    )
    assert set(added["ClientSecretDescriptor"]) == {"ClientSecretId", "ClientSecretCreateDate"}
