"""Which Region a request without a signature is for: the one in the name that it was sent to."""

from cenote.scene import PASSWORD

KEY = "arn:aws:kms:us-east-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"


def test_the_name_in_the_host_is_the_region_of_public_operations(server, make_pool):
    pool = make_pool(
        KeyConfiguration={"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        IssuerConfiguration={"Type": "UPDATED"},
    )
    app, username = pool.app(), pool.user()
    body = {
        "ClientId": app.id, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": username, "PASSWORD": PASSWORD},
    }

    def sign_in(host):
        return server.call("InitiateAuth", body, headers={"Host": host})

    elsewhere = sign_in("cognito-idp.eu-west-1.amazonaws.com")
    assert (elsewhere.status, elsewhere.error) == (400, "ResourceNotFoundException")
    pool.idp.create_user_pool_replica(UserPoolId=pool.id, RegionName="eu-west-1")
    asleep = sign_in("cognito-idp.eu-west-1.amazonaws.com")
    assert asleep.error == "OperationNotEnabledException"
    assert asleep.message == "The replica of the user pool in this Region is not active."
    pool.idp.update_user_pool_replica(
        UserPoolId=pool.id, RegionName="eu-west-1", Status="ACTIVE"
    )
    for host in (
        "cognito-idp.eu-west-1.amazonaws.com", "cognito-idp.us-east-1.localhost:9229",
        "localhost", "cognito-idp.nowhere", "auth.eu-west-1.localhost",
    ):
        assert sign_in(host).status == 200, host
    fresh = {"ClientId": app.id, "Username": "new", "Password": PASSWORD}
    host = {"Host": "cognito-idp.eu-west-1.localhost"}
    refused = server.call("SignUp", fresh, headers=host)
    assert refused.error == "OperationNotEnabledException"
    assert server.call("SignUp", fresh).status == 200
