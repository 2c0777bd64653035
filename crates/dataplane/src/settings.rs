//! What an operator chooses about the data plane.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use turnout_sticky::{Redis, StoreSettings};

/// Where to listen, how much to accept, and when a snapshot counts as stale.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The TCP address of the decisions; port 0 takes a free port. `None`: no TCP listener.
    pub grpc_address: Option<SocketAddr>,
    /// The path of the Unix socket of the decisions. `None`: no Unix socket.
    pub unix_socket: Option<PathBuf>,
    /// The TCP address of health pages and metrics. `None`: no admin listener.
    pub admin_address: Option<SocketAddr>,
    /// Request threads, at least 1, each with its own runtime and listener.
    pub threads: usize,
    /// What one request may ask for.
    pub limits: Limits,
    /// Where sticky assignments are kept. `None`: with the callers.
    pub sticky: Option<StoreSettings>,
    /// Where members are looked up that are not in memory. `None`: nowhere, their segments are UNKNOWN.
    pub members: Option<Redis>,
    /// A snapshot older than this is marked `stale`; zero: never.
    pub stale_after: Duration,
    /// `/readyz` refuses a snapshot older than this; zero: any age is ready.
    pub ready_max_age: Duration,
    /// HTTP/2 pings to peers on other machines after this long without a frame; zero: no pings.
    pub keep_alive_interval: Duration,
    /// A connection whose ping is not answered for this long is closed.
    pub keep_alive_timeout: Duration,
    /// A request whose body has not arrived after this long is refused.
    pub receive_timeout: Duration,
    /// HTTP/2 streams that one connection may have open.
    pub max_concurrent_streams: u32,
    /// Bytes of the headers of one request.
    pub max_header_bytes: u32,
    /// Frame the unary calls by hand; `false` sends every call through the router. The replies are the same.
    pub hand_framed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            grpc_address: None,
            unix_socket: None,
            admin_address: None,
            threads: 1,
            limits: Limits::default(),
            sticky: None,
            members: None,
            stale_after: Duration::ZERO,
            ready_max_age: Duration::ZERO,
            keep_alive_interval: Duration::from_secs(60),
            keep_alive_timeout: Duration::from_secs(20),
            receive_timeout: Duration::from_secs(30),
            max_concurrent_streams: 1_000,
            max_header_bytes: 16 * 1024,
            hand_framed: true,
        }
    }
}

/// What one request may ask for; each is refused with a status that names it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one request message.
    pub request_bytes: usize,
    /// Keys, or items, of one batch.
    pub batch_keys: usize,
    /// Attributes of one context, and as many units and unknown names.
    pub attributes: usize,
    /// Elements of one list, and fields of one object.
    pub list_length: usize,
    /// Bytes of one string.
    pub string_bytes: usize,
    /// Lists and objects inside each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            request_bytes: 1 << 20,
            batch_keys: 1_000,
            attributes: 1_000,
            list_length: 10_000,
            string_bytes: 64 * 1024,
            depth: 16,
        }
    }
}
