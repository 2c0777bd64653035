//! Networks of IP addresses.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

/// An address; one of IPv6 that stands for one of IPv4 is that one.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

/// The addresses of a network, as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    V4(RangeInclusive<u32>),
    V6(RangeInclusive<u128>),
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Address,
    Prefix,
    /// What the network would be without its host bits.
    HostBits(IpAddr, u32),
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or a bare address.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let (written, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = written.parse().map_err(|_| Fault::Address)?;
        let bits = if written.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => number(prefix).filter(|prefix| *prefix <= bits),
            None => Some(bits),
        };
        let prefix = prefix.ok_or(Fault::Prefix)?;
        match (written.to_canonical(), written) {
            (IpAddr::V4(address), IpAddr::V4(_)) => v4(address, prefix),
            (IpAddr::V4(address), IpAddr::V6(_)) if prefix >= 96 => {
                v4(address, prefix.saturating_sub(96))
            }
            (_, IpAddr::V6(address)) => v6(address, prefix),
            (IpAddr::V6(_), IpAddr::V4(_)) => Err(Fault::Address),
        }
    }
}

fn v4(address: Ipv4Addr, prefix: u32) -> Result<Network, Fault> {
    let host = u32::MAX.checked_shr(prefix).unwrap_or(0);
    let low = address.to_bits();
    if low & host == 0 {
        return Ok(Network::V4(low..=low | host));
    }
    let network = Ipv4Addr::from_bits(low & !host);
    Err(Fault::HostBits(network.into(), prefix))
}

fn v6(address: Ipv6Addr, prefix: u32) -> Result<Network, Fault> {
    let host = u128::MAX.checked_shr(prefix).unwrap_or(0);
    let low = address.to_bits();
    if low & host == 0 {
        return Ok(Network::V6(low..=low | host));
    }
    let network = Ipv6Addr::from_bits(low & !host);
    Err(Fault::HostBits(network.into(), prefix))
}

/// Digits alone, without a zero in front.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = is_number && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "10.1.2.3",
            "10.1.2.3/32",
            "2001:db8::/32",
            "::/0",
            "::1",
            "::1/128",
            "::ffff:10.0.0.0/104",
            "::ffff:0:0/96",
            "::ffff:0.0.0.0/96",
        ] {
            assert!(Network::parse(text).is_ok(), "{text}");
        }
        assert_eq!(
            Network::parse("::ffff:10.0.0.0/104"),
            Network::parse("10.0.0.0/8")
        );
        assert_eq!(Network::parse("::ffff:1.2.3.4"), Network::parse("1.2.3.4"));
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.0.0",
            "256.0.0.0",
            "010.0.0.0",
            "10.0.0.0 ",
            "host",
            "fe80::1%eth0",
            "/8",
            "[::1]",
            "10.0.0.1:80",
        ] {
            assert_eq!(Network::parse(text), Err(Fault::Address), "{text}");
        }
        for text in [
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/-1",
            "::/129",
            "10.0.0.0/8/8",
            "10.0.0.0/255.0.0.0",
        ] {
            assert_eq!(Network::parse(text), Err(Fault::Prefix), "{text}");
        }
        for text in [
            "10.0.0.1/8",
            "10.0.0.0/4",
            "2001:db8::1/32",
            "::ffff:10.0.0.1/104",
            "::ffff:0:0/95",
        ] {
            let host = matches!(Network::parse(text), Err(Fault::HostBits(..)));
            assert!(host, "{text}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_one_it_stands_for() {
        assert_eq!(address("::ffff:1.2.3.4"), address("1.2.3.4"));
        assert_eq!(address("::FFFF:102:304"), address("1.2.3.4"));
        assert_ne!(address("::1.2.3.4"), address("1.2.3.4"));
        for text in [
            "",
            " 1.2.3.4",
            "1.2.3.4/32",
            "1.2.3",
            "0x1.2.3.4",
            "fe80::1%1",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
