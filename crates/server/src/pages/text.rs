//! The words of the pages, in every language that managed login has. Fluent files are parsed once.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The languages: the code, the key among the links of a terms document, and the messages.
const SOURCES: [(&str, &str, &str); 12] = [
    ("en", "english", include_str!("locales/en.ftl")),
    ("de", "german", include_str!("locales/de.ftl")),
    ("es", "spanish", include_str!("locales/es.ftl")),
    ("fr", "french", include_str!("locales/fr.ftl")),
    ("id", "bahasa-indonesia", include_str!("locales/id.ftl")),
    ("it", "italian", include_str!("locales/it.ftl")),
    ("ja", "japanese", include_str!("locales/ja.ftl")),
    ("ko", "korean", include_str!("locales/ko.ftl")),
    ("nl", "dutch", include_str!("locales/nl.ftl")),
    (
        "pt-BR",
        "portuguese-brazil",
        include_str!("locales/pt-BR.ftl"),
    ),
    (
        "zh-CN",
        "chinese-simplified",
        include_str!("locales/zh-CN.ftl"),
    ),
    (
        "zh-TW",
        "chinese-traditional",
        include_str!("locales/zh-TW.ftl"),
    ),
];

static LANGUAGES: LazyLock<Vec<Language>> =
    LazyLock::new(|| SOURCES.into_iter().map(Language::parse).collect());

/// One language.
pub(crate) struct Language {
    /// As in `lang` and in `<html lang>`.
    pub(crate) code: &'static str,
    /// Its key among the links of a terms document.
    pub(crate) terms_key: &'static str,
    messages: FluentBundle<FluentResource>,
}

/// English, which pages speak unless they are told otherwise.
pub(crate) fn english() -> &'static Language {
    &LANGUAGES[0]
}

/// The language of a code, in whatever case.
pub(crate) fn of(code: &str) -> Option<&'static Language> {
    LANGUAGES
        .iter()
        .find(|language| language.code.eq_ignore_ascii_case(code))
}

impl Language {
    fn parse((code, terms_key, source): (&'static str, &'static str, &str)) -> Self {
        let id: LanguageIdentifier = code.parse().expect("the codes are language tags");
        let mut messages = FluentBundle::new_concurrent(vec![id]);
        // HTML has its own means for mixed directions.
        messages.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned())
            .unwrap_or_else(|(_, errors)| panic!("{code}.ftl: {errors:?}"));
        messages
            .add_resource(resource)
            .unwrap_or_else(|errors| panic!("{code}.ftl: {errors:?}"));
        Self {
            code,
            terms_key,
            messages,
        }
    }

    /// A message without placeholders.
    pub(crate) fn say(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A message with its placeholders filled in.
    pub(crate) fn fill<'a>(&self, key: &str, values: &[(&'a str, &'a str)]) -> String {
        let args = values
            .iter()
            .map(|(name, value)| (*name, FluentValue::from(*value)))
            .collect();
        self.format(key, Some(&args))
    }

    /// The label of a user attribute: its translation, or the name of a custom attribute.
    pub(crate) fn attribute(&self, name: &str) -> String {
        match name {
            "email" => return self.say("email-label"),
            "phone_number" => return self.say("phone-label"),
            _ => {}
        }
        let key = format!("attribute-{}", name.replace('_', "-"));
        if self.messages.has_message(&key) {
            return self.say(&key);
        }
        let name = name.strip_prefix("custom:").unwrap_or(name);
        name.replace('_', " ")
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self
            .messages
            .get_message(key)
            .and_then(|message| message.value())
        else {
            // A test holds every key against the files.
            debug_assert!(false, "no message {key}");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text: Cow<'_, str> = self.messages.format_pattern(pattern, args, &mut errors);
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Keys and, for each, the placeholders of its text.
    fn messages(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut found = BTreeMap::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let Some((key, text)) = line.split_once(" = ") else {
                assert!(line.is_empty(), "a message is one line: {line}");
                continue;
            };
            let placeholders = text
                .split("{ $")
                .skip(1)
                .filter_map(|rest| rest.split_once(" }"))
                .map(|(name, _)| name)
                .collect();
            assert!(!text.trim().is_empty(), "{key} says nothing");
            assert!(found.insert(key, placeholders).is_none(), "{key} is twice");
        }
        found
    }

    #[test]
    fn every_language_has_every_message_with_the_same_placeholders() {
        let (_, _, english) = SOURCES[0];
        let english = messages(english);
        for (code, _, source) in SOURCES {
            assert_eq!(messages(source), english, "{code}");
        }
    }

    #[test]
    fn every_message_is_said_somewhere_and_every_key_exists() {
        let sources = [
            include_str!("../../templates/page.html"),
            include_str!("account.rs"),
            include_str!("challenge.rs"),
            include_str!("login.rs"),
            include_str!("passkeys.rs"),
            include_str!("plain.rs"),
            include_str!("providers.rs"),
            include_str!("refusal.rs"),
            include_str!("view.rs"),
            include_str!("mod.rs"),
            include_str!("visit.rs"),
            include_str!("text.rs"),
        ]
        .concat();
        let (_, _, english) = SOURCES[0];
        for key in messages(english).keys() {
            let said = sources.contains(&format!("\"{key}\"")) || key.starts_with("attribute-");
            assert!(said, "nobody says {key}");
        }
    }

    #[test]
    fn placeholders_are_filled_and_unknown_attributes_keep_their_names() {
        let german = of("DE").expect("German");
        assert_eq!(
            german.fill("continue-intro", &[("username", "<ann>")]),
            "Sie sind bereits als <ann> angemeldet."
        );
        assert_eq!(german.attribute("family_name"), "Nachname");
        assert_eq!(german.attribute("email"), "E-Mail-Adresse");
        assert_eq!(german.attribute("custom:shoe_size"), "shoe size");
        assert!(of("tlh").is_none());
    }
}
