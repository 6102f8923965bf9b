//! Variables: `CENOTE_` and a key in capitals, with `_` between the parts of a nested one.
//!
//! A variable of that prefix which names no key is left alone: schedulers invent such variables for
//! a service that is called cenote (`CENOTE_PORT=tcp://…`).

use toml::{Table, Value};

use super::StartError;

/// How the text of a variable becomes a value.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Whole,
    Truth,
    /// Separated by commas.
    List,
}

const KEYS: &[(&str, Form)] = &[
    ("listen", Form::Text),
    ("metrics_listen", Form::Text),
    ("public_url", Form::Text),
    ("prefix_host", Form::Text),
    ("data", Form::Text),
    ("database", Form::Text),
    ("database_connections", Form::Whole),
    ("account_id", Form::Text),
    ("default_region", Form::Text),
    ("regions", Form::List),
    ("issuer", Form::Text),
    ("root_key", Form::Text),
    ("root_key_file", Form::Text),
    ("behind_proxy", Form::Truth),
    ("compromised_passwords", Form::Text),
    ("oauth.hardened", Form::List),
    ("oauth.userinfo_types", Form::Text),
    ("oauth.response_issuer", Form::Truth),
    ("provider_origins", Form::List),
    ("tls.cert", Form::Text),
    ("tls.key", Form::Text),
    ("aws.access_key_id", Form::Text),
    ("aws.secret_access_key", Form::Text),
    ("aws.session_token", Form::Text),
    ("smtp.host", Form::Text),
    ("smtp.port", Form::Whole),
    ("smtp.tls", Form::Text),
    ("smtp.username", Form::Text),
    ("smtp.password", Form::Text),
    ("smtp.from", Form::Text),
    ("ses.endpoint", Form::Text),
    ("ses.region", Form::Text),
    ("ses.from", Form::Text),
    ("sms.url", Form::Text),
    ("sms.token", Form::Text),
    ("sns.endpoint", Form::Text),
    ("sns.region", Form::Text),
    ("sns.sender_id", Form::Text),
    ("limits.body_bytes", Form::Whole),
    ("limits.connections", Form::Whole),
    ("limits.header_timeout_seconds", Form::Whole),
    ("limits.body_timeout_seconds", Form::Whole),
    ("limits.request_rates", Form::Truth),
    ("log.format", Form::Text),
    ("log.level", Form::Text),
];

/// Puts what the variables say over what the file says.
pub(super) fn overlay(
    table: &mut Table,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), StartError> {
    for (key, form) in KEYS {
        let name = format!("CENOTE_{}", key.replace('.', "_").to_ascii_uppercase());
        if let Some(text) = variable(&name) {
            put(table, key, form.read(&name, text)?);
        }
    }
    aws(table, variable);
    access_key(table, variable)
}

/// Without `[aws]`, the variables that every AWS tool reads count.
fn aws(table: &mut Table, variable: &dyn Fn(&str) -> Option<String>) {
    if table.contains_key("aws") {
        return;
    }
    let given = |name| variable(name).filter(|value| !value.is_empty());
    let (Some(id), Some(secret)) = (given("AWS_ACCESS_KEY_ID"), given("AWS_SECRET_ACCESS_KEY"))
    else {
        return;
    };
    let mut section = Table::new();
    section.insert("access_key_id".to_owned(), Value::String(id));
    section.insert("secret_access_key".to_owned(), Value::String(secret));
    if let Some(token) = given("AWS_SESSION_TOKEN") {
        section.insert("session_token".to_owned(), Value::String(token));
    }
    table.insert("aws".to_owned(), Value::Table(section));
}

/// One access key can come from variables, beside those of the file.
fn access_key(
    table: &mut Table,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), StartError> {
    match (
        variable("CENOTE_ACCESS_KEY_ID"),
        variable("CENOTE_SECRET_ACCESS_KEY"),
    ) {
        (None, None) => Ok(()),
        (Some(id), Some(secret)) => {
            let mut key = Table::new();
            key.insert("id".to_owned(), Value::String(id));
            key.insert("secret".to_owned(), Value::String(secret));
            let keys = table
                .entry("access_keys")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(keys) = keys {
                keys.push(Value::Table(key));
            }
            Ok(())
        }
        _ => Err(StartError::config(
            "only one of CENOTE_ACCESS_KEY_ID and CENOTE_SECRET_ACCESS_KEY is set; set both",
        )),
    }
}

impl Form {
    fn read(self, name: &str, text: String) -> Result<Value, StartError> {
        let refuse = |wanted: &str| StartError::config(format!("{name} is {text:?}; set {wanted}"));
        Ok(match self {
            Self::Text => Value::String(text),
            Self::Whole => {
                Value::Integer(text.trim().parse().map_err(|_| refuse("a whole number"))?)
            }
            Self::Truth => {
                Value::Boolean(text.trim().parse().map_err(|_| refuse("true or false"))?)
            }
            Self::List => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Value::from)
                .collect::<Vec<_>>()
                .into(),
        })
    }
}

fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, key)) => {
            let section = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(key.to_owned(), value);
            }
        }
    }
}
