// The sign-in pages for a test file: a server, a Chromium, an application, and what to look at on a page.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, afterEach, before, beforeEach } from "node:test";

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateIdentityProviderCommand,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { Server } from "../node/support.mjs";
import { Site, launch } from "./browser.mjs";

export const PASSWORD = "Correct-Horse-9";
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PICTURES = fileURLToPath(new URL("../../target/pages/", import.meta.url));
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** A style whose pages are light or dark as the browser is. */
export const DYNAMIC = { Settings: { categories: { global: { colorSchemeMode: "DYNAMIC" } } } };

/** An OpenID Connect provider that is known by explicit addresses, found by these domains. */
export function oidc(ProviderName, IdpIdentifiers = [], address = "https://idp.example/") {
  return {
    ProviderName,
    ProviderType: "OIDC",
    IdpIdentifiers,
    ProviderDetails: {
      client_id: "shop",
      client_secret: "hush",
      authorize_scopes: "openid",
      attributes_request_method: "GET",
      oidc_issuer: "https://idp.example",
      authorize_url: `${address}authorize`,
      token_url: `${address}token`,
      attributes_url: `${address}me`,
      jwks_uri: `${address}keys`,
    },
  };
}

/** What the tests of a file share; `page` is a new one for each test. */
export class World {
  /** Starts it before the tests of the file that calls this; the server has this configuration, as TOML. */
  constructor({ config = "" } = {}) {
    before(async () => {
      mkdirSync(PICTURES, { recursive: true });
      this.folder = mkdtempSync(join(tmpdir(), "cenote-pages-"));
      const file = join(this.folder, "cenote.toml");
      writeFileSync(file, config);
      this.server = await Server.start("--config", file);
      this.browser = await launch();
      this.app = await Site.start("<!doctype html><title>Signed in</title>");
    });
    after(async () => {
      await this.browser?.close();
      await this.app?.stop();
      await this.server?.stop();
      if (this.folder) rmSync(this.folder, { recursive: true });
    });
    beforeEach(() => this.open());
    afterEach(() => this.context?.close());
  }

  /** A new page, in a browser that knows nothing. */
  async open(settings = {}) {
    await this.context?.close();
    this.context = await this.browser.newContext({ viewport: SIZES.desktop, ...settings });
    this.page = await this.context.newPage();
    // Whatever a test opens, nobody else is asked for anything.
    this.page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      const isOurs = hostname === "localhost" || hostname.endsWith(".auth.localhost");
      assert.ok(protocol === "data:" || isOurs, request.url());
    });
  }

  /** A pool with a domain, identity providers and an app client, and the addresses of its pages. */
  async scene({ pool = {}, providers = [], client = {}, branding = DYNAMIC, version = 2 } = {}) {
    const sdk = this.server.sdk();
    const created = await sdk.send(
      new CreateUserPoolCommand({ PoolName: "pages", AutoVerifiedAttributes: ["email"], ...pool }),
    );
    const UserPoolId = created.UserPool.Id;
    for (const provider of providers) {
      await sdk.send(new CreateIdentityProviderCommand({ UserPoolId, ...provider }));
    }
    const made = await sdk.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: "Shop",
        CallbackURLs: [this.app.url],
        LogoutURLs: [`${this.app.url}bye`],
        AllowedOAuthFlows: ["code"],
        AllowedOAuthScopes: ["openid"],
        AllowedOAuthFlowsUserPoolClient: true,
        SupportedIdentityProviders: [
          "COGNITO",
          ...providers.map(({ ProviderName }) => ProviderName),
        ],
        ...client,
      }),
    );
    const { ClientId } = made.UserPoolClient;
    // Test files may share a database.
    const Domain = `pages-${randomUUID()}`;
    const domain = { UserPoolId, Domain, ManagedLoginVersion: version };
    await sdk.send(new CreateUserPoolDomainCommand(domain));
    let style;
    if (version === 2 && branding) {
      const made = { UserPoolId, ClientId, ...branding };
      const { ManagedLoginBranding } = await sdk.send(new CreateManagedLoginBrandingCommand(made));
      style = ManagedLoginBranding.ManagedLoginBrandingId;
    }
    const base = `http://${Domain}.auth.localhost:${new URL(this.server.url).port}`;
    const at = (path, more = {}) => {
      const query = new URLSearchParams({
        client_id: ClientId,
        response_type: "code",
        scope: "openid",
        redirect_uri: this.app.url,
        ...more,
      });
      return `${base}${path}?${query}`;
    };
    return { sdk, UserPoolId, ClientId, Domain, style, base, at };
  }

  /** A confirmed user with a password, and these attributes. */
  async user({ sdk, UserPoolId }, Username, { attributes, permanent = true } = {}) {
    const known = attributes ?? { email: `${Username}@example.com`, email_verified: "true" };
    const UserAttributes = Object.entries(known).map(([Name, Value]) => ({ Name, Value }));
    await sdk.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username,
        MessageAction: "SUPPRESS",
        UserAttributes,
      }),
    );
    const password = { Password: PASSWORD, Permanent: permanent };
    await sdk.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, ...password }));
  }

  /** The newest code of a user. */
  async code(name) {
    const { messages } = await this.server.get(`/_cenote/inbox?user=${name}`);
    return messages[0].code;
  }

  /** Presses the main button of the page. */
  submit() {
    return this.page.locator("button.primary").first().click();
  }

  /** Fills in the sign-in form. */
  async signIn(name, password = PASSWORD) {
    await this.page.getByLabel("Username").fill(name);
    await this.page.getByLabel("Password").fill(password);
    await this.submit();
  }

  /** Fills in the sign-up form; without a password where none is given. */
  async signUp(name, password) {
    await this.page.getByLabel("Username").fill(name);
    await this.page.getByLabel("Email address").fill(`${name}@example.com`);
    if (password) {
      await this.page.getByLabel("Password", { exact: true }).fill(password);
      await this.page.getByLabel("Confirm password").fill(password);
    }
    await this.submit();
  }

  /** Waits until the application has its code. */
  async signedIn() {
    await this.page.waitForURL((url) => url.href.startsWith(this.app.url));
    assert.match(this.page.url(), /[?&]code=[0-9a-f-]{36}/);
  }

  /**
   * Looks at a page as people with disabilities would, on a desk and on a phone, in light and dark, and takes
   * pictures of it. Without images of a style it is small.
   */
  async look(name, { bytes = 50_000 } = {}) {
    const { page } = this;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [size, viewport] of Object.entries(SIZES).reverse()) {
        await page.setViewportSize(viewport);
        const path = `${PICTURES}${name}-${size}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: true });
        await this.fits(`${name} on a ${size}`);
      }
      const violations = await this.axe();
      assert.deepEqual(violations, [], `${name}: ${JSON.stringify(violations, null, 1)}`);
    }
    const weight = await page.evaluate(() => {
      const all = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
      return all.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);
    });
    assert.ok(weight > 0 && weight < bytes, `${name} has ${weight} bytes`);
  }

  /** Nothing of the page is wider than its window, or than what it stands in. */
  async fits(name) {
    const wide = await this.page.evaluate(() => {
      const root = document.documentElement;
      const all = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility());
      // What stands in a line has no width of its own, and inputs may scroll.
      const overflows = (one) =>
        one.clientWidth > 0 && one.localName !== "input" && one.scrollWidth > one.clientWidth + 1;
      const isWide = (one) =>
        one.getBoundingClientRect().right > innerWidth + 0.5 || overflows(one);
      const parts = all.filter(isWide).map((one) => one.outerHTML.slice(0, 200));
      return { pixels: Math.max(root.scrollWidth - innerWidth, 0), parts };
    });
    assert.deepEqual(wide, { pixels: 0, parts: [] }, name);
  }

  /** What axe finds. It runs beside the page's policy, in a world of its own. */
  async axe() {
    const cdp = await this.page.context().newCDPSession(this.page);
    const { frameTree } = await cdp.send("Page.getFrameTree");
    const { executionContextId: contextId } = await cdp.send("Page.createIsolatedWorld", {
      frameId: frameTree.frame.id,
    });
    const run = async (expression) => {
      const { result, exceptionDetails } = await cdp.send("Runtime.evaluate", {
        expression,
        contextId,
        awaitPromise: true,
        returnByValue: true,
      });
      assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
      return result.value;
    };
    await run(`${readFileSync(AXE, "utf8")};0`);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await run(
      `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((found) => found.violations.map(
        ({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) })))`,
    );
    return found;
  }
}

/** The code that an authenticator app shows. */
export function totp(key, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
