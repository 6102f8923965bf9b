// What stands before a server that speaks no TLS itself: a proxy with a certificate of its own.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate that nobody vouches for, and its key, PEM. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "cenote-tls-"));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  execFileSync("openssl", [...made, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}

/** Listens at `https://localhost:<port>`; `target` is where it leads to. Ends with `stop()`. */
export class Proxy {
  static async start() {
    const proxy = new Proxy();
    proxy.server = createServer(certificate(), (incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const { hostname, port } = new URL(proxy.target);
      const onward = request({ hostname, port, method, path, headers }, (reply) => {
        outgoing.writeHead(reply.statusCode, reply.rawHeaders);
        reply.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    await new Promise((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
