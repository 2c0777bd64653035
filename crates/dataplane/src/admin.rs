//! The admin listener: `/startupz`, `/readyz`, `/healthz` and `/metrics` over HTTP/1.1.
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};

use crate::exposition::{CONTENT, Exposition};
use crate::plane::{Phase, Plane};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Starts the admin thread; it answers until the data plane closes, also while it drains.
pub(crate) fn start(
    plane: Arc<Plane>,
    listener: std::net::TcpListener,
) -> io::Result<JoinHandle<bool>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("turnout-admin".to_owned())
        .spawn(move || {
            let outcome = runtime.block_on(run(plane, listener));
            runtime.shutdown_background();
            outcome.is_ok()
        })
}

async fn run(plane: Arc<Plane>, listener: std::net::TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let admin = Arc::new(Admin {
        exposition: Exposition::new(Arc::clone(&plane)),
        plane,
    });
    let mut phases = admin.plane.phases();
    loop {
        tokio::select! {
            _ = phases.wait_for(|phase| *phase == Phase::Closing) => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let admin = Arc::clone(&admin);
                    tokio::spawn(async move {
                        let service = service_fn(|request| answer(Arc::clone(&admin), request));
                        let connection = http1::Builder::new()
                            .timer(TokioTimer::new())
                            .serve_connection(TokioIo::new(stream), service);
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection of the admin listener broke");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection of the admin listener was not accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
        }
    }
}

struct Admin {
    plane: Arc<Plane>,
    exposition: Exposition,
}

async fn answer(
    admin: Arc<Admin>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok(page(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET is answered here\n".to_owned(),
        ));
    }
    Ok(match request.uri().path() {
        "/healthz" => page(StatusCode::OK, "ok\n".to_owned()),
        "/startupz" => verdict(admin.started()),
        "/readyz" => verdict(admin.ready()),
        "/metrics" => {
            let mut response = page(StatusCode::OK, admin.exposition.text());
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
            response
        }
        _ => page(
            StatusCode::NOT_FOUND,
            "try /healthz, /readyz, /startupz or /metrics\n".to_owned(),
        ),
    })
}

fn verdict(verdict: Result<(), String>) -> Response<Full<Bytes>> {
    match verdict {
        Ok(()) => page(StatusCode::OK, "ok\n".to_owned()),
        Err(why) => page(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn page(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}

impl Admin {
    /// Whether the first snapshot has come.
    fn started(&self) -> Result<(), String> {
        match self.plane.holder.current().as_ref() {
            Some(_) => Ok(()),
            None => Err("no snapshot has been loaded yet".to_owned()),
        }
    }

    /// Whether there is a snapshot whose age is within the limit, and no drain.
    fn ready(&self) -> Result<(), String> {
        if self.plane.draining() {
            return Err("the server is draining".to_owned());
        }
        self.started()?;
        let limit = self.plane.settings.ready_max_age;
        let age = self.plane.holder.age(Instant::now()).age;
        if !limit.is_zero() && age > limit {
            return Err(format!(
                "the snapshot is {} s old, over the limit of {} s: its source has not been reached",
                age.as_secs(),
                limit.as_secs()
            ));
        }
        Ok(())
    }
}
