"""The schema of a user pool: standard attributes, custom attributes, constraints."""

import re

import pytest

from cenote.scene import STANDARD
from cenote.sdk import refused, without_metadata


def described(idp, pool_id):
    return idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]


def test_schema_constraints_are_strings_and_customs_come_last(make_pool, idp):
    pool = make_pool(
        Schema=[
            {"Name": "age", "AttributeDataType": "Number", "Mutable": True,
             "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"}},
            {"Name": "given_name", "Required": True},
            {"Name": "tenant", "AttributeDataType": "String", "Mutable": False,
             "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "40"}},
        ]
    )
    schema = described(idp, pool.id)["SchemaAttributes"]
    assert [item["Name"] for item in schema][:21] == STANDARD
    assert {item["Name"] for item in schema[21:]} == {"custom:age", "custom:tenant"}
    by_name = {item["Name"]: item for item in schema}
    plain = {"DeveloperOnlyAttribute": False}
    assert by_name["sub"] == plain | {
        "Name": "sub", "AttributeDataType": "String", "Mutable": False, "Required": True,
        "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"},
    }
    assert by_name["given_name"] == plain | {
        "Name": "given_name", "AttributeDataType": "String", "Mutable": True, "Required": True,
        "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"},
    }
    assert by_name["birthdate"]["StringAttributeConstraints"] == {
        "MinLength": "10", "MaxLength": "10",
    }
    assert by_name["email_verified"] == plain | {
        "Name": "email_verified", "AttributeDataType": "Boolean", "Mutable": True,
        "Required": False,
    }
    assert by_name["updated_at"]["NumberAttributeConstraints"] == {"MinValue": "0"}
    assert by_name["identities"]["StringAttributeConstraints"] == {}
    assert by_name["custom:age"] == plain | {
        "Name": "custom:age", "AttributeDataType": "Number", "Mutable": True, "Required": False,
        "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"},
    }
    assert by_name["custom:tenant"]["Mutable"] is False


class TestCustomAttributes:
    def test_names_are_stored_with_their_prefix(self, pool, idp):
        answer = idp.add_custom_attributes(
            UserPoolId=pool.id,
            CustomAttributes=[
                {"Name": "x", "AttributeDataType": "String"},
                {"Name": "secret", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
            ],
        )
        assert without_metadata(answer) == {}
        schema = described(idp, pool.id)["SchemaAttributes"][21:]
        by_name = {item["Name"]: item for item in schema}
        assert set(by_name) == {"custom:x", "dev:custom:secret"}
        assert by_name["custom:x"]["Mutable"] is True
        assert by_name["custom:x"]["Required"] is False
        assert by_name["dev:custom:secret"]["DeveloperOnlyAttribute"] is True

    def test_a_name_comes_once(self, pool, idp):
        one = {"Name": "x", "AttributeDataType": "String"}
        idp.add_custom_attributes(UserPoolId=pool.id, CustomAttributes=[one])
        with refused(
            "InvalidParameterException",
            "custom:x: Existing attribute already has name custom:x.",
        ):
            idp.add_custom_attributes(UserPoolId=pool.id, CustomAttributes=[one])
        with refused(
            "InvalidParameterException",
            "Duplicate custom attribute names custom:x are not allowed in a user pool schema.",
        ):
            idp.create_user_pool(PoolName="p", Schema=[one, one])

    def test_custom_attributes_cannot_be_required(self, idp):
        with refused(
            "InvalidParameterException",
            "Required custom attributes are not supported currently.",
        ):
            idp.create_user_pool(
                PoolName="p",
                Schema=[{"Name": "x", "AttributeDataType": "String", "Required": True}],
            )

    def test_constraints_must_leave_room(self, idp):
        with refused(
            "InvalidParameterException",
            "Attribute custom:x cannot have a max length shorter than it's min length",
        ):
            idp.create_user_pool(
                PoolName="p",
                Schema=[{
                    "Name": "x", "AttributeDataType": "String",
                    "StringAttributeConstraints": {"MinLength": "9", "MaxLength": "2"},
                }],
            )
        with refused(
            "InvalidParameterException",
            "Attribute custom:x cannot have a max value smaller than it's min value",
        ):
            idp.create_user_pool(
                PoolName="p",
                Schema=[{
                    "Name": "x", "AttributeDataType": "Number",
                    "NumberAttributeConstraints": {"MinValue": "9", "MaxValue": "2"},
                }],
            )

    def test_standard_attributes_keep_their_type(self, idp):
        with refused(
            "InvalidParameterException",
            "You can not change AttributeDataType or set developerOnlyAttribute for standard "
            "schema attribute given_name",
        ):
            idp.create_user_pool(
                PoolName="p", Schema=[{"Name": "given_name", "AttributeDataType": "Number"}]
            )

    def test_at_most_twenty_five_in_one_call(self, pool, idp):
        many = [{"Name": f"x{n}", "AttributeDataType": "String"} for n in range(26)]
        with refused(
            "InvalidParameterException",
            re.compile(
                r"1 validation error detected: Value .*at 'customAttributes' failed to satisfy "
                r"constraint: Member must have length less than or equal to 25"
            ),
        ):
            idp.add_custom_attributes(UserPoolId=pool.id, CustomAttributes=many)

    def test_at_most_fifty_in_a_pool(self, pool, idp):
        for first in (0, 25):
            idp.add_custom_attributes(
                UserPoolId=pool.id,
                CustomAttributes=[
                    {"Name": f"x{n}", "AttributeDataType": "String"}
                    for n in range(first, first + 25)
                ],
            )
        with pytest.raises(idp.exceptions.ClientError):
            idp.add_custom_attributes(
                UserPoolId=pool.id,
                CustomAttributes=[{"Name": "more", "AttributeDataType": "String"}],
            )
        assert len(described(idp, pool.id)["SchemaAttributes"]) == 21 + 50
