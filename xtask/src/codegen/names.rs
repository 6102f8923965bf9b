//! From the names of the model to the names of Rust.

/// `UserMFASettingList` becomes `user_mfa_setting_list`.
pub(super) fn snake(name: &str) -> String {
    // Words that the rule below would cut in the wrong place.
    let name = name.replace("OAuth", "Oauth").replace("URLs", "Urls");
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, &character) in characters.iter().enumerate() {
        let after = index.checked_sub(1).map(|before| characters[before]);
        let ahead = characters.get(index + 1);
        let new_word = character.is_uppercase()
            && after.is_some_and(|after| {
                after.is_lowercase()
                    || after.is_ascii_digit() && ahead.is_some_and(|ahead| ahead.is_lowercase())
                    || after.is_uppercase() && ahead.is_some_and(|ahead| ahead.is_lowercase())
            });
        if new_word {
            snake.push('_');
        }
        snake.push(if character == '-' {
            '_'
        } else {
            character.to_ascii_lowercase()
        });
    }
    snake
}

/// The field of a member; a keyword is escaped.
pub(super) fn field(member: &str) -> String {
    let name = snake(member);
    if name == "type" {
        format!("r#{name}")
    } else {
        name
    }
}

/// The name that serde's `PascalCase` rule gives a field.
pub(super) fn pascal(field: &str) -> String {
    field
        .trim_start_matches("r#")
        .split('_')
        .map(capitalised)
        .collect()
}

/// The static that holds the rule of a shape.
pub(super) fn constant(shape: &str) -> String {
    snake(shape).to_ascii_uppercase()
}

/// The variant for a word of an enumeration: `USER_SRP_AUTH` becomes `UserSrpAuth`.
pub(super) fn variant(word: &str) -> Result<String, String> {
    if !word.starts_with(|first: char| first.is_ascii_alphabetic())
        || !word
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    {
        return Err(format!("cannot name the variant of {word:?}"));
    }
    let mut variant = String::new();
    for part in word.split(['_', '-']) {
        let shouted = !part.contains(|character: char| character.is_ascii_lowercase());
        let part = if shouted {
            part.to_ascii_lowercase()
        } else {
            part.to_owned()
        };
        // V1_0 and V10 are different versions.
        if variant.ends_with(|last: char| last.is_ascii_digit())
            && part.starts_with(|first: char| first.is_ascii_digit())
        {
            variant.push('_');
        }
        variant.push_str(&capitalised(&part));
    }
    Ok(variant)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(characters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_fields() {
        for (member, name) in [
            ("UserPoolId", "user_pool_id"),
            ("UserMFASettingList", "user_mfa_setting_list"),
            (
                "AllowedOAuthFlowsUserPoolClient",
                "allowed_oauth_flows_user_pool_client",
            ),
            ("CallbackURLs", "callback_urls"),
            ("DefaultRedirectURI", "default_redirect_uri"),
            ("KMSKeyID", "kms_key_id"),
            ("BlockedIPRangeList", "blocked_ip_range_list"),
            (
                "PrimaryRoute53HealthCheckId",
                "primary_route53_health_check_id",
            ),
            ("S3Bucket", "s3_bucket"),
            ("SSOSession", "sso_session"),
            ("Type", "r#type"),
            ("headerName", "header_name"),
        ] {
            assert_eq!(field(member), name);
        }
    }

    #[test]
    fn words_become_variants() {
        for (word, name) in [
            ("USER_SRP_AUTH", "UserSrpAuth"),
            ("phone_number", "PhoneNumber"),
            ("InProgress", "InProgress"),
            ("V1_0", "V1_0"),
            ("TLS_V1_2_2021", "TlsV1_2_2021"),
            ("userAuthEvents", "UserAuthEvents"),
            ("N_A", "NA"),
        ] {
            assert_eq!(variant(word).unwrap(), name);
        }
        assert!(variant("two words").is_err());
    }
}
