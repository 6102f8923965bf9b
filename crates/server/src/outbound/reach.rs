//! Whom the server calls where pools name the address: nobody inside its own network, unless the configuration
//! says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::Uri;

/// Which addresses of identity providers may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every one.
    Any,
    /// Public ones by https on the usual port, and these origins.
    Public(Vec<String>),
}

/// How an address may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Wherever its name leads.
    Anywhere,
    /// Where its name leads to a public address.
    PublicOnly,
}

impl Reach {
    /// How to call an address; the error says why not.
    pub(super) fn way(&self, uri: &Uri) -> Result<Way, String> {
        let (Some(scheme @ ("http" | "https")), Some(authority), Some(host)) =
            (uri.scheme_str(), uri.authority(), uri.host())
        else {
            return Err("it is no address of http or https".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("it has a user name".to_owned());
        }
        let Self::Public(allowed) = self else {
            return Ok(Way::Anywhere);
        };
        let origin = format!("{scheme}://{authority}").to_ascii_lowercase();
        if allowed.contains(&origin) {
            return Ok(Way::Anywhere);
        }
        let hint = format!("add {origin:?} to `provider_origins` if it is to be called");
        if scheme != "https" || !matches!(uri.port_u16(), None | Some(80 | 443)) {
            return Err(format!("it is not https on port 443 or 80; {hint}"));
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
        if literal.is_ok_and(|ip| !is_public(ip)) {
            return Err(format!("it is in a private network; {hint}"));
        }
        Ok(Way::PublicOnly)
    }
}

/// Whether an address is one of the public Internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, second, third, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 198 && (18..20).contains(&second)))
}

/// Global unicast, but for documentation and what wraps addresses of the other kind.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    first & 0xe000 == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second == 0x0db8 || second < 0x0200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for (address, expected) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("10.0.0.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(
                is_public(address.parse().expect("one")),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn others_are_called_when_the_configuration_names_them() {
        let reach = Reach::Public(vec!["http://idp.internal:8080".to_owned()]);
        let way = |url: &str| reach.way(&url.parse().expect("a URI"));
        assert_eq!(way("http://IDP.internal:8080/x"), Ok(Way::Anywhere));
        assert_eq!(way("https://idp.example.com/x"), Ok(Way::PublicOnly));
        assert_eq!(way("https://idp.example.com:443/x"), Ok(Way::PublicOnly));
        for bad in [
            "http://idp.example.com/",
            "https://idp.example.com:8443/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://a@idp.example.com/",
            "http://idp.internal/",
            "/relative",
        ] {
            assert!(way(bad).is_err(), "{bad}");
        }
        let any = Reach::Any.way(&"http://10.0.0.1:81/".parse().expect("a URI"));
        assert_eq!(any, Ok(Way::Anywhere));
    }
}
