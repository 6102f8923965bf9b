//! Starts the built `cenote` binary and points the Rust SDK at it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{Credentials, Region, retry::RetryConfig};

/// The root key of every server here: those that share a database must share it too.
const ROOT_KEY: &str = "5eedc0de5eedc0de5eedc0de5eedc0de5eedc0de5eedc0de5eedc0de5eedc0de";

/// A `cenote dev` process of one test, ended when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts the binary that `CENOTE_BIN` names, on a free port of 127.0.0.1. The data are in
    /// memory, or in the PostgreSQL database that `CENOTE_WIRE_DATABASE` names, which the servers
    /// of several tests may share.
    ///
    /// # Panics
    /// When `CENOTE_BIN` is not set, or the server does not start: a missing server is a failed test.
    pub fn start() -> Self {
        let binary =
            std::env::var_os("CENOTE_BIN").expect("CENOTE_BIN is not set: run `cargo xtask test`");
        let mut command = Command::new(binary);
        command.args(["dev", "--listen", "127.0.0.1:0"]);
        match std::env::var_os("CENOTE_WIRE_DATABASE") {
            Some(url) => command.arg("--database").arg(url),
            None => command.arg("--memory"),
        };
        // The server reads variables of this prefix as its configuration.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CENOTE_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .env("CENOTE_ROOT_KEY", ROOT_KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server cannot be started");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let url = lines
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .expect("the server ended before it listened");
        // The pipe is read on, so that the server never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An SDK client that speaks plain HTTP to this server and never retries.
    pub fn client(&self) -> Client {
        let config = aws_sdk_cognitoidentityprovider::Config::builder()
            .endpoint_url(&self.url)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "static"))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
