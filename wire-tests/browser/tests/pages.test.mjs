// The sign-in pages in a real Chromium: the ways through them, what axe finds, and pictures to look at.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, afterEach, test } from "node:test";

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { Server } from "../../node/support.mjs";
import { Authenticator, Site, launch } from "../browser.mjs";

const PASSWORD = "Correct-Horse-9";
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PICTURES = fileURLToPath(new URL("../../../target/pages/", import.meta.url));
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

let server;
let browser;
let app;
let context;
let page;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  server = await Server.start();
  browser = await launch();
  app = await Site.start("<!doctype html><title>Signed in</title>");
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: SIZES.desktop });
  page = await context.newPage();
});

afterEach(() => context?.close());

let domains = 0;

/** A pool with a domain and an app client, and the address of its sign-in. */
async function scene(pool = {}, branding = { UseCognitoProvidedValues: true }, settings = {}) {
  const sdk = server.sdk();
  const created = await sdk.send(
    new CreateUserPoolCommand({ PoolName: "pages", AutoVerifiedAttributes: ["email"], ...pool }),
  );
  const UserPoolId = created.UserPool.Id;
  const client = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "Shop",
      CallbackURLs: [app.url],
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid"],
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ["COGNITO"],
      ...settings,
    }),
  );
  const ClientId = client.UserPoolClient.ClientId;
  domains += 1;
  const Domain = `pages-${domains}`;
  await sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain, ManagedLoginVersion: 2 }));
  await sdk.send(new CreateManagedLoginBrandingCommand({ UserPoolId, ClientId, ...branding }));
  const { port } = new URL(server.url);
  const query = new URLSearchParams({
    client_id: ClientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: app.url,
  });
  const at = (path) => `http://${Domain}.auth.localhost:${port}${path}?${query}`;
  return { sdk, UserPoolId, at };
}

async function user({ sdk, UserPoolId }, Username, Permanent = true) {
  await sdk.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      MessageAction: "SUPPRESS",
      UserAttributes: [
        { Name: "email", Value: `${Username}@example.com` },
        { Name: "email_verified", Value: "true" },
      ],
    }),
  );
  await sdk.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent }),
  );
}

/** The newest code of a user. */
async function code(name) {
  const inbox = await fetch(`${server.url}/_cenote/inbox?user=${name}`);
  return (await inbox.json()).messages[0].code;
}

/** Looks at a page as people with disabilities would, in light and dark, and takes pictures of it. */
async function look(name) {
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const origin = new URL(page.url()).origin;
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `${PICTURES}${name}-${size}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels too wide for a ${size}`);
  }
  await page.setViewportSize(SIZES.desktop);
  const violations = await axe();
  assert.deepEqual(violations, [], `${name}: ${JSON.stringify(violations, null, 1)}`);
  assert.ok(requests.every((url) => url.startsWith(origin) || url.startsWith("data:")));
}

/** What axe finds. It runs beside the page's policy, in a world of its own. */
async function axe() {
  const cdp = await page.context().newCDPSession(page);
  const { readFileSync } = await import("node:fs");
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
  return run(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((found) => found.violations.map(
      ({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) })))`,
  );
}

const submit = () => page.locator("button.primary").first().click();

async function signIn(name, password = PASSWORD) {
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill(password);
  await submit();
}

async function signedIn() {
  await page.waitForURL((url) => url.href.startsWith(app.url));
  assert.match(page.url(), /[?&]code=[0-9a-f-]{36}/);
}

/** The code that an authenticator app shows. */
function totp(key, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("somebody signs in, and is asked whether to continue the next time", async () => {
  const at = await scene();
  await user(at, "ann");
  await page.goto(at.at("/oauth2/authorize"));
  await look("sign-in");
  await signIn("ann", "wrong");
  await page.getByRole("alert").getByText("Incorrect username or password.").waitFor();
  await look("sign-in-error");
  await signIn("ann");
  await signedIn();
  await page.goto(at.at("/login"));
  await look("continue");
  await page.getByRole("button", { name: "Continue as ann" }).click();
  await signedIn();
});

test("somebody signs up, confirms by e-mail, and signs in", async () => {
  const at = await scene({ Schema: [{ Name: "given_name", Required: true }] });
  await page.goto(at.at("/login"));
  await page.getByRole("link", { name: "Create an account" }).click();
  await look("sign-up");
  await page.getByLabel("Username").fill("bea");
  await page.getByLabel("Email address").fill("bea@example.com");
  await page.getByLabel("First name").fill("Bea");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Confirm password").fill(PASSWORD);
  await submit();
  await page.getByText("We have sent a code by email to b***@e***.").waitFor();
  await look("confirm");
  await page.getByLabel("Code").fill(await code("bea"));
  await submit();
  await page.getByText("Your account is confirmed.").waitFor();
  await look("confirmed");
  await page.getByLabel("Password").fill(PASSWORD);
  await submit();
  await signedIn();
});

test("a forgotten password is reset", async () => {
  const at = await scene();
  await user(at, "ann");
  await page.goto(at.at("/login"));
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await look("forgot");
  await page.getByLabel("Username").fill("ann");
  await submit();
  await page.getByText("If this account exists").waitFor();
  await look("reset");
  await page.getByLabel("Code").fill(await code("ann"));
  await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
  await page.getByLabel("Confirm new password").fill("Other-Horse-10");
  await submit();
  await page.getByText("Your password has been changed.").waitFor();
  await page.getByLabel("Password").fill("Other-Horse-10");
  await submit();
  await signedIn();
});

test("an authenticator app is set up on the way", async () => {
  const at = await scene();
  await at.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: at.UserPoolId,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  await user(at, "ann", false);
  await page.goto(at.at("/login"));
  await signIn("ann");
  await page.getByText("Your password was temporary.").waitFor();
  await look("new-password");
  await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
  await page.getByLabel("Confirm new password").fill("Other-Horse-10");
  await submit();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await look("set-up-app");
  const key = (await page.locator("#totp-key").textContent()).replaceAll(" ", "");
  await page.getByRole("textbox", { name: "Code" }).fill(totp(key));
  await submit();
  await signedIn();
});

test("a passkey is made after the sign-up, and signs in", async () => {
  const factors = { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] };
  const at = await scene({ Policies: { SignInPolicy: factors } }, undefined, {
    ExplicitAuthFlows: ["ALLOW_USER_AUTH"],
  });
  await Authenticator.add(page);
  await page.goto(at.at("/signup"));
  await page.getByLabel("Username").fill("bea");
  await page.getByLabel("Email address").fill("bea@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Confirm password").fill(PASSWORD);
  await submit();
  await page.getByLabel("Code").fill(await code("bea"));
  await submit();
  await page.getByText("Sign in faster with a passkey").waitFor();
  await look("passkey-add");
  await page.getByRole("button", { name: "Create a passkey" }).click();
  await signedIn();

  await context.clearCookies();
  await page.goto(at.at("/login"));
  await page.getByLabel("Username").fill("bea");
  await submit();
  await page.getByText("How do you want to sign in?").waitFor();
  await look("first-factor");
  await page.getByRole("button", { name: "Passkey" }).click();
  await page.getByRole("button", { name: "Use passkey" }).waitFor();
  await look("passkey-sign-in");
  await page.getByRole("button", { name: "Use passkey" }).click();
  await signedIn();
});

test("the pages follow a dark browser where the style says so, in every language", async () => {
  const at = await scene(undefined, {
    Settings: { categories: { global: { colorSchemeMode: "DYNAMIC" } } },
  });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(at.at("/login"));
  await look("sign-in-dark");
  for (const lang of ["de", "es", "fr", "id", "it", "ja", "ko", "nl", "pt-BR", "zh-CN", "zh-TW"]) {
    await page.goto(`${at.at("/signup")}&lang=${lang}`);
    assert.equal(await page.locator("html").getAttribute("lang"), lang);
  }
  await look("sign-up-chinese-dark");
});

test("an error page says what is wrong", async () => {
  const at = await scene();
  await page.goto(at.at("/login").replace("client_id=", "client_id=x"));
  await look("error");
});
