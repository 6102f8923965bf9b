// A real Chromium for a test file: pages, virtual authenticators, and sites of the tests' own.

import { createServer } from "node:http";

import { chromium } from "playwright-core";

/** Chromium without a window; ends with `close()`. `CENOTE_CHROMIUM` says which one. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CENOTE_CHROMIUM ?? "/usr/bin/chromium",
    // Tests run as root in containers, where neither its sandbox nor much shared memory is to be had.
    chromiumSandbox: false,
    args: ["--disable-dev-shm-usage"],
  });
}

/** Serves one page at `http://localhost:<port>/`; ends with `stop()`. */
export class Site {
  static async start(html = "<!doctype html><title>A site</title>") {
    const site = new Site();
    site.server = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(html);
    });
    await new Promise((resolve) => site.server.listen(0, "127.0.0.1", resolve));
    site.port = site.server.address().port;
    site.url = `http://localhost:${site.port}/`;
    return site;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** An authenticator that a page sees as if it were real. */
export class Authenticator {
  /** One that is built in and knows its user, unless `options` (of CDP's WebAuthn domain) say otherwise. */
  static async add(page, options = {}) {
    const authenticator = new Authenticator();
    authenticator.cdp = await page.context().newCDPSession(page);
    await authenticator.cdp.send("WebAuthn.enable");
    const added = await authenticator.cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        ...options,
      },
    });
    authenticator.authenticatorId = added.authenticatorId;
    return authenticator;
  }

  #send(method, parameters = {}) {
    const { authenticatorId } = this;
    return this.cdp.send(`WebAuthn.${method}`, { authenticatorId, ...parameters });
  }

  /** What is registered on it: id, relying party, user handle, private key, counter. */
  async credentials() {
    return (await this.#send("getCredentials")).credentials;
  }

  /** Whether its user is recognised from now on. */
  async recogniseUser(isUserVerified) {
    await this.#send("setUserVerified", { isUserVerified });
  }

  /** Puts a credential on it, such as a copy of another one's. */
  async addCredential(credential) {
    await this.#send("addCredential", { credential });
  }

  async remove() {
    await this.#send("removeVirtualAuthenticator");
  }
}
