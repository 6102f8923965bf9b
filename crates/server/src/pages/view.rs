//! A page as its template sees it.

use std::sync::Arc;

use askama::Template;

use super::look::{Image, Look};
use super::text::Language;

/// The script of passkeys; no other page has one.
pub(crate) const SCRIPT: &str = include_str!("passkey.js");

/// The field of the form that finds a provider.
pub(crate) const PROVIDER_FIELD: &str = "idp_identifier";

/// What a message above the form says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlertKind {
    Error,
    Success,
    Warning,
}

impl AlertKind {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Success => "success",
            Self::Warning => "warning",
        }
    }

    pub(crate) fn is_error(self) -> bool {
        self == Self::Error
    }
}

/// A message above the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) kind: AlertKind,
    pub(crate) text: String,
    /// The field that it is about.
    pub(crate) field: Option<String>,
}

impl Alert {
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self {
            kind: AlertKind::Error,
            text: text.into(),
            field: None,
        }
    }

    pub(crate) fn success(text: impl Into<String>) -> Self {
        Self {
            kind: AlertKind::Success,
            ..Self::error(text)
        }
    }

    pub(crate) fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: AlertKind::Warning,
            ..Self::error(text)
        }
    }

    #[must_use]
    pub(crate) fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    /// A name to sign in with: no capital letters of the keyboard's own.
    Name,
    Email,
    Phone,
    Password,
    Date,
    Number,
    Url,
    /// A one-time code.
    Code,
}

impl FieldKind {
    pub(crate) const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Name | Self::Code | Self::Number => "text",
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Password => "password",
            Self::Date => "date",
            Self::Url => "url",
        }
    }

    /// Further attributes of the input.
    pub(crate) const fn more(self) -> &'static str {
        match self {
            Self::Name => {
                " autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\" maxlength=\"128\""
            }
            Self::Phone => " placeholder=\"+14325551212\" maxlength=\"2048\"",
            Self::Text | Self::Date | Self::Email | Self::Url => " maxlength=\"2048\"",
            Self::Password => " maxlength=\"256\"",
            Self::Number => " inputmode=\"decimal\" maxlength=\"32\"",
            Self::Code => " inputmode=\"numeric\" maxlength=\"32\" spellcheck=\"false\"",
        }
    }
}

/// Something that a password needs, and whether the one that was typed has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) text: String,
    pub(crate) is_kept: bool,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: FieldKind,
    pub(crate) value: String,
    pub(crate) autocomplete: Option<&'static str>,
    pub(crate) hint: Option<String>,
    /// What a password needs.
    pub(crate) rules: Vec<Rule>,
    pub(crate) is_required: bool,
    pub(crate) is_wrong: bool,
    pub(crate) has_focus: bool,
}

impl Field {
    pub(crate) fn new(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            autocomplete: None,
            hint: None,
            rules: Vec::new(),
            is_required: true,
            is_wrong: false,
            has_focus: false,
        }
    }

    #[must_use]
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    #[must_use]
    pub(crate) fn auto(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = Some(autocomplete);
        self
    }

    /// The ids of what describes it.
    pub(crate) fn described_by(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.is_wrong {
            ids.push("alert".to_owned());
        }
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.name));
        }
        if !self.rules.is_empty() {
            ids.push(format!("{}-rules", self.name));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A button that sends a form.
#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) is_primary: bool,
    /// What it adds to the form.
    pub(crate) answer: Option<(&'static str, String)>,
}

/// A link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// What leads to it.
    pub(crate) question: Option<String>,
    pub(crate) label: String,
    pub(crate) href: String,
}

/// A question under a form, which a button without the form's fields answers.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) label: String,
    pub(crate) name: &'static str,
}

/// A link to an identity provider.
#[derive(Clone, Debug)]
pub(crate) struct ProviderLink {
    pub(crate) label: String,
    pub(crate) href: String,
    /// The class that can be styled.
    pub(crate) class: &'static str,
    /// The letter of its sign; without one it has the sign of a door.
    pub(crate) letter: Option<char>,
}

/// The providers beside the form for the pool's own users.
#[derive(Clone, Debug, Default)]
pub(crate) struct Providers {
    pub(crate) links: Vec<ProviderLink>,
    /// What stands above the links.
    pub(crate) description: Option<String>,
    /// The form that finds one by a domain.
    pub(crate) search: Option<Form>,
    /// Whether they come after the form.
    pub(crate) is_last: bool,
}

impl Providers {
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.search.is_none()
    }
}

/// A form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Of a form that only a script sends.
    pub(crate) id: Option<&'static str>,
    pub(crate) action: String,
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) fields: Vec<Field>,
    pub(crate) link: Option<Link>,
    pub(crate) buttons: Vec<Button>,
    pub(crate) question: Option<Question>,
}

impl Form {
    /// A form with one button.
    pub(crate) fn new(action: String, button: String, fields: Vec<Field>) -> Self {
        let mut form = Self {
            action,
            fields,
            ..Self::default()
        };
        form.buttons.push(Button {
            label: button,
            is_primary: true,
            answer: None,
        });
        form
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.name == name)
    }
}

/// The set-up of an authenticator app.
#[derive(Clone, Debug)]
pub(crate) struct SetUp {
    /// The QR code, as SVG.
    pub(crate) qr: String,
    /// The key in groups of four.
    pub(crate) key: String,
}

/// What a passkey is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasskeyKind {
    Create,
    Get,
}

impl PasskeyKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
        }
    }
}

/// What the script of the passkeys works with.
#[derive(Clone, Debug)]
pub(crate) struct Passkey {
    pub(crate) kind: PasskeyKind,
    /// The options, as JSON.
    pub(crate) options: String,
    pub(crate) button: String,
}

/// The sentence about terms of use and privacy policy.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) before: String,
    pub(crate) first: Link,
    pub(crate) between: String,
    pub(crate) second: Link,
    pub(crate) after: String,
}

impl Terms {
    /// The sentence of a language with its two links, in whatever order the language has them.
    pub(crate) fn new(text: &Language, terms: String, privacy: String) -> Self {
        const MARKS: [char; 2] = ['\u{1}', '\u{2}'];
        let sentence = text.fill("terms-notice", &[("terms", "\u{1}"), ("privacy", "\u{2}")]);
        let mut parts = sentence.split(MARKS).map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let link = |key: &str, href| Link {
            question: None,
            label: text.say(key),
            href,
        };
        let mut links = [link("terms-of-use", terms), link("privacy-policy", privacy)];
        if sentence.find(MARKS[1]) < sentence.find(MARKS[0]) {
            links.reverse();
        }
        let [first, second] = links;
        Self {
            before: part(),
            first,
            between: part(),
            second,
            after: part(),
        }
    }
}

/// A page.
#[derive(Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    pub(crate) text: &'static Language,
    pub(crate) look: Arc<Look>,
    pub(crate) csrf: String,
    pub(crate) heading: String,
    pub(crate) intro: Vec<String>,
    pub(crate) alert: Option<Alert>,
    /// The category of the image above the form.
    pub(crate) graphic: Option<&'static str>,
    pub(crate) set_up: Option<SetUp>,
    pub(crate) forms: Vec<Form>,
    pub(crate) providers: Providers,
    pub(crate) passkey: Option<Passkey>,
    pub(crate) terms: Option<Terms>,
    pub(crate) links: Vec<Link>,
}

impl Page {
    /// A page with nothing but a heading.
    pub(crate) fn new(text: &'static Language, look: Arc<Look>, heading: &str) -> Self {
        Self {
            text,
            look,
            csrf: String::new(),
            heading: text.say(heading),
            intro: Vec::new(),
            alert: None,
            graphic: None,
            set_up: None,
            forms: Vec::new(),
            providers: Providers::default(),
            passkey: None,
            terms: None,
            links: Vec::new(),
        }
    }

    /// The title of the window, which tells of an error first.
    fn document_title(&self) -> String {
        match &self.alert {
            Some(alert) if alert.kind.is_error() => {
                self.text.fill("error-title", &[("title", &self.heading)])
            }
            _ => self.heading.clone(),
        }
    }

    /// The script of passkeys.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn script(&self) -> &'static str {
        SCRIPT
    }

    /// The images above the form.
    fn graphic(&self) -> Option<&Vec<Image>> {
        self.look.graphics.get(self.graphic?)
    }

    /// The page's text. The field that the message is about is marked, and has the focus; without one the
    /// first empty field has it.
    pub(crate) fn html(mut self) -> String {
        let first = self.forms.first_mut();
        let wrong = self.alert.as_ref().and_then(|alert| alert.field.as_deref());
        let search = self.providers.search.as_mut();
        let form = match search {
            Some(search) if first.is_none() || wrong == Some(PROVIDER_FIELD) => Some(search),
            _ => first,
        };
        if let Some(form) = form {
            if let Some(field) = wrong.and_then(|name| form.field_mut(name)) {
                field.is_wrong = true;
                field.has_focus = true;
            } else if let Some(field) = form.fields.iter_mut().find(|field| field.value.is_empty())
            {
                field.has_focus = true;
            }
        }
        self.render().unwrap_or_default()
    }
}
