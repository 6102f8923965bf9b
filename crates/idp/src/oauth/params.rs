//! Parameters of OAuth requests: from a query or a form, each at most once (RFC 6749, 3.1).

use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, Result};

/// The most parameters of a request: those that nobody knows are not kept for long, but read all the same.
const MOST: usize = 100;

/// The parameters of one request, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    values: BTreeMap<String, String>,
    /// The names that came more than once.
    repeated: BTreeSet<String>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text. What is too much is refused; what is repeated is
    /// noted, since the place to complain is not known yet. An empty value is as good as none.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let mut params = Self::default();
        for (count, (name, value)) in form_urlencoded::parse(text).enumerate() {
            if count >= MOST {
                return Err(Refusal::malformed(
                    &name.chars().take(64).collect::<String>(),
                ));
            }
            if params.values.contains_key(&*name) {
                params.repeated.insert(name.into_owned());
            } else {
                params.values.insert(name.into_owned(), value.into_owned());
            }
        }
        Ok(params)
    }

    /// A parameter, if it was sent and is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.values.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// A parameter, or its refusal.
    pub(crate) fn required(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// Refuses what came more than once.
    pub fn check_once(&self) -> Result<()> {
        match self.repeated.first() {
            Some(name) => Err(Refusal::repeated(
                &name.chars().take(64).collect::<String>(),
            )),
            None => Ok(()),
        }
    }

    /// Whether this parameter came more than once.
    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }
}

/// A query or form with these parameters, each encoded once.
pub(crate) fn encode<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}

/// The query of a request that is to go through this provider instead.
pub fn through(query: &str, provider: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "identity_provider" && name != "idp_identifier");
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("identity_provider", provider)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_count_once_and_empty_ones_are_not_there() {
        let params = Params::parse(b"a=1&b=%20x+y&c=&a=2").expect("a form");
        assert_eq!(params.get("b"), Some(" x y"));
        assert_eq!(params.get("c"), None);
        assert_eq!(params.required("c"), Err(Refusal::missing("c")));
        assert!(params.is_repeated("a") && !params.is_repeated("b"));
        assert_eq!(params.check_once(), Err(Refusal::repeated("a")));
        let many: Vec<String> = (0..=MOST).map(|number| format!("p{number}=")).collect();
        assert_eq!(
            Params::parse(many.join("&").as_bytes()),
            Err(Refusal::malformed("p100"))
        );
    }

    #[test]
    fn a_query_goes_through_one_provider() {
        assert_eq!(
            through(
                "a=b+c&identity_provider=X&idp_identifier=y&state=%26",
                "My Idp"
            ),
            "a=b+c&state=%26&identity_provider=My+Idp"
        );
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = encode([("state", "{\"a\":\"b c+%&\"}"), ("error", "x")]);
        assert_eq!(text, "state=%7B%22a%22%3A%22b+c%2B%25%26%22%7D&error=x");
        let params = Params::parse(text.as_bytes()).expect("a form");
        assert_eq!(params.get("state"), Some("{\"a\":\"b c+%&\"}"));
    }
}
