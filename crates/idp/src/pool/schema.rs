//! Attribute schemas: the standard attributes, and what a pool adds to them or changes about them.

use cenote_model::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType,
    StringAttributeConstraintsType,
};

use crate::{Error, Result};

/// Custom attributes that a pool can have.
const MAX_CUSTOM: usize = 50;

/// The longest value of any attribute.
const MAX_LENGTH: &str = "2048";

/// The standard attributes in the order in which every pool shows them.
pub(crate) const STANDARD: [&str; 21] = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "identities",
];

/// The schema of a new pool.
pub(crate) fn build(given: &[SchemaAttributeType]) -> Result<Vec<SchemaAttributeType>> {
    let mut schema: Vec<_> = STANDARD.into_iter().map(standard).collect();
    let mut seen = Vec::with_capacity(given.len());
    let mut customs = Vec::new();
    for attribute in given {
        let name = attribute
            .name
            .as_deref()
            .ok_or_else(Error::attribute_name_missing)?;
        let full_name = full_name(name, attribute);
        if seen.contains(&full_name) {
            return Err(Error::attribute_named_twice(&full_name));
        }
        seen.push(full_name);
        match schema
            .iter_mut()
            .find(|standard| standard.name.as_deref() == Some(name))
        {
            Some(standard) => adjust(standard, name, attribute)?,
            None => customs.push(custom(name, attribute)?),
        }
    }
    schema.append(&mut customs);
    Ok(schema)
}

/// Adds custom attributes to a schema.
pub(crate) fn extend(
    schema: &mut Vec<SchemaAttributeType>,
    given: &[SchemaAttributeType],
) -> Result<()> {
    let before = schema.len();
    for attribute in given {
        let name = attribute
            .name
            .as_deref()
            .ok_or_else(Error::attribute_name_missing)?;
        let custom = custom(name, attribute)?;
        if let Some(at) = schema
            .iter()
            .position(|existing| existing.name == custom.name)
        {
            let name = custom.name.unwrap_or_default();
            let refusal = if at < before {
                Error::attribute_exists
            } else {
                Error::attribute_named_twice
            };
            return Err(refusal(&name));
        }
        schema.push(custom);
    }
    if schema.len() > STANDARD.len() + MAX_CUSTOM {
        return Err(Error::too_many_custom_attributes(MAX_CUSTOM));
    }
    Ok(())
}

/// A standard attribute before a pool changes anything about it.
fn standard(name: &str) -> SchemaAttributeType {
    use AttributeDataType as Type;
    let lengths = |least: &str, most: &str| StringAttributeConstraintsType {
        min_length: Some(least.to_owned()),
        max_length: Some(most.to_owned()),
    };
    let (data_type, string, number) = match name {
        "sub" => (Type::String, Some(lengths("1", MAX_LENGTH)), None),
        "birthdate" => (Type::String, Some(lengths("10", "10")), None),
        "identities" => (
            Type::String,
            Some(StringAttributeConstraintsType::default()),
            None,
        ),
        "email_verified" | "phone_number_verified" => (Type::Boolean, None, None),
        "updated_at" => {
            let least = NumberAttributeConstraintsType {
                min_value: Some("0".to_owned()),
                max_value: None,
            };
            (Type::Number, None, Some(least))
        }
        _ => (Type::String, Some(lengths("0", MAX_LENGTH)), None),
    };
    SchemaAttributeType {
        name: Some(name.to_owned()),
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(false),
        mutable: Some(name != "sub"),
        required: Some(name == "sub"),
        string_attribute_constraints: string,
        number_attribute_constraints: number,
    }
}

/// Whether a pool asks for, locks or limits a standard attribute.
fn adjust(
    standard: &mut SchemaAttributeType,
    name: &str,
    given: &SchemaAttributeType,
) -> Result<()> {
    let other_type = given
        .attribute_data_type
        .is_some_and(|data_type| Some(data_type) != standard.attribute_data_type);
    if other_type || given.developer_only_attribute == Some(true) {
        return Err(Error::standard_attribute_type(name));
    }
    let before = standard.clone();
    standard.required = given.required.or(standard.required);
    standard.mutable = given.mutable.or(standard.mutable);
    if let (Some(constraints), Some(given)) = (
        &mut standard.string_attribute_constraints,
        &given.string_attribute_constraints,
    ) {
        constraints.min_length = given.min_length.clone().or(constraints.min_length.take());
        constraints.max_length = given.max_length.clone().or(constraints.max_length.take());
    }
    if let (Some(constraints), Some(given)) = (
        &mut standard.number_attribute_constraints,
        &given.number_attribute_constraints,
    ) {
        constraints.min_value = given.min_value.clone().or(constraints.min_value.take());
        constraints.max_value = given.max_value.clone().or(constraints.max_value.take());
    }
    // These two are the service's own affair.
    if matches!(name, "sub" | "identities") && *standard != before {
        return Err(Error::standard_attribute_fixed(name));
    }
    check_constraints(name, standard)
}

/// A custom attribute as it is stored.
fn custom(name: &str, given: &SchemaAttributeType) -> Result<SchemaAttributeType> {
    let full_name = full_name(name, given);
    let data_type = given
        .attribute_data_type
        .ok_or_else(Error::attribute_type_missing)?;
    if given.required == Some(true) {
        return Err(Error::required_custom_attribute());
    }
    // Constraints of another type than the attribute's say nothing about it.
    let string = (data_type == AttributeDataType::String).then(|| {
        given
            .string_attribute_constraints
            .clone()
            .unwrap_or_default()
    });
    let number = (data_type == AttributeDataType::Number).then(|| {
        given
            .number_attribute_constraints
            .clone()
            .unwrap_or_default()
    });
    let attribute = SchemaAttributeType {
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(given.developer_only_attribute.unwrap_or_default()),
        mutable: Some(given.mutable.unwrap_or(true)),
        required: Some(false),
        string_attribute_constraints: string,
        number_attribute_constraints: number,
        name: Some(full_name.clone()),
    };
    check_constraints(&full_name, &attribute)?;
    Ok(attribute)
}

fn full_name(name: &str, attribute: &SchemaAttributeType) -> String {
    let prefix = if attribute.developer_only_attribute == Some(true) {
        "dev:custom"
    } else {
        "custom"
    };
    format!("{prefix}:{name}")
}

fn check_constraints(name: &str, attribute: &SchemaAttributeType) -> Result<()> {
    if let Some(lengths) = &attribute.string_attribute_constraints {
        let (least, most) = (
            number(name, lengths.min_length.as_ref())?,
            number(name, lengths.max_length.as_ref())?,
        );
        if least.is_some_and(|least| least < 0.0) || most.is_some_and(|most| most < 0.0) {
            return Err(Error::constraint_is_no_number(name));
        }
        if least.zip(most).is_some_and(|(least, most)| most < least) {
            return Err(Error::lengths_reversed(name));
        }
    }
    if let Some(values) = &attribute.number_attribute_constraints {
        let (least, most) = (
            number(name, values.min_value.as_ref())?,
            number(name, values.max_value.as_ref())?,
        );
        if least.zip(most).is_some_and(|(least, most)| most < least) {
            return Err(Error::values_reversed(name));
        }
    }
    Ok(())
}

/// A constraint: a whole number of up to 2^1023, for which only a float has room.
fn number(name: &str, text: Option<&String>) -> Result<Option<f64>> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(number) if is_whole && number.is_finite() => Ok(Some(number)),
        _ => Err(Error::constraint_is_no_number(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str) -> SchemaAttributeType {
        SchemaAttributeType {
            name: Some(name.to_owned()),
            attribute_data_type: Some(AttributeDataType::String),
            ..Default::default()
        }
    }

    fn refusal(given: &[SchemaAttributeType]) -> String {
        build(given)
            .expect_err("a refusal")
            .message
            .unwrap_or_default()
    }

    #[test]
    fn a_standard_attribute_keeps_the_constraint_that_is_not_given() {
        let lengths = StringAttributeConstraintsType {
            min_length: None,
            max_length: Some("99".to_owned()),
        };
        let email = SchemaAttributeType {
            string_attribute_constraints: Some(lengths),
            ..given("email")
        };
        let schema = build(&[email]).expect("a schema");
        let constraints = schema[10]
            .string_attribute_constraints
            .clone()
            .expect("constraints");
        assert_eq!(schema[10].name.as_deref(), Some("email"));
        assert_eq!(
            (
                constraints.min_length.as_deref(),
                constraints.max_length.as_deref()
            ),
            (Some("0"), Some("99"))
        );
    }

    #[test]
    fn what_the_service_fills_in_itself_stays_as_it_is() {
        assert!(
            build(&[SchemaAttributeType {
                required: Some(true),
                ..given("sub")
            }])
            .is_ok()
        );
        let sub = SchemaAttributeType {
            mutable: Some(true),
            ..given("sub")
        };
        assert_eq!(
            refusal(&[sub]),
            "You can not change the standard schema attribute sub"
        );
    }

    #[test]
    fn constraints_are_whole_numbers() {
        for text in ["", "-", "1.5", "many", "+1", &"9".repeat(400)] {
            let lengths = StringAttributeConstraintsType {
                min_length: None,
                max_length: Some(text.to_owned()),
            };
            let attribute = SchemaAttributeType {
                string_attribute_constraints: Some(lengths),
                ..given("x")
            };
            assert_eq!(
                refusal(&[attribute]),
                "The constraints of attribute custom:x must be whole numbers.",
                "{text}"
            );
        }
    }

    #[test]
    fn names_of_developer_only_attributes_are_their_own() {
        let developer = SchemaAttributeType {
            developer_only_attribute: Some(true),
            ..given("x")
        };
        let mut schema = build(&[given("x")]).expect("a schema");
        extend(&mut schema, &[developer]).expect("another name");
        let names: Vec<_> = schema[21..]
            .iter()
            .filter_map(|attribute| attribute.name.as_deref())
            .collect();
        assert_eq!(names, ["custom:x", "dev:custom:x"]);
        let refused = extend(&mut schema, &[given("y"), given("y")]).expect_err("a refusal");
        assert_eq!(
            refused.message.as_deref(),
            Some(
                "Duplicate custom attribute names custom:y are not allowed in a user pool schema."
            )
        );
    }
}
