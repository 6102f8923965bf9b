//! Who sent a request: the connection's address, or the one that the declared proxy vouches for.

use std::net::IpAddr;

use cenote_idp::Peer;
use hyper::HeaderMap;
use hyper::header::USER_AGENT;

/// The longest `User-Agent` that is kept.
const USER_AGENT_BYTES: usize = 512;

/// What a connection leaves in the extensions of its requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    /// The other end of the connection.
    pub(crate) ip: IpAddr,
    /// Whether that is the declared proxy, whose last `X-Forwarded-For` entry counts instead.
    pub(crate) is_proxy: bool,
}

/// What is known of the sender.
pub(crate) fn of(headers: &HeaderMap, address: Option<Address>) -> Peer {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let ip = address.map(|address| {
        let told: Option<IpAddr> = address.is_proxy.then(forwarded).flatten();
        told.unwrap_or(address.ip).to_canonical()
    });
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|text| text.chars().take(USER_AGENT_BYTES).collect());
    Peer {
        ip,
        user_agent,
        is_signed: false,
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn ip(is_proxy: bool) -> Option<IpAddr> {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("192.0.2.9"));
        headers.append(
            "x-forwarded-for",
            HeaderValue::from_static("198.51.100.7, 203.0.113.5"),
        );
        let address = Address {
            ip: IpAddr::from([127, 0, 0, 1]),
            is_proxy,
        };
        of(&headers, Some(address)).ip
    }

    #[test]
    fn only_a_declared_proxy_is_believed_and_only_its_own_entry() {
        assert_eq!(ip(false), Some(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(ip(true), Some(IpAddr::from([203, 0, 113, 5])));
    }

    #[test]
    fn a_user_agent_is_kept_within_bounds() {
        let mut headers = HeaderMap::new();
        let long = "x".repeat(2 * USER_AGENT_BYTES);
        headers.insert(USER_AGENT, HeaderValue::from_str(&long).expect("a header"));
        let peer = of(&headers, None);
        assert_eq!(peer.user_agent, Some("x".repeat(USER_AGENT_BYTES)));
        assert_eq!(peer.ip, None);
    }
}
