//! Where Redis is, as an operator writes it.
use redis::{ConnectionInfo, IntoConnectionInfo};

/// One Redis, or a cluster of them.
#[derive(Clone, Debug)]
pub enum Address {
    /// `redis://…` or `rediss://…`.
    One(Box<ConnectionInfo>),
    /// `redis-cluster://…` or `rediss-cluster://…`: nodes to begin with, by commas.
    Cluster(Vec<ConnectionInfo>),
}

/// An address that is none; its text names no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl std::fmt::Display for AddressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

const WANTED: &str =
    "write redis://HOST:PORT, rediss://… for TLS, or redis-cluster://HOST:PORT,HOST:PORT";

impl Address {
    /// Reads `redis://[user:password@]host[:port][/database]`, with `rediss` for TLS; a cluster is
    /// `redis-cluster://[user:password@]host:port,host:port`, with `rediss-cluster` for TLS.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| AddressError(format!("the address of Redis has no scheme: {WANTED}")))?;
        match scheme {
            "redis" | "rediss" => one(text).map(|info| Address::One(Box::new(info))),
            "redis-cluster" => cluster("redis", rest),
            "rediss-cluster" => cluster("rediss", rest),
            other => Err(AddressError(format!(
                "`{other}` is no scheme of Redis: {WANTED}"
            ))),
        }
    }
}

/// The nodes share the credentials that stand in front of the first.
fn cluster(scheme: &str, rest: &str) -> Result<Address, AddressError> {
    let (credentials, nodes) = rest
        .rsplit_once('@')
        .map_or(("", rest), |(who, nodes)| (who, nodes));
    let nodes = nodes.trim_end_matches('/').split(',').map(|node| {
        let at = if credentials.is_empty() { "" } else { "@" };
        one(&format!("{scheme}://{credentials}{at}{node}"))
    });
    nodes.collect::<Result<_, _>>().map(Address::Cluster)
}

fn one(text: &str) -> Result<ConnectionInfo, AddressError> {
    // The cause may repeat the address, and with it the password.
    text.into_connection_info()
        .map_err(|_| AddressError(format!("the address of Redis cannot be read: {WANTED}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_redis_and_a_cluster_are_read() {
        for text in [
            "redis://127.0.0.1:6379",
            "rediss://me:secret@cache.example/3",
            "redis://[::1]:1/",
        ] {
            assert!(
                matches!(Address::parse(text), Ok(Address::One(_))),
                "{text}"
            );
        }
        let Ok(Address::Cluster(nodes)) = Address::parse("rediss-cluster://me:secret@a:1,b:2/")
        else {
            panic!("a cluster");
        };
        let addresses: Vec<String> = nodes.iter().map(|node| node.addr().to_string()).collect();
        assert_eq!(addresses, ["a:1", "b:2"]);
        assert_eq!(nodes[1].redis_settings().username(), Some("me"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for text in [
            "127.0.0.1:6379",
            "http://secret@a:1",
            "redis://me:secret@a:notaport",
            "redis-cluster://",
        ] {
            let error = Address::parse(text).expect_err(text).to_string();
            assert!(error.contains("redis://HOST:PORT"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
