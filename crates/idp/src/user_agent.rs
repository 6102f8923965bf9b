//! The system and the program that a `User-Agent` names, in words for people.

/// What is said of a device of which nothing is known.
pub(crate) const UNKNOWN: &str = "unknown";

/// The longest name of a program that is kept.
const PROGRAM_CHARS: usize = 64;

/// Systems by what gives them away, in lower case; the first that is found counts.
const SYSTEMS: [(&str, &str); 13] = [
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("os/ios", "iOS"),
    ("android", "Android"),
    ("; cros", "ChromeOS"),
    ("windows", "Windows"),
    ("mac os x", "macOS"),
    ("macintosh", "macOS"),
    ("os/macos", "macOS"),
    ("darwin", "Darwin"),
    ("freebsd", "FreeBSD"),
    ("openbsd", "OpenBSD"),
    ("linux", "Linux"),
];

/// Browsers by their product, in lower case; the first that is found counts, since most of them name
/// others too.
const BROWSERS: [(&str, &str); 11] = [
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("fxios/", "Firefox"),
    ("firefox/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
    ("applewebkit/", "WebKit"),
];

/// The system and the browser or program: `macOS, Safari`.
pub(crate) fn describe(user_agent: Option<&str>) -> String {
    let Some(agent) = user_agent else {
        return UNKNOWN.to_owned();
    };
    let lower = agent.to_ascii_lowercase();
    let named = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| lower.contains(mark));
        found.map(|(_, name)| (*name).to_owned())
    };
    let program = named(&BROWSERS).or_else(|| product(agent));
    match (named(&SYSTEMS), program) {
        (Some(system), Some(program)) => format!("{system}, {program}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// The first product of a `User-Agent` (RFC 9110, 10.1.5), unless it is the one that all browsers claim.
fn product(agent: &str) -> Option<String> {
    let first = agent.split_whitespace().next()?;
    let name: String = first
        .split('/')
        .next()?
        .chars()
        .take(PROGRAM_CHARS)
        .collect();
    (!name.is_empty() && !name.eq_ignore_ascii_case("mozilla")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_programs_are_told_with_their_systems() {
        for (agent, told) in [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.5 Safari/605.1.15",
                "macOS, Safari",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
                "Windows, Edge",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Linux, Firefox",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
                "iOS, Chrome",
            ),
            (
                "Boto3/1.40.0 md/Botocore#1.40.0 os/linux#6.1 lang/python#3.12",
                "Linux, Boto3",
            ),
            ("okhttp/4.12.0", "okhttp"),
            ("Mozilla/5.0", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(describe(Some(agent)), told, "{agent}");
        }
        assert_eq!(describe(None), "unknown");
    }

    #[test]
    fn the_name_of_a_program_is_kept_within_bounds() {
        assert_eq!(describe(Some(&"x".repeat(500))), "x".repeat(PROGRAM_CHARS));
    }
}
