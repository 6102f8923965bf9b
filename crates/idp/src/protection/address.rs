//! Ranges of addresses in CIDR notation.

use std::net::IpAddr;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    base: IpAddr,
    bits: u32,
}

impl Range {
    /// Reads `192.0.2.0/24` or `2001:db8::/32`; `None` when it is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (base, bits) = text.split_once('/')?;
        let base: IpAddr = base.parse().ok()?;
        let is_plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|_| is_plain)?;
        (bits <= width(base)).then_some(Self { base, bits })
    }

    /// Whether the address is in the range. An IPv4 address that is written as an IPv6 one is an IPv4 address.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => self.agree(
                u128::from(base.to_bits()),
                u128::from(address.to_bits()),
                32,
            ),
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                self.agree(base.to_bits(), address.to_bits(), 128)
            }
            _ => false,
        }
    }

    /// Whether the leading bits are the same.
    fn agree(self, one: u128, other: u128, width: u32) -> bool {
        (one ^ other)
            .checked_shr(width - self.bits)
            .unwrap_or_default()
            == 0
    }
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Whether an address is in one of the ranges; one that cannot be read holds nothing.
pub(crate) fn is_in(ranges: Option<&Vec<String>>, address: IpAddr) -> bool {
    ranges
        .into_iter()
        .flatten()
        .filter_map(|range| Range::parse(range))
        .any(|range| range.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, address: &str) -> bool {
        let range = Range::parse(range).expect("a range");
        range.contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_range_holds_what_agrees_in_its_leading_bits() {
        assert!(holds("192.0.2.0/24", "192.0.2.255"));
        assert!(!holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("192.0.2.77/24", "192.0.2.1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(holds("203.0.113.9/32", "203.0.113.9"));
        assert!(!holds("203.0.113.9/32", "203.0.113.8"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.1"));
        assert!(!holds("::/0", "192.0.2.1"));
    }

    #[test]
    fn what_is_not_cidr_notation_is_no_range() {
        for text in [
            "",
            "/",
            "192.0.2.0",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2/24",
            "192.0.2.0/-1",
            "192.0.2.0/+8",
            "192.0.2.0/24 ",
            "2001:db8::/129",
            "a/8",
        ] {
            assert_eq!(Range::parse(text), None, "{text:?}");
        }
    }
}
