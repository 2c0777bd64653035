//! One request thread: a runtime of its own, its listeners, its connections.
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Notify;

use crate::answer::Thread;
use crate::calls::{self, Calls};
use crate::front::Front;
use crate::plane::Phase;
use crate::settings::Settings;

/// After an error such as too many open files: let some close.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a request thread listens on.
pub(crate) struct Listeners {
    pub tcp: Option<std::net::TcpListener>,
    pub unix: Option<std::os::unix::net::UnixListener>,
}

/// Starts a request thread; it ends when the drain is complete or cut.
pub(crate) fn start(
    name: String,
    thread: Thread,
    listeners: Listeners,
) -> io::Result<std::thread::JoinHandle<bool>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new().name(name).spawn(move || {
        let outcome = runtime.block_on(run(Arc::new(thread), listeners));
        // What is left was cut on purpose: nothing is worth waiting for.
        runtime.shutdown_background();
        outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "a request thread ended");
            false
        })
    })
}

/// The connections of one thread that are open.
#[derive(Default)]
struct Open {
    count: AtomicUsize,
    closed: Notify,
}

/// A connection that counts as open, also until a panic ends it.
struct Connected(Arc<Server>);

impl Connected {
    fn new(server: &Arc<Server>) -> Connected {
        server.open.count.fetch_add(1, Ordering::Relaxed);
        server.thread.counters.connection_opened();
        Connected(Arc::clone(server))
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, near: bool) {
        self.0.connection(stream, near).await;
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.thread.counters.connection_closed();
        self.0.open.count.fetch_sub(1, Ordering::Relaxed);
        self.0.open.closed.notify_waiters();
    }
}

/// Serves until the drain; `true` when every connection ended by itself.
async fn run(thread: Arc<Thread>, listeners: Listeners) -> io::Result<bool> {
    let server = Arc::new(Server {
        near: builder(&thread.plane.settings, None),
        far: builder(&thread.plane.settings, keep_alive(&thread.plane.settings)),
        front: Arc::new(Front::new(Arc::clone(&thread))),
        thread,
        open: Open::default(),
    });
    if let Some(outside) = &server.thread.outside {
        outside.connect();
    }
    let tcp = listeners.tcp.map(TcpListener::from_std).transpose()?;
    let unix = listeners.unix.map(UnixListener::from_std).transpose()?;
    tokio::join!(accept_tcp(&server, tcp), accept_unix(&server, unix));
    let mut phases = server.thread.plane.phases();
    tokio::select! {
        () = server.all_closed() => Ok(true),
        _ = phases.wait_for(|phase| *phase == Phase::Closing) => Ok(server.open.count.load(Ordering::Relaxed) == 0),
    }
}

struct Server {
    thread: Arc<Thread>,
    front: Arc<Front>,
    /// For peers on this machine: the kernel says when they are gone, so that no ping is needed.
    near: auto::Builder<Calls>,
    far: auto::Builder<Calls>,
    open: Open,
}

fn keep_alive(settings: &Settings) -> Option<Duration> {
    (!settings.keep_alive_interval.is_zero()).then_some(settings.keep_alive_interval)
}

fn builder(settings: &Settings, keep_alive: Option<Duration>) -> auto::Builder<Calls> {
    let mut builder = auto::Builder::new(Calls);
    let header_bytes = usize::try_from(settings.max_header_bytes).unwrap_or(usize::MAX);
    builder
        .http1()
        .timer(TokioTimer::new())
        // An idle client keeps its connection: reopening is what makes a call slow.
        .header_read_timeout(None)
        .max_buf_size(header_bytes.max(16 * 1024))
        .auto_date_header(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(keep_alive)
        .keep_alive_timeout(settings.keep_alive_timeout)
        .max_concurrent_streams(settings.max_concurrent_streams)
        .max_header_list_size(settings.max_header_bytes)
        .auto_date_header(false);
    builder
}

async fn accept_tcp(server: &Arc<Server>, listener: Option<TcpListener>) {
    let Some(listener) = listener else { return };
    while let Some(accepted) = server.unless_draining(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // A reply is one write: waiting to fill a packet would only delay it.
                let _ = stream.set_nodelay(true);
                server.serve(stream, peer.ip().is_loopback());
            }
            Err(error) => pause(&error).await,
        }
    }
}

async fn accept_unix(server: &Arc<Server>, listener: Option<UnixListener>) {
    let Some(listener) = listener else { return };
    while let Some(accepted) = server.unless_draining(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => server.serve(stream, true),
            Err(error) => pause(&error).await,
        }
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "a connection was not accepted");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

impl Server {
    /// The outcome of `accept`, or `None` as soon as the drain begins.
    async fn unless_draining<T>(&self, accept: impl Future<Output = T>) -> Option<T> {
        let mut phases = self.thread.plane.phases();
        tokio::select! {
            biased;
            _ = phases.wait_for(|phase| *phase > Phase::Serving) => None,
            accepted = accept => Some(accepted),
        }
    }

    fn serve(
        self: &Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        near: bool,
    ) {
        tokio::spawn(Connected::new(self).serve(stream, near));
    }

    /// Serves one connection; when the drain begins it is told (GOAWAY) and ends after its calls.
    async fn connection(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        near: bool,
    ) {
        let builder = if near { &self.near } else { &self.far };
        let service = service_fn(|request| Arc::clone(&self.front).call(request));
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let plane = &self.thread.plane;
        let mut phases = plane.phases();
        let mut drain = pin!(phases.wait_for(|phase| *phase > Phase::Serving));
        let (mut registered, mut told) = (false, false);
        let ended = poll_fn(|cx| {
            // Polled once, so that the drain wakes this task, and again only when it has begun.
            if !told && (!registered || plane.draining()) {
                registered = true;
                if drain.as_mut().poll(cx).is_ready() {
                    connection.as_mut().graceful_shutdown();
                    told = true;
                }
            }
            let polled = connection.as_mut().poll(cx);
            calls::run();
            polled
        });
        if let Err(error) = ended.await {
            tracing::debug!(%error, "a connection broke");
        }
    }

    async fn all_closed(&self) {
        loop {
            let mut closed = pin!(self.open.closed.notified());
            closed.as_mut().enable();
            if self.open.count.load(Ordering::Relaxed) == 0 {
                return;
            }
            closed.await;
        }
    }
}
