//! Connections over TCP or a Unix socket.

use std::error::Error;

use bytes::Bytes;
use h2::client::{self, SendRequest};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

const DATA_FRAMES: usize = 1 << 30;

/// Opens an HTTP/2 connection to `unix:SOCKET` or `HOST:PORT`; a task of the runtime
/// drives it until it ends.
pub async fn connect(target: &str) -> Result<SendRequest<Bytes>, Box<dyn Error>> {
    if let Some(path) = target.strip_prefix("unix:") {
        handshake(UnixStream::connect(path).await?).await
    } else {
        let socket = TcpStream::connect(target).await?;
        socket.set_nodelay(true)?;
        handshake(socket).await
    }
}

async fn handshake<S>(socket: S) -> Result<SendRequest<Bytes>, Box<dyn Error>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // A client that is late itself has many answers waiting: that is no attack of the server.
    let (sender, connection) = client::Builder::new()
        .data_frame_budget(DATA_FRAMES)
        .handshake(socket)
        .await?;
    tokio::spawn(connection);
    Ok(sender)
}
