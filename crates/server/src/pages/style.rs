//! The style sheet of a page: fixed rules over custom properties that a branding style sets. Settings are
//! taken value by value, and only what is a colour, a number or a known word gets into the sheet.

use std::fmt::Write;

use serde_json::Value;

/// The fixed rules.
pub(crate) const RULES: &str = include_str!("style.css");

/// The custom properties that are colours, and where the settings have them. `*` stands for the mode.
const COLOURS: [(&str, &str); 54] = [
    ("page", "/components/pageBackground/*/color"),
    ("card", "/components/form/*/backgroundColor"),
    ("card-border", "/components/form/*/borderColor"),
    ("bar", "/components/pageHeader/*/background/color"),
    ("bar-border", "/components/pageHeader/*/borderColor"),
    ("footer", "/components/pageFooter/*/background/color"),
    ("footer-border", "/components/pageFooter/*/borderColor"),
    ("body", "/components/pageText/*/bodyColor"),
    ("heading", "/components/pageText/*/headingColor"),
    ("description", "/components/pageText/*/descriptionColor"),
    ("label", "/componentClasses/inputLabel/*/textColor"),
    ("hint", "/componentClasses/inputDescription/*/textColor"),
    (
        "input",
        "/componentClasses/input/*/defaults/backgroundColor",
    ),
    (
        "input-border",
        "/componentClasses/input/*/defaults/borderColor",
    ),
    ("placeholder", "/componentClasses/input/*/placeholderColor"),
    ("focus", "/componentClasses/focusState/*/borderColor"),
    ("link", "/componentClasses/link/*/defaults/textColor"),
    ("link-hover", "/componentClasses/link/*/hover/textColor"),
    ("divider", "/componentClasses/divider/*/borderColor"),
    (
        "primary",
        "/components/primaryButton/*/defaults/backgroundColor",
    ),
    (
        "primary-text",
        "/components/primaryButton/*/defaults/textColor",
    ),
    (
        "primary-hover",
        "/components/primaryButton/*/hover/backgroundColor",
    ),
    (
        "primary-hover-text",
        "/components/primaryButton/*/hover/textColor",
    ),
    (
        "primary-active",
        "/components/primaryButton/*/active/backgroundColor",
    ),
    (
        "primary-active-text",
        "/components/primaryButton/*/active/textColor",
    ),
    (
        "secondary",
        "/components/secondaryButton/*/defaults/backgroundColor",
    ),
    (
        "secondary-border",
        "/components/secondaryButton/*/defaults/borderColor",
    ),
    (
        "secondary-text",
        "/components/secondaryButton/*/defaults/textColor",
    ),
    (
        "secondary-hover",
        "/components/secondaryButton/*/hover/backgroundColor",
    ),
    (
        "secondary-hover-border",
        "/components/secondaryButton/*/hover/borderColor",
    ),
    (
        "secondary-hover-text",
        "/components/secondaryButton/*/hover/textColor",
    ),
    (
        "secondary-active",
        "/components/secondaryButton/*/active/backgroundColor",
    ),
    (
        "secondary-active-border",
        "/components/secondaryButton/*/active/borderColor",
    ),
    (
        "secondary-active-text",
        "/components/secondaryButton/*/active/textColor",
    ),
    (
        "idp",
        "/components/idpButton/standard/*/defaults/backgroundColor",
    ),
    (
        "idp-border",
        "/components/idpButton/standard/*/defaults/borderColor",
    ),
    (
        "idp-text",
        "/components/idpButton/standard/*/defaults/textColor",
    ),
    (
        "idp-hover",
        "/components/idpButton/standard/*/hover/backgroundColor",
    ),
    (
        "idp-hover-border",
        "/components/idpButton/standard/*/hover/borderColor",
    ),
    (
        "idp-hover-text",
        "/components/idpButton/standard/*/hover/textColor",
    ),
    (
        "idp-active",
        "/components/idpButton/standard/*/active/backgroundColor",
    ),
    (
        "idp-active-border",
        "/components/idpButton/standard/*/active/borderColor",
    ),
    (
        "idp-active-text",
        "/components/idpButton/standard/*/active/textColor",
    ),
    ("error", "/components/alert/*/error/backgroundColor"),
    ("error-border", "/components/alert/*/error/borderColor"),
    (
        "success",
        "/componentClasses/statusIndicator/*/success/backgroundColor",
    ),
    (
        "success-border",
        "/componentClasses/statusIndicator/*/success/borderColor",
    ),
    (
        "warning",
        "/componentClasses/statusIndicator/*/warning/backgroundColor",
    ),
    (
        "warning-border",
        "/componentClasses/statusIndicator/*/warning/borderColor",
    ),
    (
        "invalid-border",
        "/componentClasses/statusIndicator/*/error/borderColor",
    ),
    (
        "error-sign",
        "/componentClasses/statusIndicator/*/error/indicatorColor",
    ),
    (
        "success-sign",
        "/componentClasses/statusIndicator/*/success/indicatorColor",
    ),
    (
        "warning-sign",
        "/componentClasses/statusIndicator/*/warning/indicatorColor",
    ),
    (
        "pending-sign",
        "/componentClasses/statusIndicator/*/pending/indicatorColor",
    ),
];

/// The custom properties that are lengths in pixels.
const RADII: [(&str, &str); 4] = [
    ("card-radius", "/components/form/borderRadius"),
    ("alert-radius", "/components/alert/borderRadius"),
    ("button-radius", "/componentClasses/buttons/borderRadius"),
    ("input-radius", "/componentClasses/input/borderRadius"),
];

/// Light or dark, or as the browser has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
    Dynamic,
}

impl Scheme {
    pub(crate) fn of(settings: &Value) -> Self {
        let mode = settings.pointer("/categories/global/colorSchemeMode");
        match mode.and_then(Value::as_str) {
            Some("DARK") => Self::Dark,
            Some("DYNAMIC") => Self::Dynamic,
            _ => Self::Light,
        }
    }
}

/// The rules with the values of the settings.
pub(crate) fn sheet(settings: &Value, scheme: Scheme) -> String {
    let mut css = String::with_capacity(RULES.len() + 6000);
    let light = colours(settings, "lightMode");
    let dark = colours(settings, "darkMode");
    let fixed = layout(settings);
    let _infallible = match scheme {
        Scheme::Light => write!(css, ":root{{color-scheme:light;{light}{fixed}}}"),
        Scheme::Dark => write!(css, ":root{{color-scheme:dark;{dark}{fixed}}}"),
        Scheme::Dynamic => write!(
            css,
            ":root{{color-scheme:light dark;{light}{fixed}}}\
             @media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        ),
    };
    css.push_str(RULES);
    css
}

fn colours(settings: &Value, mode: &str) -> String {
    let mut text = String::new();
    for (name, path) in COLOURS {
        let value = settings.pointer(&path.replace('*', mode));
        if let Some(colour) = value.and_then(Value::as_str).filter(|text| is_colour(text)) {
            let _infallible = write!(text, "--{name}:#{colour};");
        }
    }
    text
}

/// Six or eight hexadecimal digits.
fn is_colour(text: &str) -> bool {
    matches!(text.len(), 6 | 8) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What has no colour.
fn layout(settings: &Value) -> String {
    let mut text = String::new();
    for (name, path) in RADII {
        let radius = settings.pointer(path).and_then(Value::as_f64);
        if let Some(radius) = radius.filter(|radius| (0.0..=100.0).contains(radius)) {
            let _infallible = write!(text, "--{name}:{radius}px;");
        }
    }
    for (name, path) in [
        ("across", "/categories/form/location/horizontal"),
        ("down", "/categories/form/location/vertical"),
        ("logo-across", "/components/form/logo/location"),
        ("header-across", "/components/pageHeader/logo/location"),
        ("footer-across", "/components/pageFooter/logo/location"),
    ] {
        let place = match settings.pointer(path).and_then(Value::as_str) {
            Some("START") => "flex-start",
            Some("END") => "flex-end",
            _ => "center",
        };
        let _infallible = write!(text, "--{name}:{place};");
    }
    let density = settings.pointer("/categories/global/spacingDensity");
    let density = match density.and_then(Value::as_str) {
        Some("COMPACT") => ".7",
        Some("SPACIOUS") => "1.3",
        _ => "1",
    };
    let _infallible = write!(text, "--density:{density};");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_colours_numbers_and_known_words_get_into_the_sheet() {
        let settings = json!({
            "categories": {
                "global": {"colorSchemeMode": "DYNAMIC", "spacingDensity": "COMPACT"},
                "form": {"location": {"horizontal": "END", "vertical": "}body{display:none}"}},
            },
            "components": {
                "pageBackground": {"lightMode": {"color": "11223344"}, "darkMode": {"color": "red;}</style>"}},
                "form": {"borderRadius": 3},
                "alert": {"borderRadius": "4px}"},
            },
        });
        let css = sheet(&settings, Scheme::of(&settings));
        assert!(
            css.starts_with(":root{color-scheme:light dark;--page:#11223344;--card-radius:3px;")
        );
        assert!(css.contains("--across:flex-end;--down:center;"), "{css}");
        assert!(css.contains("--density:.7;"));
        assert!(!css.contains("style>") && !css.contains("red;") && !css.contains("4px}"));
        assert!(css.contains("@media (prefers-color-scheme:dark){:root{}}"));
    }
}
