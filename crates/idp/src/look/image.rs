//! Which kind of image some bytes are.

use cenote_model::AssetExtensionType as Extension;

/// The kind that the first bytes tell of; `None` for anything else.
pub(crate) fn kind(bytes: &[u8]) -> Option<Extension> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Extension::Png)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(Extension::Jpeg)
    } else if bytes.starts_with(b"\0\0\x01\0") {
        Some(Extension::Ico)
    } else if is_webp {
        Some(Extension::Webp)
    } else if is_svg(bytes) {
        Some(Extension::Svg)
    } else {
        None
    }
}

/// Text whose first element, after declarations and comments, is `svg`.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            ">"
        } else {
            break;
        };
        let Some((_, after)) = rest.split_once(end) else {
            return false;
        };
        rest = after.trim_start();
    }
    rest.strip_prefix("<svg")
        .is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '>', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some(Extension::Png)),
            (b"\xff\xd8\xff\xe0", Some(Extension::Jpeg)),
            (b"\0\0\x01\0\x01", Some(Extension::Ico)),
            (b"RIFF1234WEBPVP8 ", Some(Extension::Webp)),
            (
                b"<?xml version=\"1.0\"?><!-- a --> <svg xmlns=\"x\"/>",
                Some(Extension::Svg),
            ),
            (b"<svg>", Some(Extension::Svg)),
            (b"<svgx>", None),
            (b"<html><svg/>", None),
            (b"<!-- never ends", None),
            (b"GIF89a", None),
            (b"", None),
        ] {
            assert_eq!(kind(bytes), expected, "{bytes:?}");
        }
    }
}
