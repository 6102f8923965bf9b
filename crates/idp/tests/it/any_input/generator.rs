//! Inputs made from the service model: mostly fit, sometimes not, and the same in every run.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// The service model that the crates are generated from.
static MODEL: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../model/service.json");
    serde_json::from_str(text).expect("a model")
});

/// Structures within structures are made this deep.
const DEEPEST: usize = 6;

/// Texts that fit in many places.
const TEXTS: [&str; 14] = [
    "a",
    "ada",
    "name",
    "email",
    "custom:tone",
    "123456",
    "Passw0rd!",
    "someone@example.com",
    "+12065550100",
    "https://app.example.com/callback",
    "arn:aws:iam::000000000000:role/sms",
    "arn:aws:lambda:us-east-1:000000000000:function:f",
    "us-west-2",
    "username = \"ada\"",
];

/// Texts that fit nowhere, and values of the wrong type.
fn odd(chance: &mut Chance) -> Value {
    let long = "x".repeat(5000);
    let values = [
        Value::Null,
        json!(""),
        json!(" "),
        json!("\u{0}\u{fffd}\u{1f600}"),
        json!("'; DROP TABLE users; --"),
        json!(long),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(1.5e300),
        json!(true),
        json!([]),
        json!([null]),
        json!({}),
        json!({"a": {"b": []}}),
    ];
    chance.one_of(&values).clone()
}

/// Numbers that look like chance (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    /// The run of this number for a name.
    pub(super) fn of(name: &str, run: u64) -> Self {
        let seed = name.bytes().fold(run, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    fn below(&mut self, most: usize) -> usize {
        let drawn = self.next() % u64::try_from(most.max(1)).expect("a small number");
        usize::try_from(drawn).expect("a small number")
    }

    /// True so many times of a hundred.
    fn is(&mut self, of_hundred: usize) -> bool {
        self.below(100) < of_hundred
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Makes inputs. What is live goes where its name stands.
pub(super) struct Generator {
    /// A member, and what there is for it.
    pub(super) live: Vec<(&'static str, String)>,
}

impl Generator {
    /// An input of an operation. In one run of four nothing is odd.
    pub(super) fn input(&self, operation: &str, run: u64) -> Value {
        let mut chance = Chance::of(operation, run);
        let shape = MODEL["operations"][operation]["input"]["shape"].as_str();
        let oddness = if run.is_multiple_of(4) { 0 } else { 4 };
        match shape {
            Some(shape) => self.value(&mut chance, shape, "", oddness, 0),
            None => json!({}),
        }
    }

    fn value(
        &self,
        chance: &mut Chance,
        name: &str,
        member: &str,
        oddness: usize,
        depth: usize,
    ) -> Value {
        if depth > 0 && chance.is(oddness) {
            return odd(chance);
        }
        let shape = &MODEL["shapes"][name];
        match shape["type"].as_str().unwrap_or_default() {
            "structure" => self.structure(chance, shape, oddness, depth),
            "list" => {
                let of = shape["member"]["shape"].as_str().unwrap_or_default();
                let most = bound(shape, "max", 3).min(3);
                let least = bound(shape, "min", 0).min(most);
                let length = least + chance.below(most - least + 1);
                (0..length)
                    .map(|_| self.value(chance, of, member, oddness, depth + 1))
                    .collect()
            }
            "map" => {
                let key = shape["key"]["shape"].as_str().unwrap_or_default();
                let of = shape["value"]["shape"].as_str().unwrap_or_default();
                self.map(chance, (key, of), member, oddness, depth)
            }
            "integer" | "long" => {
                let least = bound(shape, "min", 0);
                let most = bound(shape, "max", 100);
                (least + chance.below(most.saturating_sub(least) + 1)).into()
            }
            "boolean" => chance.is(50).into(),
            "timestamp" => json!(1_780_000_000),
            "blob" => json!("iVBORw0KGgo="),
            "string" => self.string(chance, shape, member).into(),
            // A document.
            _ => json!({"categories": {"global": {"colorSchemeMode": "LIGHT"}}}),
        }
    }

    fn structure(&self, chance: &mut Chance, shape: &Value, oddness: usize, depth: usize) -> Value {
        let required: Vec<_> = shape["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut made = Map::new();
        for (name, member) in shape["members"].as_object().into_iter().flatten() {
            let likely = if required.contains(&name.as_str()) {
                100 - oddness / 2
            } else if depth >= DEEPEST {
                0
            } else if self.live.iter().any(|(live, _)| live == name) {
                75
            } else {
                25
            };
            if chance.is(likely) {
                let of = member["shape"].as_str().unwrap_or_default();
                let value = self.value(chance, of, name, oddness, depth + 1);
                made.insert(name.clone(), value);
            }
        }
        made.into()
    }

    fn map(
        &self,
        chance: &mut Chance,
        (key, of): (&str, &str),
        member: &str,
        oddness: usize,
        depth: usize,
    ) -> Value {
        // What the parameters of sign-ins are called, the model does not say.
        let names: &[&str] = match member {
            "AuthParameters" => &[
                "USERNAME",
                "PASSWORD",
                "REFRESH_TOKEN",
                "SRP_A",
                "DEVICE_KEY",
            ],
            "ChallengeResponses" => &[
                "USERNAME",
                "NEW_PASSWORD",
                "SOFTWARE_TOKEN_MFA_CODE",
                "SMS_MFA_CODE",
                "ANSWER",
                "PASSWORD_CLAIM_SIGNATURE",
                "PASSWORD_CLAIM_SECRET_BLOCK",
                "TIMESTAMP",
            ],
            "ProviderDetails" => &[
                "client_id",
                "client_secret",
                "authorize_scopes",
                "MetadataFile",
                "oidc_issuer",
                "attributes_request_method",
            ],
            _ => &[],
        };
        let mut made = Map::new();
        for name in names {
            if chance.is(60) {
                let value = self.text(chance, name).unwrap_or("openid");
                made.insert((*name).to_owned(), value.into());
            }
        }
        if names.is_empty() {
            for _ in 0..chance.below(3) {
                let key = self.string(chance, &MODEL["shapes"][key], "");
                let value = self.value(chance, of, member, oddness, depth + 1);
                made.insert(key, value);
            }
        }
        made.into()
    }

    fn string(&self, chance: &mut Chance, shape: &Value, member: &str) -> String {
        if let Some(values) = shape["enum"].as_array() {
            let value = chance.one_of(values).as_str();
            return value.unwrap_or_default().to_owned();
        }
        if let Some(live) = self.text(chance, member)
            && chance.is(85)
        {
            return live.to_owned();
        }
        let least = bound(shape, "min", 0);
        let most = bound(shape, "max", 5000);
        let mut text = (*chance.one_of(&TEXTS)).to_owned();
        while text.len() < least {
            text.push('a');
        }
        text.chars().take(most).collect()
    }

    /// Something that is there for this member.
    fn text(&self, chance: &mut Chance, member: &str) -> Option<&str> {
        let there: Vec<_> = self
            .live
            .iter()
            .filter(|(name, _)| *name == member)
            .collect();
        if there.is_empty() {
            return None;
        }
        Some(&chance.one_of(&there).1)
    }
}

fn bound(shape: &Value, name: &str, without: usize) -> usize {
    shape[name]
        .as_u64()
        .and_then(|bound| usize::try_from(bound).ok())
        .unwrap_or(without)
}
