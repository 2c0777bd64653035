//! Sockets: bound so that a second server is refused by name and a stale socket file is replaced.
use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use socket2::{Domain, Protocol, Socket, Type};
use turnout_sticky::FileError;

const BACKLOG: i32 = 1024;
const SOCKET_MODE: u32 = 0o660;

/// Why the data plane cannot listen or start.
#[derive(Debug)]
pub enum StartError {
    /// Another server holds the address.
    InUse {
        /// The address or path, as the user wrote it.
        address: String,
    },
    /// The address cannot be listened on.
    Listen {
        /// The address or path, as the user wrote it.
        address: String,
        /// What the system says.
        cause: io::Error,
    },
    /// A file that is not a socket stands where the socket should be.
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The settings contradict themselves.
    Settings {
        /// What to change.
        message: String,
    },
    /// The file of sticky assignments cannot be used.
    Sticky {
        /// What is wrong with it.
        cause: FileError,
    },
    /// A thread cannot be started.
    Thread {
        /// What the system says.
        cause: io::Error,
    },
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::InUse { address } => write!(
                f,
                "cannot listen on `{address}`: another server holds it; stop that server or choose another address"
            ),
            StartError::Listen { address, cause } => {
                write!(f, "cannot listen on `{address}`: {cause}")
            }
            StartError::NotASocket { path } => write!(
                f,
                "cannot listen on `{}`: a file that is not a socket is there; remove it or choose another path",
                path.display()
            ),
            StartError::Settings { message } => f.write_str(message),
            StartError::Sticky { cause } => cause.fmt(f),
            StartError::Thread { cause } => write!(f, "cannot start a thread: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}

impl StartError {
    /// The address or path that the error is about, where there is one.
    pub fn address(&self) -> Option<String> {
        match self {
            StartError::InUse { address } | StartError::Listen { address, .. } => {
                Some(address.clone())
            }
            StartError::NotASocket { path } => Some(path.display().to_string()),
            _ => None,
        }
    }
}

/// Binds one listener for each of `count` threads.
///
/// The first is bound plainly, which fails when any other server holds the
/// port, also one that shares ports; only then is the port shared among ours.
///
/// # Errors
/// The address is in use, or cannot be listened on.
pub(crate) fn tcp(address: SocketAddr, count: usize) -> Result<Vec<TcpListener>, StartError> {
    let fail = |cause: io::Error| listen_error(address.to_string(), cause);
    let first = new_socket(address).map_err(fail)?;
    first.bind(&address.into()).map_err(fail)?;
    let bound = first
        .local_addr()
        .map_err(fail)?
        .as_socket()
        .unwrap_or(address);
    let mut sockets = vec![first];
    if count > 1 {
        sockets[0].set_reuse_port(true).map_err(fail)?;
        for _ in 1..count {
            let socket = new_socket(bound).map_err(fail)?;
            socket.set_reuse_port(true).map_err(fail)?;
            socket.bind(&bound.into()).map_err(fail)?;
            sockets.push(socket);
        }
    }
    sockets
        .into_iter()
        .map(|socket| {
            socket.listen(BACKLOG).map_err(fail)?;
            Ok(socket.into())
        })
        .collect()
}

fn new_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A server that has just stopped leaves connections in TIME_WAIT: they must not block its successor.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn listen_error(address: String, cause: io::Error) -> StartError {
    match cause.kind() {
        io::ErrorKind::AddrInUse => StartError::InUse { address },
        _ => StartError::Listen { address, cause },
    }
}

/// A bound Unix socket; the file is removed on drop unless another server has replaced it.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|file| (file.dev(), file.ino()) == self.identity);
        if ours {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Binds the Unix socket with mode 0660; a file that a dead server left is replaced.
///
/// # Errors
/// A live server holds it, a file that is not a socket is there, or it cannot be bound.
pub(crate) fn unix(path: &Path) -> Result<(UnixListener, SocketFile), StartError> {
    let fail = |cause: io::Error| listen_error(path.display().to_string(), cause);
    remove_stale(path)?;
    let listener = UnixListener::bind(path).map_err(fail)?;
    fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE)).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    let file = fs::symlink_metadata(path).map_err(fail)?;
    Ok((
        listener,
        SocketFile {
            path: path.to_owned(),
            identity: (file.dev(), file.ino()),
        },
    ))
}

fn remove_stale(path: &Path) -> Result<(), StartError> {
    let Ok(file) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !file.file_type().is_socket() {
        return Err(StartError::NotASocket {
            path: path.to_owned(),
        });
    }
    match UnixStream::connect(path) {
        Err(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|cause| listen_error(path.display().to_string(), cause))
        }
        // Connected, or refused for another reason, such as a full queue: somebody is there.
        _ => Err(StartError::InUse {
            address: path.display().to_string(),
        }),
    }
}
