//! What a sign-in asks on its way: another password, a choice, a code, the set-up of a second step.

use std::collections::BTreeMap;

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::hosted::Reason;
use cenote_idp::oauth::{Progress, answer, passkey_options};
use cenote_model::ChallengeNameType as Challenge;
use hyper::Response;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::account::{attribute_field, new_password_fields};
use super::flow::{Flow, Question, Step};
use super::view::{Alert, Button, Field, FieldKind, Form, Page, SetUp};
use super::visit::Visit;
use super::{login, passkeys, refusal};

/// The parameters of challenges that pages show. What a passkey is asked for is not among them: it grows with
/// the number of passkeys, and a cookie has no room for it.
const SHOWN: [&str; 6] = [
    "requiredAttributes",
    "CODE_DELIVERY_DELIVERY_MEDIUM",
    "CODE_DELIVERY_DESTINATION",
    "MFAS_CAN_CHOOSE",
    "MFAS_CAN_SETUP",
    "FRIENDLY_DEVICE_NAME",
];

/// Begins the parameters of required attributes, and the answers that give them.
const ATTRIBUTE: &str = "userAttributes.";

/// Asks on the page that is for it. A choice of one is made at once.
pub(crate) async fn ask(
    visit: &mut Visit,
    username: String,
    challenge: Challenge,
    session: String,
    mut parameters: BTreeMap<String, String>,
    available: Vec<Challenge>,
) -> Response<Body> {
    parameters.retain(|name, _| SHOWN.contains(&name.as_str()));
    if challenge == Challenge::SelectChallenge {
        let names: Vec<&str> = available.iter().map(|one| one.as_str()).collect();
        let names = serde_json::Value::from(names).to_string();
        parameters.insert("MFAS_CAN_CHOOSE".to_owned(), names);
    }
    let path = if challenge == Challenge::NewPasswordRequired {
        "/changePassword"
    } else {
        "/mfa"
    };
    let question = Question {
        challenge,
        session,
        parameters,
    };
    match (challenge, choices(&question).as_slice()) {
        (Challenge::MfaSetup, [only]) => set_up(visit, username, &question, only).await,
        (Challenge::SelectChallenge, [only]) => {
            let answers = [("USERNAME", username.as_str()), ("ANSWER", only)];
            let (cx, authorization) = (visit.cx(), &visit.authorization);
            let progress = answer(cx, authorization, challenge, &question.session, &answers).await;
            match progress {
                Ok(progress) => Box::pin(login::go_on(visit, username, progress)).await,
                Err(error) => visit.refused(&error),
            }
        }
        (Challenge::MfaSetup | Challenge::SelectChallenge, []) => {
            let error = Error::internal("a challenge leaves nothing to choose from");
            visit.broken(&error)
        }
        _ => visit.go_on(path, Flow::new(username, Step::Challenge(question))),
    }
}

/// What can be chosen on a page.
fn choices(question: &Question) -> Vec<String> {
    let (list, known): (_, &[&str]) = match question.challenge {
        Challenge::MfaSetup => (
            "MFAS_CAN_SETUP",
            &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_MFA"],
        ),
        Challenge::SelectMfaType => (
            "MFAS_CAN_CHOOSE",
            &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_MFA"],
        ),
        _ => (
            "MFAS_CAN_CHOOSE",
            &["WEB_AUTHN", "PASSWORD", "EMAIL_OTP", "SMS_OTP"],
        ),
    };
    let text = question.parameters.get(list);
    let list: Vec<String> = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let known = known
        .iter()
        .filter(|known| list.iter().any(|one| one == *known));
    known.map(|one| (*one).to_owned()).collect()
}

/// Begins to set up a second step.
async fn set_up(
    visit: &mut Visit,
    username: String,
    question: &Question,
    which: &str,
) -> Response<Body> {
    let step = if which == "SOFTWARE_TOKEN_MFA" {
        match visit
            .site
            .associate_app(visit.cx(), &question.session)
            .await
        {
            Ok((key, session)) => Step::SetUpApp { session, key },
            Err(error) => return visit.refused(&error),
        }
    } else {
        Step::SetUpContact {
            session: question.session.clone(),
            by_email: which == "EMAIL_OTP",
        }
    };
    visit.go_on("/mfa", Flow::new(username, step))
}

/// Shows the question.
pub(crate) async fn get(visit: &mut Visit) -> Response<Body> {
    match visit.flow() {
        Some(flow) => show(visit, &flow, None).await,
        None => visit.expired(),
    }
}

/// Shows the page of a question. A passkey is asked for with the session's own challenge.
async fn show(visit: &mut Visit, flow: &Flow, alert: Option<Alert>) -> Response<Body> {
    let Some(mut page) = page(visit, flow, alert) else {
        return visit.expired();
    };
    if let (Some(passkey), Step::Challenge(question)) = (&mut page.passkey, &flow.step) {
        let (cx, authorization) = (visit.cx(), &visit.authorization);
        let asked = passkey_options(cx, authorization, &flow.username, &question.session).await;
        match asked {
            Ok(options) => passkey.options = options,
            Err(error) => return visit.refused(&error),
        }
    }
    visit.show(page)
}

/// The page of a question.
fn page(visit: &Visit, flow: &Flow, alert: Option<Alert>) -> Option<Page> {
    let mut page = match &flow.step {
        Step::Challenge(question) => match question.challenge {
            Challenge::NewPasswordRequired => new_password_page(visit, question),
            Challenge::SelectMfaType => {
                choice_page(visit, question, "mfa-choice-heading", "mfa-choice-intro")
            }
            Challenge::MfaSetup => {
                choice_page(visit, question, "mfa-setup-heading", "mfa-setup-intro")
            }
            Challenge::SelectChallenge => {
                let mut page =
                    choice_page(visit, question, "first-factor-heading", "sign-in-intro");
                let values = [("username", flow.username.as_str())];
                page.intro = vec![visit.text.fill("first-factor-intro", &values)];
                page
            }
            Challenge::Password => password_page(visit, &flow.username),
            Challenge::WebAuthn => passkeys::sign_in_page(visit),
            _ => code_page(visit, question),
        },
        Step::SetUpApp { key, .. } => app_page(visit, &flow.username, key)?,
        Step::SetUpContact { by_email, .. } => contact_page(visit, *by_email),
        Step::Told(_)
        | Step::SignIn
        | Step::Consent
        | Step::AddPasskey
        | Step::Confirm { .. }
        | Step::Reset { .. } => return None,
    };
    page.alert = alert;
    page.links = vec![visit.link(None, "back-to-sign-in", "/login")];
    Some(page)
}

/// Where codes should go.
fn contact_page(visit: &Visit, by_email: bool) -> Page {
    let (heading, intro, graphic, attribute) = if by_email {
        (
            "email-setup-heading",
            "email-setup-intro",
            "EMAIL_GRAPHIC",
            "email",
        )
    } else {
        (
            "phone-setup-heading",
            "phone-setup-intro",
            "SMS_GRAPHIC",
            "phone_number",
        )
    };
    let mut page = visit.page(heading);
    page.intro = vec![visit.text.say(intro)];
    page.graphic = Some(graphic);
    page.forms = vec![form(visit, vec![attribute_field(visit, attribute)])];
    page
}

fn form(visit: &Visit, fields: Vec<Field>) -> Form {
    let button = visit.text.say("continue-button");
    Form::new(visit.path("/mfa"), button, fields)
}

fn new_password_page(visit: &Visit, question: &Question) -> Page {
    let mut page = visit.page("new-password-heading");
    page.intro = vec![visit.text.say("new-password-intro")];
    page.graphic = Some("PASSWORD_GRAPHIC");
    let mut fields = new_password_fields(visit, "new-password-label", "confirm-new-password-label");
    for name in required_attributes(question) {
        let value = visit.field(&name).unwrap_or_default().to_owned();
        fields.push(attribute_field(visit, &name).value(value));
    }
    let button = visit.text.say("reset-button");
    page.forms = vec![Form::new(visit.path("/changePassword"), button, fields)];
    page
}

/// The attributes that are missing, by their names.
fn required_attributes(question: &Question) -> Vec<String> {
    let list = question.parameters.get("requiredAttributes");
    let list: Vec<String> = list
        .and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default();
    let names = list.iter().map(|name| name.trim_start_matches(ATTRIBUTE));
    names.map(str::to_owned).collect()
}

fn choice_page(visit: &Visit, question: &Question, heading: &str, intro: &str) -> Page {
    let mut page = visit.page(heading);
    page.intro = vec![visit.text.say(intro)];
    let mut form = Form {
        action: visit.path("/mfa"),
        ..Form::default()
    };
    form.buttons = choices(question)
        .into_iter()
        .map(|choice| Button {
            label: visit.text.say(match choice.as_str() {
                "PASSWORD" => "factor-password",
                "WEB_AUTHN" => "factor-passkey",
                "EMAIL_OTP" => "factor-email",
                "SOFTWARE_TOKEN_MFA" => "factor-app",
                _ => "factor-sms",
            }),
            is_primary: false,
            answer: Some(("answer", choice)),
        })
        .collect();
    page.forms = vec![form];
    page
}

fn password_page(visit: &Visit, username: &str) -> Page {
    let mut page = visit.page("sign-in-heading");
    page.intro = vec![
        visit
            .text
            .fill("first-factor-intro", &[("username", username)]),
    ];
    page.graphic = Some("PASSWORD_GRAPHIC");
    // Password managers look for the name beside the password.
    let label = visit.text.say("password-label");
    let field = Field::new("password", label, FieldKind::Password).auto("current-password");
    let mut form = form(visit, vec![field]);
    form.hidden = vec![("username", username.to_owned())];
    if visit.site.recovers() {
        form.link = Some(visit.link(None, "forgot-link", "/forgotPassword"));
    }
    page.forms = vec![form];
    page
}

/// Where a code went, in words.
pub(crate) fn sent_to(visit: &Visit, by_email: bool, destination: &str) -> String {
    let key = if by_email {
        "code-sent-email"
    } else {
        "code-sent-sms"
    };
    visit.text.fill(key, &[("destination", destination)])
}

/// The field for a code.
pub(crate) fn code_field(visit: &Visit) -> Field {
    Field::new("code", visit.text.say("code-label"), FieldKind::Code).auto("one-time-code")
}

fn code_page(visit: &Visit, question: &Question) -> Page {
    let mut page = visit.page("mfa-heading");
    let parameter = |name: &str| question.parameters.get(name).map(String::as_str);
    let by_email = parameter("CODE_DELIVERY_DELIVERY_MEDIUM") == Some("EMAIL");
    let (intro, graphic) = match (question.challenge, parameter("CODE_DELIVERY_DESTINATION")) {
        (Challenge::SoftwareTokenMfa, _) => {
            let intro = match parameter("FRIENDLY_DEVICE_NAME") {
                Some(device) => visit.text.fill("code-app-named", &[("device", device)]),
                None => visit.text.say("code-app"),
            };
            (intro, "AUTH_APP_GRAPHIC")
        }
        (_, Some(destination)) => (
            sent_to(visit, by_email, destination),
            if by_email {
                "EMAIL_GRAPHIC"
            } else {
                "SMS_GRAPHIC"
            },
        ),
        (_, None) => (visit.text.say("code-enter"), "SMS_GRAPHIC"),
    };
    page.intro = vec![intro];
    page.graphic = Some(graphic);
    page.forms = vec![form(visit, vec![code_field(visit)])];
    page
}

/// The page with the QR code; apps read the account's name and issuer from it.
fn app_page(visit: &Visit, username: &str, key: &str) -> Option<Page> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let issuer = encode(visit.site.client_name()).replace('+', "%20");
    let account = encode(username).replace('+', "%20");
    let link = format!("otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}");
    let code = QrCode::with_error_correction_level(link, EcLevel::M).ok()?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // The declaration of XML has no place in HTML.
    let at = drawn.find("<svg")?;
    let groups: Vec<&str> = key
        .as_bytes()
        .chunks(4)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    let mut page = visit.page("totp-heading");
    page.graphic = Some("AUTH_APP_GRAPHIC");
    page.set_up = Some(SetUp {
        qr: drawn[at..].to_owned(),
        key: groups.join(" "),
    });
    let label = visit.text.say("totp-device-label");
    let mut device = Field::new("device", label, FieldKind::Text)
        .value(visit.field("device").unwrap_or_default());
    device.is_required = false;
    page.forms = vec![form(visit, vec![code_field(visit), device])];
    Some(page)
}

/// Takes the answer.
pub(crate) async fn post(visit: &mut Visit) -> Response<Body> {
    let Some(flow) = visit.flow() else {
        return visit.expired();
    };
    let alert = match fields_missing(visit, &flow) {
        Some(alert) => alert,
        None => match take(visit, &flow).await {
            Ok(Taken::Progress(progress)) => {
                return login::go_on(visit, flow.username, *progress).await;
            }
            Ok(Taken::SetUp(which)) => {
                let Step::Challenge(question) = &flow.step else {
                    return visit.expired();
                };
                return set_up(visit, flow.username.clone(), question, &which).await;
            }
            Err(error) => match Reason::of(&error) {
                Reason::SessionOver | Reason::Broken | Reason::Disabled => {
                    return visit.refused(&error);
                }
                reason => refusal::alert(visit.text, &reason),
            },
        },
    };
    show(visit, &flow, Some(alert)).await
}

/// The first field of the page that must be filled in and is not, or that does not agree.
fn fields_missing(visit: &Visit, flow: &Flow) -> Option<Alert> {
    let page = page(visit, flow, None)?;
    super::account::check_fields(visit, &page)
}

/// What an answer led to.
enum Taken {
    Progress(Box<Progress>),
    /// A second step is to be set up: which.
    SetUp(String),
}

async fn take(visit: &Visit, flow: &Flow) -> Result<Taken, Error> {
    let field = |name: &str| visit.field(name).unwrap_or_default();
    let username = ("USERNAME", flow.username.as_str());
    let (challenge, session, answers) = match &flow.step {
        Step::Challenge(question) => {
            let mut answers = vec![username];
            let names: Vec<(String, String)>;
            match question.challenge {
                Challenge::NewPasswordRequired => {
                    names = required_attributes(question)
                        .into_iter()
                        .map(|name| (format!("{ATTRIBUTE}{name}"), field(&name).to_owned()))
                        .collect();
                    answers.push(("NEW_PASSWORD", field("password")));
                    answers.extend(names.iter().map(|(name, value)| (&**name, &**value)));
                    let session = &question.session;
                    return go(visit, question.challenge, session, &answers).await;
                }
                Challenge::MfaSetup => return Ok(Taken::SetUp(field("answer").to_owned())),
                Challenge::SelectMfaType | Challenge::SelectChallenge => {
                    answers.push(("ANSWER", field("answer")));
                }
                Challenge::WebAuthn => answers.push(("CREDENTIAL", field("credential"))),
                Challenge::Password => answers.push(("PASSWORD", field("password"))),
                Challenge::SoftwareTokenMfa => {
                    answers.push(("SOFTWARE_TOKEN_MFA_CODE", field("code")));
                }
                Challenge::EmailOtp => answers.push(("EMAIL_OTP_CODE", field("code"))),
                Challenge::SmsOtp => answers.push(("SMS_OTP_CODE", field("code"))),
                _ => answers.push(("SMS_MFA_CODE", field("code"))),
            }
            (question.challenge, question.session.clone(), answers)
        }
        Step::SetUpApp { session, .. } => {
            let device = visit.field("device");
            let verified = visit
                .site
                .verify_app(visit.cx(), session, field("code"), device)
                .await?;
            (Challenge::MfaSetup, verified, vec![username])
        }
        Step::SetUpContact { session, by_email } => {
            let given = if *by_email {
                ("EMAIL", field("email"))
            } else {
                ("PHONE_NUMBER", field("phone_number"))
            };
            (Challenge::MfaSetup, session.clone(), vec![username, given])
        }
        Step::Told(_)
        | Step::SignIn
        | Step::Consent
        | Step::AddPasskey
        | Step::Confirm { .. }
        | Step::Reset { .. } => {
            return Err(Error::internal("a page took the answer of another"));
        }
    };
    go(visit, challenge, &session, &answers).await
}

async fn go(
    visit: &Visit,
    challenge: Challenge,
    session: &str,
    answers: &[(&str, &str)],
) -> Result<Taken, Error> {
    let progress = answer(
        visit.cx(),
        &visit.authorization,
        challenge,
        session,
        answers,
    )
    .await?;
    Ok(Taken::Progress(Box::new(progress)))
}
