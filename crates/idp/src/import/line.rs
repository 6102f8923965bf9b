//! Lines of an import file: fields without quotes, `\,` for a comma.

/// The longest line, in characters.
pub(super) const MOST_CHARS: usize = 16_000;

/// The fields of a line, without the blanks around them.
pub(super) fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field) = (Vec::new(), String::new());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&',') => {
                field.push(',');
                letters.next();
            }
            ',' => fields.push(std::mem::take(&mut field)),
            _ => field.push(letter),
        }
    }
    fields.push(field);
    for field in &mut fields {
        let trimmed = field.trim();
        if trimmed.len() < field.len() {
            *field = trimmed.to_owned();
        }
    }
    fields
}

/// The first whole line and what it takes with its end; `None` when the line does not end here.
/// `is_last` says that nothing follows.
pub(super) fn first(bytes: &[u8], is_last: bool) -> Option<(&[u8], usize)> {
    let (line, taken) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], end + 1),
        None if is_last && !bytes.is_empty() => (bytes, bytes.len()),
        None => return None,
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_between_commas() {
        for (line, expected) in [
            ("a,b", &["a", "b"][..]),
            ("", &[""]),
            (",", &["", ""]),
            (" a , b c ,", &["a", "b c", ""]),
            (r"Doe\, Jane,x", &["Doe, Jane", "x"]),
            (r"back\slash,\\,x", &[r"back\slash", r"\,x"]),
            (r#""quoted",x"#, &[r#""quoted""#, "x"]),
        ] {
            assert_eq!(fields(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_end_with_or_without_a_carriage_return() {
        assert_eq!(first(b"ab\r\ncd", false), Some((&b"ab"[..], 4)));
        assert_eq!(first(b"\n", false), Some((&b""[..], 1)));
        assert_eq!(first(b"cd", false), None);
        assert_eq!(first(b"cd", true), Some((&b"cd"[..], 2)));
        assert_eq!(first(b"", true), None);
    }
}
