//! The files of the page.

use crate::http::{Request, Response};
use std::borrow::Cow;

const INDEX: &str = include_str!("../page/index.html");
const SCRIPT: &str = include_str!("../page/app.js");
const STYLE: &str = include_str!("../page/style.css");
const ICON: &str = include_str!("../page/icon.svg");

/// What stands in the index for the node's URL.
const RPC_URL: &str = "{{RPC_URL}}";

/// The index with the node's URL in it.
pub(crate) fn index(rpc_url: &str) -> String {
    INDEX.replace(RPC_URL, &escape(rpc_url))
}

/// Text as it may stand in an HTML attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The answer to a request.
pub(crate) fn respond<'a>(request: &Request, index: &'a str) -> Response<'a> {
    let (content_type, body) = match request.path.as_str() {
        "/" | "/index.html" => ("text/html; charset=utf-8", index),
        "/app.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "/style.css" => ("text/css; charset=utf-8", STYLE),
        "/icon.svg" => ("image/svg+xml", ICON),
        _ => return Response { send_body: request.body, ..Response::refusal("404 Not Found") },
    };
    Response { status: "200 OK", content_type, body: Cow::Borrowed(body), send_body: request.body }
}
