mod outbound;

use std::collections::HashMap;
use std::path::PathBuf;

use super::*;

const SERVE: &str = r#"
public_url = "https://id.example.com/"
root_key_file = "/etc/cenote/root.key"
behind_proxy = true

[[access_keys]]
id = "AKIDEXAMPLE"
secret = "throw-away"
"#;

/// A configuration file that lasts as long as one test.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> Self {
        let name = format!("cenote-config-{}.toml", uuid::Uuid::new_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

fn no_variables(_: &str) -> Option<String> {
    None
}

fn serve_with(text: &str) -> Result<Settings, StartError> {
    let file = File::new(text);
    serve(
        &ServeArgs {
            config: Some(file.0.clone()),
        },
        &no_variables,
    )
}

fn dev_with(text: &str) -> Result<Settings, StartError> {
    let file = File::new(text);
    dev(
        DevArgs {
            config: Some(file.0.clone()),
            ..DevArgs::default()
        },
        &no_variables,
    )
}

fn refusal(outcome: Result<Settings, StartError>) -> String {
    let error = outcome.err().expect("it is refused");
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

#[test]
fn development_needs_nothing() {
    let settings = dev(DevArgs::default(), &no_variables).unwrap();
    assert_eq!(settings.posture, Posture::Dev);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:9229");
    assert!(settings.storage == Storage::Directory("cenote-data".into()));
    assert!(settings.root == RootSource::FirstStart("cenote-data/root.key".into()));
    assert_eq!(settings.account_id, "000000000000");
    assert_eq!(settings.default_region, "us-east-1");
    assert_eq!(settings.public_url, None);
    assert!(settings.access_keys.is_empty() && settings.regions.is_empty());
}

#[test]
fn flags_go_before_variables_and_variables_before_the_file() {
    let file =
        File::new("account_id = \"111111111111\"\nlisten = \"127.0.0.1:1\"\nissuer = \"aws\"");
    let variables = HashMap::from([
        ("CENOTE_LISTEN", "127.0.0.1:2"),
        ("CENOTE_ACCOUNT_ID", "012345678901"),
        ("CENOTE_REGIONS", "eu-west-3, us-east-1"),
        ("CENOTE_LIMITS_BODY_BYTES", "5000"),
        ("CENOTE_SMTP_HOST", "mail.example.com"),
        ("CENOTE_SMTP_FROM", "no-reply@example.com"),
        ("CENOTE_PORT", "tcp://10.0.0.1:9229"),
    ]);
    let args = DevArgs {
        listen: Some("127.0.0.1:3".parse().unwrap()),
        config: Some(file.0.clone()),
        ..DevArgs::default()
    };
    let settings = dev(args, &|name| {
        variables.get(name).map(|&value| value.to_owned())
    })
    .unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.account_id, "012345678901");
    assert_eq!(settings.issuer, cenote_idp::IssuerMode::Aws);
    assert_eq!(settings.regions, ["eu-west-3", "us-east-1"]);
    assert_eq!(settings.limits.body_bytes, 5000);
    let smtp = settings.smtp.unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example.com", 587));
}

#[test]
fn memory_keeps_nothing() {
    let settings = dev(
        DevArgs {
            memory: true,
            ..DevArgs::default()
        },
        &no_variables,
    )
    .unwrap();
    assert!(settings.storage == Storage::Memory);
    assert!(settings.root == RootSource::Random);
}

#[test]
fn an_unknown_key_is_named_with_the_known_ones() {
    let text = refusal(dev_with(
        "account_id = \"000000000000\"\nlisten_on = \"127.0.0.1:1\"\n",
    ));
    assert!(text.starts_with("cenote: "), "{text}");
    assert!(
        text.contains("line 2: unknown field `listen_on`, expected one of `listen`, "),
        "{text}"
    );
    let text = refusal(dev_with("[limits]\nbody = 1"));
    assert!(
        text.contains("unknown field `body`, expected one of `body_bytes`"),
        "{text}"
    );
    let text = refusal(dev_with("issuer = \"me\""));
    assert!(
        text.contains("unknown variant `me`, expected `local` or `aws`"),
        "{text}"
    );
    assert!(refusal(dev_with("listen = ")).contains("line 1: "));
}

#[test]
fn a_missing_file_is_named() {
    let args = ServeArgs {
        config: Some("/nowhere/cenote.toml".into()),
    };
    assert!(refusal(serve(&args, &no_variables)).contains("cannot read /nowhere/cenote.toml: "));
}

#[test]
fn a_variable_of_the_wrong_form_is_named() {
    for (name, value, wanted) in [
        (
            "CENOTE_LIMITS_CONNECTIONS",
            "many",
            "CENOTE_LIMITS_CONNECTIONS is \"many\"; set a whole number",
        ),
        ("CENOTE_BEHIND_PROXY", "yes", "set true or false"),
        ("CENOTE_ACCESS_KEY_ID", "AKID", "set both"),
        ("CENOTE_ISSUER", "me", "unknown variant `me`"),
    ] {
        let variable = |asked: &str| (asked == name).then(|| value.to_owned());
        let text = refusal(dev(DevArgs::default(), &variable));
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn serving_starts_with_all_it_needs() {
    let settings = serve_with(SERVE).unwrap();
    assert_eq!(
        settings.public_url.as_deref(),
        Some("https://id.example.com")
    );
    assert!(settings.root == RootSource::File("/etc/cenote/root.key".into()));
    assert_eq!(settings.access_keys[0].id, "AKIDEXAMPLE");
    assert_eq!(settings.access_keys[0].expires_at, None);
}

#[test]
fn prefix_domains_can_have_a_name_of_their_own() {
    let settings = serve_with(&format!("prefix_host = \"Auth.Example.com\"\n{SERVE}")).unwrap();
    assert_eq!(settings.prefix_host.as_deref(), Some("auth.example.com"));
    assert_eq!(serve_with(SERVE).unwrap().prefix_host, None);
}

#[test]
fn serving_says_what_is_missing() {
    for (cut, wanted) in [
        (
            "public_url = \"https://id.example.com/\"",
            "needs `public_url`",
        ),
        (
            "root_key_file = \"/etc/cenote/root.key\"",
            "needs `root_key_file`",
        ),
        ("behind_proxy = true", "needs TLS"),
        (
            "[[access_keys]]\nid = \"AKIDEXAMPLE\"\nsecret = \"throw-away\"",
            "needs `access_keys`",
        ),
    ] {
        assert!(SERVE.contains(cut), "{cut}");
        let text = refusal(serve_with(&SERVE.replace(cut, "")));
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn nobody_listens_to_other_machines_without_access_keys() {
    let text = refusal(dev_with("listen = \"0.0.0.0:9229\""));
    assert!(
        text.contains("set `access_keys`, or listen on 127.0.0.1"),
        "{text}"
    );
    let text = refusal(dev_with("listen = \"[::]:9229\""));
    assert!(text.contains("[::]:9229"), "{text}");
    let keys = "[[access_keys]]\nid = \"A\"\nsecret = \"b\"";
    assert!(dev_with(&format!("listen = \"0.0.0.0:9229\"\n{keys}")).is_ok());
    assert!(serve_with(&format!("listen = \"0.0.0.0:9229\"\n{SERVE}")).is_ok());
}

#[test]
fn values_that_make_no_sense_are_refused() {
    for (text, wanted) in [
        ("account_id = \"12345\"", "twelve digits"),
        ("default_region = \"Virginia\"", "is not a region"),
        (
            "regions = [\"eu-west-3\"]",
            "does not hold the default region us-east-1",
        ),
        ("public_url = \"id.example.com\"", "set an address like"),
        ("public_url = \"https://\"", "set an address like"),
        (
            "prefix_host = \"https://auth.example.com\"",
            "set a name like auth.example.com",
        ),
        ("prefix_host = \"localhost\"", "`prefix_host` is"),
        ("prefix_host = \"auth..example\"", "`prefix_host` is"),
        (
            "database_connections = 0\ndatabase = \"postgres://h/d\"",
            "set at least 1",
        ),
        (
            "[limits]\nbody_timeout_seconds = 0",
            "`limits.body_timeout_seconds` is 0",
        ),
        (
            "root_key = \"a\"\nroot_key_file = \"b\"",
            "keep one of them",
        ),
        (
            "[smtp]\nhost = \"h\"\nfrom = \"f\"\nusername = \"u\"",
            "set both or none",
        ),
        (
            "[[access_keys]]\nid = \"\"\nsecret = \"s\"",
            "empty `id` or `secret`",
        ),
        (
            "[[access_keys]]\nid = \"a\"\nsecret = \"s\"\nexpires_at = 2030-01-31",
            "no full time",
        ),
    ] {
        let message = refusal(dev_with(text));
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn temporary_credentials_have_a_token_and_an_end() {
    let keys = "[[access_keys]]\nid = \"ASIA\"\nsecret = \"s\"\nsession_token = \"t\"\n\
                expires_at = 2015-08-30T12:36:00Z";
    let key = dev_with(keys).unwrap().access_keys.remove(0);
    assert_eq!(key.session_token.as_deref(), Some("t"));
    assert_eq!(key.expires_at, Some(1_440_938_160));
}

#[test]
fn oauth_is_hardened_for_what_is_named() {
    let settings =
        dev_with("[oauth]\nhardened = [\"us-east-1_AbCdEfGhI\"]\nuserinfo_types = \"oidc\"")
            .unwrap();
    assert_eq!(settings.oauth.hardened, ["us-east-1_AbCdEfGhI"]);
    assert!(settings.oauth.typed_user_info);
    let settings = dev(DevArgs::default(), &|name| {
        (name == "CENOTE_OAUTH_HARDENED").then(|| "a, b".to_owned())
    })
    .unwrap();
    assert_eq!(settings.oauth.hardened, ["a", "b"]);
    assert!(!settings.oauth.typed_user_info && !settings.oauth.omits_response_issuer);
    let settings = dev_with("[oauth]\nresponse_issuer = false").unwrap();
    assert!(settings.oauth.omits_response_issuer);
    let text = refusal(dev_with("[oauth]\nuserinfo_types = \"json\""));
    assert!(text.contains("line 2"), "{text}");
}
