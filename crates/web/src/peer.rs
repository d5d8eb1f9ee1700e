//! The network address from which a browser asks: for counting failures, never for deciding who somebody is.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::App;

/// The address as text, empty if it is not known. Of an IPv6 address only the network counts: one household has
/// as many addresses in it as it likes.
pub(crate) struct Peer(pub String);

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(address(parts, app.config.behind_proxy).map(network).unwrap_or_default()))
    }
}

/// Behind a proxy its word counts: the last address of the last `X-Forwarded-For`, which the proxy itself wrote.
fn address(parts: &Parts, behind_proxy: bool) -> Option<IpAddr> {
    if behind_proxy {
        let named = parts.headers.get_all("x-forwarded-for").iter().next_back()?;
        return named.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    }
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn check(forwarded: &[&str], behind_proxy: bool, expected: &str) {
        let mut request = Request::builder();
        for line in forwarded {
            request = request.header("x-forwarded-for", *line);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 5000))));
        let found = address(&parts, behind_proxy).map(network).unwrap_or_default();
        assert_eq!(found, expected, "{forwarded:?}");
    }

    #[test]
    fn only_a_proxy_of_the_house_is_believed() {
        check(&["192.0.2.7"], false, "10.0.0.9");
        check(&["192.0.2.7"], true, "192.0.2.7");
        check(&["6.6.6.6, 192.0.2.7"], true, "192.0.2.7");
        check(&["6.6.6.6", "192.0.2.7"], true, "192.0.2.7");
        check(&["::ffff:192.0.2.7"], true, "192.0.2.7");
        check(&["2001:db8:1:2:3:4:5:6"], true, "2001:db8:1:2::");
        check(&["nonsense"], true, "");
        check(&[], true, "");
    }
}
