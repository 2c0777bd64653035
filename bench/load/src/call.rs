//! One unary gRPC call, framed by hand.

use std::error::Error;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Method, Request, Uri, Version};

/// A call that is sent again and again.
#[derive(Clone)]
pub struct Call {
    request: Request<()>,
    body: Bytes,
}

impl Call {
    /// A call of `path` with one gRPC frame as its body.
    pub fn new(path: &str, body: Bytes) -> Result<Self, Box<dyn Error>> {
        let request = Request::builder()
            .method(Method::POST)
            .version(Version::HTTP_2)
            .uri(
                Uri::builder()
                    .scheme("http")
                    .authority("localhost")
                    .path_and_query(path)
                    .build()?,
            )
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())?;
        Ok(Self { request, body })
    }

    /// Sends the call and reads the whole answer; whatever is not gRPC's OK is an error.
    pub async fn send(&self, mut sender: SendRequest<Bytes>) -> Result<(), Box<dyn Error>> {
        let (response, mut stream) = sender.send_request(self.request.clone(), false)?;
        stream.send_data(self.body.clone(), true)?;
        let response = response.await?;
        let status = response.status();
        let head = response.headers().clone();
        let mut body = response.into_body();
        while let Some(part) = body.data().await {
            let part = part?;
            body.flow_control().release_capacity(part.len())?;
        }
        let trailers = body.trailers().await?;
        let grpc = grpc_status(trailers.as_ref().unwrap_or(&head));
        if !status.is_success() || grpc != Some("0") {
            return Err(format!("the server answered HTTP {status}, gRPC status {grpc:?}").into());
        }
        Ok(())
    }
}

fn grpc_status(headers: &HeaderMap) -> Option<&str> {
    headers.get("grpc-status")?.to_str().ok()
}
