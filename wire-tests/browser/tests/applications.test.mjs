// Applications in a real Chromium that sign people in on the pages: Amplify, oidc-client-ts and Auth.js, all
// unmodified.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { Auth, customFetch } from "@auth/core";
import Cognito from "@auth/core/providers/cognito";
import {
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { PASSWORD, Server, createUser } from "../../node/support.mjs";
import { Site, launch } from "../browser.mjs";
import { bundle } from "../bundle.mjs";
import { Proxy } from "../tls.mjs";

const AMPLIFY = `
  import { Amplify } from "aws-amplify";
  import * as auth from "aws-amplify/auth";
  import { Hub } from "aws-amplify/utils";
  globalThis.events = [];
  Hub.listen("auth", ({ payload }) => globalThis.events.push(payload.event));
  if (localStorage.settings) Amplify.configure({ Auth: { Cognito: JSON.parse(localStorage.settings) } });
  globalThis.auth = auth;
`;

const OIDC = `
  import { UserManager } from "oidc-client-ts";
  if (localStorage.settings) globalThis.users = new UserManager(JSON.parse(localStorage.settings));
`;

let folder;
let proxy;
let server;
let browser;
let context;
let page;

before(async () => {
  proxy = await Proxy.start();
  folder = mkdtempSync(join(tmpdir(), "cenote-applications-"));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
});

afterEach(async () => {
  await context?.close();
  await server?.stop();
});

/** The server behind the proxy: its public address has TLS. */
async function behindProxy() {
  const file = join(folder, "cenote.toml");
  writeFileSync(file, `public_url = "https://localhost:${proxy.port}"\nbehind_proxy = true\n`);
  server = await Server.start("--config", file);
  proxy.target = server.url;
}

/** A pool with a domain, the user ann, and a client whose people come back to these addresses. */
async function application(callback, bye, settings = {}) {
  const scene = await server.scene();
  const Domain = `shop-${randomUUID()}`;
  const pool = { UserPoolId: scene.poolId };
  await scene.sdk.send(new CreateUserPoolDomainCommand({ ...pool, Domain }));
  const made = await scene.sdk.send(
    new CreateUserPoolClientCommand({
      ...pool,
      ClientName: "shop",
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
      CallbackURLs: [callback],
      LogoutURLs: [bye],
      SupportedIdentityProviders: ["COGNITO"],
      ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
      ...settings,
    }),
  );
  await createUser(scene, "ann");
  const { ClientId, ClientSecret } = made.UserPoolClient;
  return { ...scene, Domain, ClientId, ClientSecret };
}

/** A page with a script, opened once it has its settings. */
async function openWith(site, settings) {
  await page.goto(site.url);
  await page.evaluate((settings) => (localStorage.settings = settings), JSON.stringify(settings));
  await page.reload();
}

/** Fills in the sign-in page, which must be there. */
async function signIn() {
  await page.getByLabel("Username").fill("ann");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("button.primary").click();
}

test("Amplify signs in with a redirect, and out", async () => {
  await behindProxy();
  const site = await Site.start(`<!doctype html><body><script>${await bundle(AMPLIFY)}</script>`);
  const app = await application(site.url, site.url);
  await openWith(site, {
    userPoolId: app.poolId,
    userPoolClientId: app.ClientId,
    userPoolEndpoint: server.url,
    loginWith: {
      oauth: {
        domain: `${app.Domain}.auth.localhost:${proxy.port}`,
        scopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
        redirectSignIn: [site.url],
        redirectSignOut: [site.url],
        responseType: "code",
      },
    },
  });
  const start = () =>
    page.evaluate(() => void globalThis.auth.signInWithRedirect({ customState: "cart-7" }));
  await start();
  await signIn();
  await page.waitForFunction(() => globalThis.events?.includes("signInWithRedirect"));
  const found = await page.evaluate(async () => {
    const { getCurrentUser, fetchAuthSession, fetchUserAttributes } = globalThis.auth;
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    const { email } = await fetchUserAttributes();
    const { username } = await getCurrentUser();
    return { username, email, issuer: tokens.idToken.payload.iss };
  });
  assert.deepEqual(found, {
    username: "ann",
    email: "ann@example.com",
    issuer: `https://localhost:${proxy.port}/${app.poolId}`,
  });
  // Out of the application, and out of the pages.
  const out = page.waitForResponse((reply) => new URL(reply.url()).pathname === "/logout");
  await page.evaluate(() => void globalThis.auth.signOut());
  assert.equal((await out).status(), 302);
  await page.waitForURL(site.url);
  await page.waitForFunction(() => globalThis.auth);
  const gone = await page.evaluate(() =>
    globalThis.auth.getCurrentUser().catch(({ name }) => name),
  );
  assert.equal(gone, "UserUnAuthenticatedException");
  await start();
  await page.getByLabel("Password").waitFor();
  await site.stop();
});

test("oidc-client-ts signs in, renews silently by its refresh token, and signs out", async () => {
  server = await Server.start();
  const site = await Site.start(`<!doctype html><body><script>${await bundle(OIDC)}</script>`);
  const bye = `${site.url}bye`;
  const app = await application(site.url, bye);
  await openWith(site, {
    authority: `${server.url}/${app.poolId}`,
    client_id: app.ClientId,
    redirect_uri: site.url,
    post_logout_redirect_uri: bye,
    response_type: "code",
    scope: "openid email profile",
    loadUserInfo: true,
    automaticSilentRenew: false,
    revokeTokensOnSignout: true,
    // Nothing else can be revoked.
    revokeTokenTypes: ["refresh_token"],
  });
  await page.evaluate(() => void globalThis.users.signinRedirect({ state: "cart-7" }));
  await signIn();
  await page.waitForURL((url) => url.href.startsWith(`${site.url}?code=`));
  const first = await page.evaluate(() => globalThis.users.signinCallback());
  assert.equal(first.profile.email, "ann@example.com");
  assert.equal(first.state, "cart-7");
  const renewed = await page.evaluate(() => globalThis.users.signinSilent());
  assert.notEqual(renewed.access_token, first.access_token);
  assert.equal(renewed.profile.sub, first.profile.sub);
  // The endpoint is not the standard's: it asks for the client, and for the address by another name.
  const extraQueryParams = { client_id: app.ClientId, logout_uri: bye };
  await page.evaluate(
    (extraQueryParams) => void globalThis.users.signoutRedirect({ extraQueryParams }),
    extraQueryParams,
  );
  await page.waitForURL((url) => url.href.startsWith(bye));
  await page.evaluate(() => void globalThis.users.signinRedirect());
  await page.getByLabel("Password").waitFor();
  const revoked = await fetch(`${server.url}/_domain/${app.Domain}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      client_id: app.ClientId,
      refresh_token: renewed.refresh_token,
    }),
  });
  const { error, error_description: why } = await revoked.json();
  assert.deepEqual([error, why], ["invalid_grant", "Refresh Token has been revoked"]);
  await site.stop();
});

test("Auth.js signs in with its Cognito provider, and keeps a session of its own", async () => {
  server = await Server.start();
  const site = createServer();
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${site.address().port}`;
  const callback = `${origin}/auth/callback/cognito`;
  const app = await application(callback, origin, { GenerateSecret: true });
  const provider = Cognito({
    clientId: app.ClientId,
    clientSecret: app.ClientSecret,
    issuer: `${server.url}/${app.poolId}`,
    checks: ["pkce", "state", "nonce"],
    // Names below `localhost` resolve in browsers, but not everywhere.
    [customFetch]: (address, init) => {
      const url = new URL(address);
      const [domain, name] = url.hostname.split(".");
      return fetch(name === "auth" ? `${server.url}/_domain/${domain}${url.pathname}` : url, init);
    },
  });
  const config = {
    providers: [provider],
    secret: "0".repeat(32),
    basePath: "/auth",
    trustHost: true,
    logger: { error: (error) => console.error(error) },
  };
  site.on("request", async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const body = method === "POST" ? Buffer.concat(await incoming.toArray()) : undefined;
    const reply = await Auth(new Request(origin + url, { method, headers, body }), config);
    outgoing.writeHead(reply.status, [...reply.headers].flat());
    outgoing.end(Buffer.from(await reply.arrayBuffer()));
  });
  // Its own page shows a picture from elsewhere.
  await context.route(/authjs\.dev/, (route) => route.abort());
  await page.goto(`${origin}/auth/signin`);
  await page.getByRole("button", { name: "Sign in with Cognito" }).click();
  await signIn();
  await page.waitForURL((url) => url.origin === origin);
  await page.goto(`${origin}/auth/session`);
  const { user } = JSON.parse(await page.locator("body").innerText());
  assert.equal(user.email, "ann@example.com");
  await page.goto(`${origin}/auth/signout`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL((url) => url.origin === origin && url.pathname !== "/auth/signout");
  await page.goto(`${origin}/auth/session`);
  assert.equal(await page.locator("body").innerText(), "null");
  await new Promise((resolve) => {
    site.closeAllConnections();
    site.close(resolve);
  });
});
