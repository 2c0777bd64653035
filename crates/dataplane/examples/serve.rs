//! Serves a sealed snapshot, for benchmarks and callgrind.
//!
//! `serve SEALED_FILE [--port N] [--unix PATH] [--admin N] [--threads N] [--calls N] [--routed]`: prints
//! the addresses, then serves until SIGTERM, until Ctrl-C, or until it has answered N calls.
use std::error::Error;
use std::io::Write;
use std::time::Duration;

use turnout_dataplane::{DataPlane, Settings};

const GRACE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Options {
    file: String,
    calls: Option<u64>,
    settings: Settings,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options::default();
    let mut port = None;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("`{word}` needs a value"));
        match word.as_str() {
            "--port" => port = Some(value()?.parse()?),
            "--unix" => options.settings.unix_socket = Some(value()?.into()),
            "--admin" => {
                options.settings.admin_address = Some(([127, 0, 0, 1], value()?.parse()?).into())
            }
            "--threads" => options.settings.threads = value()?.parse()?,
            "--calls" => options.calls = Some(value()?.parse()?),
            "--routed" => options.settings.hand_framed = false,
            _ => options.file = word,
        }
    }
    if port.is_some() || options.settings.unix_socket.is_none() {
        options.settings.grpc_address = Some(([127, 0, 0, 1], port.unwrap_or(8013)).into());
    }
    Ok(options)
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let plane = DataPlane::start(options.settings)?;
    plane.load(&std::fs::read(&options.file)?, None)?;
    let addresses = plane.addresses();
    let show = |address: Option<std::net::SocketAddr>| {
        address.map_or_else(|| "-".to_owned(), |a| a.to_string())
    };
    println!(
        "listening {} admin {}",
        show(addresses.grpc),
        show(addresses.admin)
    );
    std::io::stdout().flush()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let mut term =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            loop {
                tokio::select! {
                    _ = term.recv() => break,
                    _ = tokio::signal::ctrl_c() => break,
                    () = tokio::time::sleep(LOOK) => {
                        if options.calls.is_some_and(|calls| plane.stats().calls >= calls) {
                            break;
                        }
                    }
                }
            }
            Ok::<(), std::io::Error>(())
        })?;
    plane.drain(GRACE);
    Ok(())
}
