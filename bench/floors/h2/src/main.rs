//! The floor under every figure of the data plane: the bare `h2` crate, gRPC framed by
//! hand, a constant reply, and one SHA-256 of 40 bytes a call so that hashing cancels out.
//!
//! Usage: `floor-h2 REPLY_FILE [--tcp ADDRESS] [--unix PATH]`. The file holds one gRPC
//! frame. One current-thread runtime serves all listeners; a line `ready` says that they
//! are bound.

use std::error::Error;
use std::hint::black_box;

use bytes::Bytes;
use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream};
use http::{HeaderMap, HeaderValue, Request, Response};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;

/// As long as `b1:{salt}:{unit id}` is for the measured flag.
const HASHED: [u8; 40] = [b'x'; 40];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: floor-h2 REPLY_FILE [--tcp ADDRESS] [--unix PATH]";
    let reply = Bytes::from(std::fs::read(arguments.next().ok_or(usage)?)?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let mut listeners = JoinSet::new();
        while let Some(option) = arguments.next() {
            let address = arguments.next().ok_or(usage)?;
            match option.as_str() {
                "--tcp" => {
                    let listener = TcpListener::bind(address).await?;
                    listeners.spawn(accept_tcp(listener, reply.clone()));
                }
                "--unix" => {
                    let listener = UnixListener::bind(address)?;
                    listeners.spawn(accept_unix(listener, reply.clone()));
                }
                _ => return Err(usage.into()),
            }
        }
        println!("ready");
        while let Some(ended) = listeners.join_next().await {
            ended??;
        }
        Ok(())
    })
}

async fn accept_tcp(listener: TcpListener, reply: Bytes) -> std::io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(socket, reply.clone()));
    }
}

async fn accept_unix(listener: UnixListener, reply: Bytes) -> std::io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        tokio::spawn(serve(socket, reply.clone()));
    }
}

/// Serves one connection until the peer goes away; a broken connection just ends.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(socket: S, reply: Bytes) {
    let Ok(mut connection) = server::handshake(socket).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let reply = reply.clone();
        tokio::spawn(async move {
            let _ = answer(request, respond, reply).await;
        });
    }
}

/// Reads one gRPC frame to its end and sends the constant reply and an OK status.
async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    reply: Bytes,
) -> Result<(), h2::Error> {
    let mut body = request.into_body();
    let mut length = 0;
    while let Some(part) = body.data().await {
        let part = part?;
        length += part.len();
        body.flow_control().release_capacity(part.len())?;
    }
    if length < 5 {
        respond.send_reset(Reason::PROTOCOL_ERROR);
        return Ok(());
    }
    sha256();
    let mut head = Response::new(());
    head.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    let mut stream = respond.send_response(head, false)?;
    stream.send_data(reply, false)?;
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    stream.send_trailers(trailers)
}

/// A function of its own, so that callgrind counts it by name.
#[inline(never)]
fn sha256() {
    black_box(Sha256::digest(black_box(HASHED)));
}
