//! Whom the server calls: triggers, senders and destinations of logs.

use super::*;

#[test]
fn triggers_have_one_target_each() {
    let settings = dev_with(
        r#"
[aws]
access_key_id = "AKID"
secret_access_key = "secret"

[[triggers]]
arn = "arn:aws:lambda:us-east-1:000000000000:function:a"
command = ["python3", "a.py"]
directory = "/srv/triggers"
environment = { STAGE = "test" }

[[triggers]]
arn = "arn:aws:lambda:us-east-1:000000000000:function:b"
webhook = "https://hooks.example.com/b"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
timeout_ms = 1000
concurrency = 2

[[triggers]]
arn = "*"
lambda_endpoint = "https://lambda.{region}.amazonaws.com/"
"#,
    )
    .unwrap();
    let [command, webhook, lambda] = &settings.triggers[..] else {
        panic!("three triggers");
    };
    assert_eq!(command.timeout.as_secs(), 5);
    assert!(matches!(&command.target, TriggerTarget::Command(program)
        if program.command == ["python3", "a.py"] && program.environment["STAGE"] == "test"));
    assert_eq!((webhook.timeout.as_secs(), webhook.concurrency), (1, 2));
    assert!(
        matches!(&webhook.target, TriggerTarget::Webhook { secret, .. }
        if secret == b"0123456789abcdef01234567")
    );
    assert!(
        matches!(&lambda.target, TriggerTarget::Lambda { endpoint, .. }
        if endpoint == "https://lambda.{region}.amazonaws.com")
    );
}

#[test]
fn triggers_that_make_no_sense_are_refused() {
    const SECRET: &str = "secret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\"";
    for (text, wanted) in [
        (
            "command = [\"x\"]\nrie = \"http://localhost:8080\"",
            "set exactly one of `lambda_endpoint`, `rie`",
        ),
        ("", "set exactly one of"),
        ("command = []", "`command` is empty"),
        ("bootstrap = [\"\"]", "`bootstrap` is empty"),
        (
            "webhook = \"https://hooks.example.com\"",
            "set `secret` to whsec_",
        ),
        (
            "webhook = \"https://hooks.example.com\"\nsecret = \"hush\"",
            "set `secret` to whsec_",
        ),
        (
            "webhook = \"hooks.example.com\"",
            "`webhook` is \"hooks.example.com\"; set an address",
        ),
        ("rie = \"ftp://localhost\"", "set an address"),
        (
            "rie = \"http://localhost:8080\"\nconcurrency = 2",
            "leave `concurrency` out",
        ),
        (
            "rie = \"http://localhost:8080\"\nhandler = \"h\"",
            "`handler` goes with `bootstrap` only",
        ),
        (
            "rie = \"http://localhost:8080\"\ndirectory = \"/\"",
            "`directory` goes with",
        ),
        (
            "rie = \"http://localhost:8080\"\nenvironment = {}",
            "`environment` goes with",
        ),
        (
            "rie = \"http://localhost:8080\"\nfunction = \"f\"",
            "`function` goes with",
        ),
        (
            "command = [\"x\"]\ntimeout_ms = 0",
            "set `timeout_ms` to a number from 1",
        ),
        (
            "command = [\"x\"]\nconcurrency = 0",
            "set `concurrency` to a number from 1",
        ),
        (
            "lambda_endpoint = \"http://localhost:4566\"",
            "set `access_key_id` and `secret_access_key` in [aws]",
        ),
    ] {
        let message = refusal(dev_with(&format!("[[triggers]]\narn = \"*\"\n{text}")));
        assert!(
            message.starts_with("cenote: [[triggers]] \"*\": ") && message.contains(wanted),
            "{message}"
        );
    }
    let message = refusal(dev_with(&format!(
        "[[triggers]]\narn = \"name\"\nwebhook = \"https://h/\"\n{SECRET}"
    )));
    assert!(message.contains("that is no ARN"), "{message}");
    let twice = "[[triggers]]\narn = \"*\"\ncommand = [\"x\"]\n";
    assert!(refusal(dev_with(&twice.repeat(2))).contains("it is there twice"));
    let empty = "[aws]\naccess_key_id = \"\"\nsecret_access_key = \"s\"";
    assert!(refusal(dev_with(empty)).contains("[aws] has an empty"));
}

#[test]
fn credentials_for_aws_come_from_the_usual_variables_too() {
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
        "AWS_SESSION_TOKEN" => Some(String::new()),
        _ => None,
    };
    let aws = dev(DevArgs::default(), &variable).unwrap().aws.unwrap();
    assert_eq!(
        (aws.access_key_id.as_str(), aws.session_token),
        ("AKID", None)
    );
}

#[test]
fn senders_are_one_for_each_medium() {
    const AWS: &str = "[aws]\naccess_key_id = \"AKID\"\nsecret_access_key = \"s\"\n";
    let settings = dev_with(&format!(
        "{AWS}[ses]\nfrom = \"a@b.example\"\n[sns]\nregion = \"eu-west-3\"\n\
         [[kms_keys]]\narn = \"arn:aws:kms:us-east-1:000000000000:key/1\"\nkey = \"{}\"\n\
         [[kms_keys]]\narn = \"arn:aws:kms:us-east-1:000000000000:key/2\"\nendpoint = \"http://localhost:4566\"",
        "AAAA".repeat(10) + "AAA="
    ))
    .unwrap();
    let (ses, sns) = (settings.ses.unwrap(), settings.sns.unwrap());
    assert_eq!(ses.endpoint, "https://email.{region}.amazonaws.com");
    assert_eq!(
        (ses.region.as_str(), sns.region.as_str()),
        ("us-east-1", "eu-west-3")
    );
    assert!(settings.kms_keys[0].source == KmsSource::Local([0; 32]));
    assert!(
        matches!(&settings.kms_keys[1].source, KmsSource::Endpoint(url) if url == "http://localhost:4566")
    );
    let key = "[[kms_keys]]\narn = \"arn:aws:kms:us-east-1:1:key/1\"\n";
    for (text, wanted) in [
        (
            "[ses]\nfrom = \"a@b.example\"".to_owned(),
            "requests of [ses] are signed",
        ),
        ("[sns]".to_owned(), "requests of [sns] are signed"),
        (
            format!("{AWS}[ses]\nfrom = \"f\"\n[smtp]\nhost = \"h\"\nfrom = \"f\""),
            "both [smtp] and [ses] are set",
        ),
        (
            format!("{AWS}[sns]\n[sms]\nurl = \"https://sms.example.com\""),
            "both [sms] and [sns] are set",
        ),
        (
            format!("{AWS}[sns]\nregion = \"Paris\""),
            "`sns.region` is \"Paris\"",
        ),
        (
            format!("{AWS}[sns]\nendpoint = \"sns\""),
            "`sns.endpoint` is \"sns\"",
        ),
        (
            "[sms]\nurl = \"sms\"".to_owned(),
            "`sms.url` is \"sms\"; set an address",
        ),
        (key.to_owned(), "set either `key` or `endpoint`"),
        (
            format!("{key}key = \"AAAA\""),
            "set `key` to the base64 of 32 random bytes",
        ),
        (format!("{key}endpoint = \"kms\""), "`endpoint` is \"kms\""),
        (
            format!("{key}endpoint = \"http://kms\""),
            "requests to an `endpoint` are signed",
        ),
        (
            "[[kms_keys]]\narn = \"k\"\nkey = \"k\"".to_owned(),
            "that is no ARN",
        ),
    ] {
        let message = refusal(dev_with(&text));
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn log_destinations_have_one_target_each() {
    for (table, complaint) in [
        ("arn = \"group\"\nfile = \"x\"", "that is no ARN"),
        ("arn = \"*\"", "set one of `file`, `url` and `endpoint`"),
        (
            "arn = \"*\"\nfile = \"x\"\nurl = \"http://h\"",
            "set one of `file`, `url` and `endpoint`",
        ),
        ("arn = \"*\"\nurl = \"ftp://h\"", "`url` is \"ftp://h\""),
        (
            "arn = \"*\"\nendpoint = \"nowhere\"",
            "`endpoint` is \"nowhere\"",
        ),
        ("arn = \"*\"\nendpoint = \"http://h\"", "in [aws]"),
        (
            "arn = \"*\"\nfile = \"x\"\nbearer_token = \"t\"",
            "`bearer_token` goes with `url`",
        ),
    ] {
        let refused = refusal(dev_with(&format!("[[log_destinations]]\n{table}")));
        assert!(refused.contains(complaint), "{refused}");
    }
    let text = "[[log_destinations]]\narn = \"arn:aws:s3:::*\"\nfile = \"x\"\n\
        [[log_destinations]]\narn = \"*\"\nendpoint = \"https://logs.{region}.example\"\n\
        [aws]\naccess_key_id = \"AKID\"\nsecret_access_key = \"secret\"\n";
    let settings = dev_with(text).expect("two tables");
    let targets: Vec<_> = settings
        .log_destinations
        .iter()
        .map(|it| &it.target)
        .collect();
    let service = LogTarget::Service("https://logs.{region}.example".to_owned());
    assert!(targets == [&LogTarget::File("x".into()), &service]);
}

#[test]
fn origins_of_providers_are_no_more_than_origins() {
    let settings =
        dev_with("provider_origins = [\"HTTPS://Idp.Internal:8443/\"]").expect("an origin");
    assert_eq!(settings.provider_origins, ["https://idp.internal:8443"]);
    for bad in [
        "idp.internal",
        "https://idp.internal/path",
        "ftp://idp.internal",
        "https://",
    ] {
        let message = refusal(dev_with(&format!("provider_origins = [{bad:?}]")));
        assert!(message.contains("`provider_origins` has"), "{message}");
    }
}
