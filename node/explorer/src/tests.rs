//! The page over a socket.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn get(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn any() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

#[tokio::test]
async fn serves_its_files_and_nothing_else() {
    let handle = serve(any(), "http://127.0.0.1:9545").await.unwrap();
    let addr = handle.local_addr();
    let index = get(addr, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(index.starts_with("HTTP/1.1 200 OK\r\n"), "{index}");
    assert!(index.contains("content=\"http://127.0.0.1:9545\""));
    assert!(index.contains("Content-Security-Policy: default-src 'none'"));
    for (path, kind) in [("/app.js", "text/javascript"), ("/style.css", "text/css"), ("/icon.svg", "image/svg+xml")] {
        let file = get(addr, &format!("GET {path} HTTP/1.1\r\n\r\n")).await;
        assert!(file.starts_with("HTTP/1.1 200 OK") && file.contains(&format!("Content-Type: {kind}")), "{path}");
        assert!(index.contains(path), "the index does not use {path}");
    }
    assert!(get(addr, "GET /../Cargo.toml HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
    let head = get(addr, "HEAD / HTTP/1.1\r\n\r\n").await;
    assert!(head.ends_with("\r\n\r\n") && head.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn the_url_can_not_break_out_of_its_attribute() {
    let page = page::index("http://a/\"><script>alert(1)</script>");
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn a_busy_port_says_what_to_do() {
    let first = serve(any(), "http://127.0.0.1:1").await.unwrap();
    let error = serve(first.local_addr(), "http://127.0.0.1:1").await.unwrap_err();
    assert!(error.to_string().contains("choose another port"), "{error}");
    let addr = first.local_addr();
    drop(first);
    tokio::time::sleep(Duration::from_millis(50)).await;
    serve(addr, "http://127.0.0.1:1").await.unwrap();
}

#[test]
fn the_page_uses_nothing_from_elsewhere_and_writes_no_markup() {
    let script = include_str!("../page/app.js");
    for banned in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http://",
        "https://",
    ] {
        assert!(!script.contains(banned), "app.js has {banned}");
    }
    let index = include_str!("../page/index.html");
    assert!(
        !index.contains("http://")
            && !index.contains("https://")
            && !index.contains(" style=")
            && !index.contains("onclick")
    );
}
