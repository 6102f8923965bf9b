//! From the patterns of the model, which are Java's, to the dialect of the `regex` crate.
//!
//! Java's `\w`, `\s` and `\S` mean ASCII, its `.` stops at five line ends, and a pattern must match the
//! whole string. Whatever the model has not used so far is refused.

use std::fmt::Write;

use regex::Regex;

/// A translated pattern.
pub(super) struct Translation {
    /// The whole pattern, anchored.
    pub(super) regex: String,
    /// The one class that the pattern repeats, if that is all it does.
    pub(super) class: Option<Class>,
}

/// A class of characters, decided for ASCII.
pub(super) struct Class {
    pub(super) ascii: u128,
    pub(super) beyond: Option<bool>,
    pub(super) empty: bool,
}

/// The one look-behind of the model, and how to do without: the last character is not a dot.
const NO_FINAL_DOT: (&str, &str) = (
    r"^[0-9A-Za-z\.\-_]*(?<!\.)$",
    r"^(?:[0-9A-Za-z\.\-_]*[0-9A-Za-z\-_])?$",
);

/// What `.` stands for in Java.
const ANY: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";

/// Java's blanks.
const BLANK: &str = r"\t\n\x{0B}\x{0C}\r ";

/// Translates a pattern.
pub(super) fn translate(pattern: &str) -> Result<Translation, String> {
    let java = if pattern == NO_FINAL_DOT.0 {
        NO_FINAL_DOT.1
    } else {
        pattern
    };
    let translated = Translator {
        rest: java,
        out: String::new(),
    }
    .run()
    .map_err(|why| format!("{pattern}: {why}"))?;
    let regex = format!(r"\A(?:{translated})\z");
    Regex::new(&regex).map_err(|error| format!("{pattern}: {error}"))?;
    Ok(Translation {
        class: repeated_class(&translated)?,
        regex,
    })
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
}

impl Translator<'_> {
    fn run(mut self) -> Result<String, String> {
        let dot_is_all = self
            .rest
            .strip_prefix("(?s)")
            .inspect(|rest| self.rest = rest)
            .is_some();
        while let Some(character) = self.next() {
            match character {
                '\\' => _ = self.escape(false)?,
                '[' => self.class()?,
                '.' if dot_is_all => self.out.push_str(r"(?s:.)"),
                '.' => self.out.push_str(ANY),
                '(' => {
                    let group = self
                        .rest
                        .strip_prefix("?:")
                        .inspect(|rest| self.rest = rest);
                    if group.is_none() && self.rest.starts_with('?') {
                        return Err("a group of a kind not met before".to_owned());
                    }
                    self.out.push_str("(?:");
                }
                '{' => {
                    let (count, rest) = self.rest.split_once('}').ok_or("an open brace")?;
                    if !count
                        .chars()
                        .all(|digit| digit.is_ascii_digit() || digit == ',')
                    {
                        return Err("a brace that is not a count".to_owned());
                    }
                    self.out.extend(["{", count, "}"]);
                    self.rest = rest;
                }
                '^' | '$' | ')' | '|' | '*' | '+' | '?' => self.out.push(character),
                _ => self.literal(character),
            }
        }
        Ok(self.out)
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next();
        self.rest = characters.as_str();
        character
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        let mut first = true;
        // Whether the last item is a single character, so that a dash after it makes a range.
        let mut single = false;
        loop {
            let character = self.next().ok_or("an open class")?;
            match character {
                ']' if !first => break,
                '^' if first => self.out.push('^'),
                '\\' => single = self.escape(true)?,
                '[' | ']' => return Err("a class inside a class".to_owned()),
                '&' if self.rest.starts_with('&') => return Err("an intersection".to_owned()),
                '-' if single && !self.rest.starts_with(']') => {
                    self.out.push('-');
                    match self.next().ok_or("an open class")? {
                        '\\' if self.escape(true)? => {}
                        '\\' => return Err("a range that ends in a class".to_owned()),
                        end => self.literal(end),
                    }
                    single = false;
                }
                _ => {
                    self.literal(character);
                    single = true;
                }
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// Translates what follows a backslash, and tells whether it is a single character.
    fn escape(&mut self, in_class: bool) -> Result<bool, String> {
        let character = self.next().ok_or("a backslash at the end")?;
        match character {
            'w' if in_class => self.out.push_str("0-9A-Za-z_"),
            's' if in_class => self.out.push_str(BLANK),
            // The one negated escape inside a class stands alone there, so the class itself is negated.
            'S' if in_class && self.out.ends_with('[') && self.rest.starts_with(']') => {
                self.out.push('^');
                self.out.push_str(BLANK);
            }
            'p' => {
                let property = self
                    .rest
                    .get(..3)
                    .filter(|name| name.starts_with('{') && name.ends_with('}'));
                self.out.push_str(r"\p");
                self.out
                    .push_str(property.ok_or("a property of more than one letter")?);
                self.rest = &self.rest[3..];
            }
            'x' => {
                let code = self.rest.get(..2).ok_or("a short hexadecimal escape")?;
                let code = u8::from_str_radix(code, 16).map_err(|error| error.to_string())?;
                self.rest = &self.rest[2..];
                self.literal(char::from(code));
                return Ok(true);
            }
            't' | 'n' | 'r' => {
                self.out.push('\\');
                self.out.push(character);
                return Ok(true);
            }
            '{' | '}' | '.' | '-' => {
                self.literal(character);
                return Ok(true);
            }
            _ => return Err(format!("the escape \\{character}, not met before")),
        }
        Ok(false)
    }

    /// A character that stands for itself; all but letters and digits are written by number.
    fn literal(&mut self, character: char) {
        if character.is_ascii_alphanumeric() {
            self.out.push(character);
        } else {
            let _ = write!(self.out, r"\x{{{:02X}}}", u32::from(character));
        }
    }
}

/// The class that a translated pattern repeats, if it is one class followed by `+` or `*`.
fn repeated_class(translated: &str) -> Result<Option<Class>, String> {
    let body = translated.strip_prefix('^').unwrap_or(translated);
    let body = body.strip_suffix('$').unwrap_or(body);
    let Some((class, repeat)) = body.split_at_checked(body.len().saturating_sub(1)) else {
        return Ok(None);
    };
    let one_class = class.starts_with('[') && class.find(']') == Some(class.len() - 1);
    if !one_class || !matches!(repeat, "+" | "*") {
        return Ok(None);
    }
    let member = Regex::new(&format!(r"\A{class}\z")).map_err(|error| error.to_string())?;
    let belongs = |character: char| member.is_match(character.encode_utf8(&mut [0; 4]));
    let ascii = (0..128_u8)
        .filter(|code| belongs(char::from(*code)))
        .fold(0, |bits, code| bits | 1 << code);
    // Without Unicode properties a class cannot tell one character beyond ASCII from another.
    let beyond = (!class.contains(r"\p")).then(|| belongs('é'));
    Ok(Some(Class {
        ascii,
        beyond,
        empty: repeat == "*",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let translation = translate(pattern).unwrap();
        let by_regex = Regex::new(&translation.regex).unwrap().is_match(text);
        if let Some(class) = translation.class
            && text.is_ascii()
        {
            let by_class = text.bytes().all(|byte| class.ascii >> byte & 1 == 1);
            assert_eq!(
                by_class && (class.empty || !text.is_empty()),
                by_regex,
                "{pattern} {text:?}"
            );
        }
        by_regex
    }

    #[test]
    fn patterns_match_whole_strings() {
        assert!(matches(r"[\w-]+_[0-9a-zA-Z]+", "us-east-1_Ab9"));
        assert!(!matches(r"[\w-]+_[0-9a-zA-Z]+", "us-east-1_Ab9 "));
        assert!(!matches(r"[\w-]+_[0-9a-zA-Z]+", "x us-east-1_Ab9"));
        assert!(!matches("[0-9]+", "1\n"));
        assert!(!matches("^[0-9a-fA-F]+$", "1\n"));
    }

    #[test]
    fn words_and_blanks_are_ascii() {
        assert!(matches(r"[\w+=/]+", "aZ09_+=/"));
        assert!(!matches(r"[\w+=/]+", "é"));
        assert!(matches(r"[\S]+", "é\u{a0}x"));
        assert!(!matches(r"[\S]+", "a\u{b}b"));
        assert!(matches(r"[\w\s+=,.@-]+", "My pool, v1.0\n"));
    }

    #[test]
    fn dashes_are_ranges_only_between_characters() {
        assert!(matches("[A-Za-z0-9-_=.]+", "a-b_c=.9"));
        assert!(!matches("[A-Za-z0-9-_=.]+", ":"));
        assert!(matches(r"[\x21\x23-\x5B\x5D-\x7E]+", "!#[]~"));
        assert!(!matches(r"[\x21\x23-\x5B\x5D-\x7E]+", "\""));
        assert!(!matches(r"[\x21\x23-\x5B\x5D-\x7E]+", "\\"));
        assert!(!matches(r"[\w+-]+", ","));
    }

    #[test]
    fn classes_know_properties() {
        let name = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+";
        assert!(matches(name, "Jörg+1@example.com"));
        assert!(!matches(name, "two words"));
        let provider = r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+";
        assert!(matches(provider, "Okta"));
        assert!(!matches(provider, "_kta"));
    }

    #[test]
    fn dots_stop_at_line_ends_unless_told() {
        assert!(matches(r".*\{####\}.*", "code {####}."));
        assert!(!matches(r".*\{####\}.*", "code\n{####}"));
        assert!(matches("(?s).*", "a\nb"));
        assert!(matches(r"^[\S]+.*[\S]+$", "correct horse"));
        assert!(!matches(r"^[\S]+.*[\S]+$", " x1"));
    }

    #[test]
    fn the_look_behind_is_rewritten() {
        assert!(matches(NO_FINAL_DOT.0, "my.bucket-1"));
        assert!(matches(NO_FINAL_DOT.0, ""));
        assert!(!matches(NO_FINAL_DOT.0, "bucket."));
    }

    #[test]
    fn the_unknown_is_refused() {
        for pattern in [r"(?<!x)y", r"\d+", r"[a&&b]", r"[a[b]]", r"\p{Lu}"] {
            assert!(translate(pattern).is_err(), "{pattern}");
        }
    }
}
