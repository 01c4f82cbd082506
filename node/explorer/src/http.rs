//! As much of HTTP/1.1 as a handful of fixed files needs: one request of bounded size per connection.

use std::borrow::Cow;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes of a request's head. Requests have no body.
const MAX_HEAD: usize = 8 << 10;

/// A request that asks for a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Path without the query.
    pub(crate) path: String,
    /// Whether the body is wanted (`GET`), or the head alone (`HEAD`).
    pub(crate) body: bool,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    pub(crate) status: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Cow<'a, str>,
    /// Whether the body is sent, and not only its length.
    pub(crate) send_body: bool,
}

impl Response<'_> {
    /// An answer that is an error.
    pub(crate) const fn refusal(status: &'static str) -> Response<'static> {
        Response { status, content_type: "text/plain; charset=utf-8", body: Cow::Borrowed(status), send_body: true }
    }
}

/// Reads the head of a request; `Err` inside is the answer to one that is refused.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
) -> std::io::Result<Result<Request, Response<'static>>> {
    let mut head = Vec::with_capacity(1024);
    let mut chunk = [0u8; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Ok(Err(Response::refusal("431 Request Header Fields Too Large")));
        }
        match stream.read(&mut chunk).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => head.extend_from_slice(&chunk[..read]),
        }
    }
    Ok(parse(&head))
}

fn parse(head: &[u8]) -> Result<Request, Response<'static>> {
    let bad = || Response::refusal("400 Bad Request");
    let line = head.split(|byte| *byte == b'\r').next().ok_or_else(bad)?;
    let line = std::str::from_utf8(line).map_err(|_| bad())?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad());
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(bad());
    }
    let body = match method {
        "GET" => true,
        "HEAD" => false,
        _ => return Err(Response::refusal("405 Method Not Allowed")),
    };
    let path = target.split('?').next().unwrap_or(target).to_string();
    Ok(Request { path, body })
}

/// Writes an answer and closes the connection for writing.
pub(crate) async fn write_response(
    stream: &mut (impl AsyncWrite + Unpin),
    response: &Response<'_>,
) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Security-Policy: {}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-cache\r\n\
         Connection: close\r\n\r\n",
        response.status,
        response.content_type,
        response.body.len(),
        CONTENT_POLICY,
    );
    stream.write_all(head.as_bytes()).await?;
    if response.send_body {
        stream.write_all(response.body.as_bytes()).await?;
    }
    stream.shutdown().await
}

/// Nothing from elsewhere, nothing inline; only the node may be asked, wherever it is.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src *; \
                              base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> std::io::Result<Result<Request, &'static str>> {
        let mut stream = bytes;
        Ok(read_request(&mut stream).await?.map_err(|refused| refused.status))
    }

    #[tokio::test]
    async fn reads_path_and_method() {
        let request = read(b"GET /app.js?x=1 HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(request, Ok(Request { path: "/app.js".into(), body: true }));
        let request = read(b"HEAD / HTTP/1.0\r\n\r\n").await.unwrap();
        assert_eq!(request, Ok(Request { path: "/".into(), body: false }));
    }

    #[tokio::test]
    async fn refuses_what_it_does_not_serve() {
        assert_eq!(read(b"POST / HTTP/1.1\r\n\r\n").await.unwrap(), Err("405 Method Not Allowed"));
        for bad in [&b"GET /\r\n\r\n"[..], b"GET a HTTP/1.1\r\n\r\n", b"\xff\xff\r\n\r\n", b"GET / HTTP/1.1 x\r\n\r\n"]
        {
            assert_eq!(read(bad).await.unwrap(), Err("400 Bad Request"));
        }
        assert!(read(b"GET / HTTP/1.1\r\n").await.is_err());
        let long = [b"GET / HTTP/1.1\r\nX: ".as_slice(), &[b'a'; 2 * MAX_HEAD]].concat();
        assert_eq!(read(&long).await.unwrap(), Err("431 Request Header Fields Too Large"));
    }
}
