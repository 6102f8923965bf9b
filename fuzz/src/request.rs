//! A request as text: a line with method and path, header lines, an empty line and the body.

use axum::body::Body;
use axum::http::Request;

/// Reads a request whose path stands below `prefix`; what is none is `None`.
pub fn request(data: &[u8], prefix: &str) -> Option<Request<Body>> {
    let split = data.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (&data[..split], &data[split + 2..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let method = first.next()?;
    let uri = [prefix.as_bytes(), first.next()?].concat();
    let mut request = Request::builder().method(method).uri(uri.as_slice());
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    request.body(Body::from(body.to_vec())).ok()
}
