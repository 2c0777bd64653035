//! Stores to test: a file in a folder of its own, and real Redis servers on free ports.
#![allow(dead_code, missing_docs)]
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use turnout_engine::{Instant as Moment, Kept, Record};
use turnout_sticky::{Access, Address, Embedded, Key, Redis, Store, StoreSettings, Write, Written};

pub const BUDGET: Duration = Duration::from_millis(200);

pub fn record(epoch: u32, variant: &str) -> Record {
    Record {
        epoch,
        variant: variant.into(),
        assigned_at: Moment(1_700_000_000_123_456_789),
        snapshot: "0f".repeat(32).into(),
    }
}

pub fn key(unit: &str) -> Key {
    Key::new("button", "user", unit)
}

pub fn write(unit: &str, record: Record) -> Write {
    Write {
        key: key(unit),
        record,
        replaces: None,
    }
}

pub fn block_on<R>(future: impl Future<Output = R>) -> R {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

pub async fn read_one(access: &Access, unit: &str) -> Kept {
    access.read(&[key(unit)], None).await.remove(0)
}

pub async fn write_one(access: &Access, write: Write) -> Written {
    access.write(&[write], None).await.remove(0)
}

/// Waits until a condition holds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(15);
    while !holds().await {
        assert!(Instant::now() < until, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn embedded(folder: &Path) -> Embedded {
    Embedded::at(folder.join("assignments.redb"))
}

pub fn open(settings: Embedded) -> Arc<Store> {
    Arc::new(Store::open(StoreSettings::Embedded(settings)).expect("a file"))
}

/// A Redis that is ended with the test.
pub struct Server {
    pub port: u16,
    folder: tempfile::TempDir,
    options: Vec<String>,
    child: Option<Child>,
}

/// Whether Redis is installed; CI installs it, and a test that cannot run there fails.
pub fn has_redis() -> bool {
    let there = Command::new("redis-server")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    let needed = std::env::var_os("TURNOUT_TEST_REDIS").is_some();
    assert!(there || !needed, "redis-server is not installed");
    if !there {
        eprintln!("skipped: redis-server is not installed");
    }
    there
}

/// A node of a cluster listens 10,000 above its port, too.
fn free_port() -> u16 {
    let bind = |port| TcpListener::bind(("127.0.0.1", port));
    let free = (0..).map_while(|_| bind(0).ok()?.local_addr().ok());
    let ports = free.map(|address| 15_000 + address.port() % 30_000);
    ports
        .into_iter()
        .find(|port| bind(*port).is_ok() && bind(port + 10_000).is_ok())
        .expect("a free port")
}

impl Server {
    pub fn start(options: &[&str]) -> Server {
        let port = free_port();
        let mut server = Server {
            port,
            folder: tempfile::tempdir().expect("a folder"),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            child: None,
        };
        server.run();
        server
    }

    /// Starts it, also again after it was killed.
    pub fn run(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--loglevel", "warning"])
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.options)
            .stdout(Stdio::null());
        self.child = Some(command.spawn().expect("redis-server"));
        let until = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "redis-server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("kill").success());
    }

    /// What redis-cli would be used for.
    pub fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("a connection");
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut connection).expect("an answer")
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn store(&self) -> Arc<Store> {
        redis_store(self.settings())
    }

    pub fn settings(&self) -> Redis {
        let mut settings = Redis::at(Address::parse(&self.url()).expect("an address"));
        settings.budget = BUDGET;
        settings
    }
}

pub fn redis_store(settings: Redis) -> Arc<Store> {
    Arc::new(Store::open(StoreSettings::Redis(settings)).expect("no file is needed"))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Three masters that share the slots.
pub struct Cluster(pub Vec<Server>);

impl Cluster {
    pub fn start() -> Cluster {
        let options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
        let servers: Vec<Server> = (0..3).map(|_| Server::start(&options)).collect();
        for (at, server) in servers.iter().enumerate() {
            let (first, last) = (at * 16_384 / 3, (at + 1) * 16_384 / 3 - 1);
            let range = [first.to_string(), last.to_string()];
            server.ask::<()>(&["CLUSTER", "ADDSLOTSRANGE", &range[0], &range[1]]);
            server.ask::<()>(&["CLUSTER", "SET-CONFIG-EPOCH", &(at + 1).to_string()]);
            let first = servers[0].port.to_string();
            server.ask::<()>(&["CLUSTER", "MEET", "127.0.0.1", &first]);
        }
        let cluster = Cluster(servers);
        let until = Instant::now() + Duration::from_secs(20);
        while !cluster.0.iter().all(|server| {
            let info: String = server.ask(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        }) {
            assert!(Instant::now() < until, "the cluster does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        cluster
    }

    pub fn store(&self) -> Arc<Store> {
        let url = format!(
            "redis-cluster://127.0.0.1:{},127.0.0.1:{}",
            self.0[0].port, self.0[1].port
        );
        let mut settings = Redis::at(Address::parse(&url).expect("an address"));
        settings.budget = Duration::from_secs(2);
        redis_store(settings)
    }
}
