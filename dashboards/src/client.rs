//! What is known of whoever sent a request before they say who they are: address, HTTPS or not, what the browser calls itself. Behind
//! proxies that is what they say, as far as they are ours.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use crate::state::Dashboards;

/// What stands before this door.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Front {
    /// Proxies of ours that requests pass, each of which adds to X-Forwarded-For; without any, the connection's address is the client's.
    pub proxies: usize,
    /// Whether browsers come by HTTPS, whatever a request says.
    pub https: bool,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// Where it is, as far as we can tell.
    pub address: IpAddr,
    /// Whether its cookies can be kept to HTTPS.
    pub is_https: bool,
    /// What it calls itself.
    pub agent: Option<String>,
}

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

impl Client {
    /// The client of a request.
    pub(crate) fn of(state: &Dashboards, parts: &Parts) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let says_https = texts(&parts.headers, FORWARDED_PROTO).next_back().is_some_and(|scheme| scheme == "https");
        Self {
            address: forwarded(&parts.headers, state.front.proxies).unwrap_or(peer),
            // Who claims HTTPS for a request of their own keeps their own cookies closer, no more.
            is_https: state.front.https || says_https,
            agent: parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned),
        }
    }
}

impl FromRequestParts<Dashboards> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Dashboards) -> Result<Self, Infallible> {
        Ok(Self::of(state, parts))
    }
}

/// The address that the outermost of our proxies saw: what stands before it in the header anybody can have written.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let outermost = texts(headers, FORWARDED_FOR).rev().nth(proxies.checked_sub(1)?)?;
    outermost.parse().ok()
}

fn texts<'h>(headers: &'h HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'h str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_say_counts() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "203.0.113.9, 198.51.100.1".parse().unwrap());
        headers.append(FORWARDED_FOR, "10.0.0.2".parse().unwrap());
        let seen = |proxies| forwarded(&headers, proxies).map(|address| address.to_string());
        assert_eq!(seen(0), None);
        assert_eq!(seen(1).as_deref(), Some("10.0.0.2"));
        assert_eq!(seen(2).as_deref(), Some("198.51.100.1"));
        assert_eq!(seen(4), None, "more proxies than spoke");
    }
}
