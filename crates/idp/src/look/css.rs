//! The style sheets of classic pages: a fixed set of selectors, and nothing that loads or asks.

use crate::{Error, Result};

/// The classes that can be styled, without `-customizable`, and the state that some have besides.
const CLASSES: [(&str, Option<&str>); 15] = [
    ("background", None),
    ("banner", None),
    ("errorMessage", None),
    ("idpButton", Some("hover")),
    ("idpDescription", None),
    ("inputField", Some("focus")),
    ("label", None),
    ("legalText", None),
    ("logo", None),
    ("passwordCheck-valid", None),
    ("passwordCheck-notValid", None),
    ("redirect", None),
    ("socialButton", None),
    ("submitButton", Some("hover")),
    ("textDescription", None),
];

/// What a style sheet must not contain anywhere.
const FORBIDDEN: [&str; 5] = ["@import", "@supports", "@page", "@media", "javascript"];

/// Checks a style sheet.
pub(crate) fn check(css: &str) -> Result<()> {
    let css = without_comments(css);
    let lower = css.to_ascii_lowercase();
    if let Some(word) = FORBIDDEN.iter().find(|word| lower.contains(**word)) {
        return Err(Error::css_word(word));
    }
    // A page that holds the sheet must not end inside it.
    if css.contains('<') {
        return Err(Error::css_word("<"));
    }
    let mut rest = css.as_str();
    while let Some((selectors, after)) = rest.split_once('{') {
        for selector in selectors.split(',') {
            if !is_allowed(selector.trim()) {
                return Err(Error::css_selector(selector.trim()));
            }
        }
        let (declarations, after) = after.split_once('}').ok_or_else(Error::css_syntax)?;
        if declarations.contains('{') {
            return Err(Error::css_syntax());
        }
        rest = after;
    }
    if rest.trim().is_empty() {
        Ok(())
    } else {
        Err(Error::css_syntax())
    }
}

fn is_allowed(selector: &str) -> bool {
    let Some(class) = selector.strip_prefix('.') else {
        return false;
    };
    let (class, state) = match class.split_once(':') {
        Some((class, state)) => (class, Some(state)),
        None => (class, None),
    };
    let Some(name) = class.strip_suffix("-customizable") else {
        return false;
    };
    CLASSES
        .iter()
        .any(|(known, has)| *known == name && (state.is_none() || state == *has))
}

fn without_comments(css: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(css.len()), css);
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        kept.push(' ');
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_of_the_pages_can_be_styled() {
        for css in [
            "",
            ".logo-customizable { max-width: 60%; }",
            "/* a { */ .submitButton-customizable:hover{color:#fff}\n.label-customizable,.logo-customizable{}",
            ".passwordCheck-notValid-customizable { color: red }",
            ".textDescription-customizable,.idpDescription-customizable{color:#323c32}",
        ] {
            assert_eq!(check(css), Ok(()), "{css}");
        }
    }

    #[test]
    fn other_things_cannot() {
        for selector in [
            "body",
            ".other",
            ".label-customizable:hover",
            ".label",
            ".a-customizable",
        ] {
            let refused = check(&format!("{selector} {{ color: red }}"));
            assert_eq!(refused, Err(Error::css_selector(selector)));
        }
        for (css, word) in [
            ("@IMPORT url(x);", "@import"),
            ("@media print{}", "@media"),
            (".logo-customizable{}</style>", "<"),
            (
                ".logo-customizable{background:url(javascript:x)}",
                "javascript",
            ),
        ] {
            assert_eq!(check(css), Err(Error::css_word(word)), "{css}");
        }
        for css in [
            ".logo-customizable {",
            "color: red",
            ".logo-customizable{a{}}",
        ] {
            assert_eq!(check(css), Err(Error::css_syntax()), "{css}");
        }
    }
}
