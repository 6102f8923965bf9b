// Passkeys: the API by way of the AWS SDK, the ceremonies by way of Chromium.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import {
  CompleteWebAuthnRegistrationCommand,
  CreateUserPoolDomainCommand,
  DeleteWebAuthnCredentialCommand,
  GetUserAuthFactorsCommand,
  ListWebAuthnCredentialsCommand,
  NotAuthorizedException,
  UpdateUserPoolCommand,
  WebAuthnNotEnabledException,
  WebAuthnOriginNotAllowedException,
} from "@aws-sdk/client-cognito-identity-provider";

import { Server, claims } from "../../node/support.mjs";
import { Authenticator, Site, launch } from "../browser.mjs";
import {
  answer,
  ask,
  configure,
  create,
  creationOptions,
  get,
  passkeyScene,
  register,
  signIn,
} from "../passkeys.mjs";

let server;
let browser;
let site;
let page;

before(async () => {
  server = await Server.start();
  browser = await launch();
  site = await Site.start();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(site.url);
});

afterEach(() => page?.close());

async function list({ sdk, token }) {
  const listed = await sdk.send(new ListWebAuthnCredentialsCommand({ AccessToken: token }));
  return listed.Credentials;
}

test("a passkey of the machine is registered, listed, used, and deleted", async () => {
  const scene = await passkeyScene(server);
  const authenticator = await Authenticator.add(page);
  const made = await register(scene, page);

  const [listed] = await list(scene);
  assert.ok(listed.CreatedAt instanceof Date);
  assert.deepEqual(
    { ...listed, CreatedAt: null },
    {
      CredentialId: made.id,
      FriendlyCredentialName: "Platform passkey",
      RelyingPartyId: "localhost",
      AuthenticatorAttachment: "platform",
      AuthenticatorTransports: ["internal"],
      CreatedAt: null,
    },
  );
  const [kept] = await authenticator.credentials();
  const { sub } = claims(scene.token);
  assert.equal(Buffer.from(kept.userHandle, "base64").toString(), sub);
  assert.equal(kept.userName, "ada");

  // Each use counts, and the count is checked.
  for (let use = 0; use < 3; use += 1) {
    const tokens = await signIn(scene, page);
    assert.equal(claims(tokens.AccessToken).sub, sub);
  }
  const factors = await scene.sdk.send(
    new GetUserAuthFactorsCommand({ AccessToken: scene.token }),
  );
  assert.deepEqual(factors.ConfiguredUserAuthFactors, ["PASSWORD", "WEB_AUTHN"]);

  const asked = await ask(scene);
  const credential = await get(page, asked.options);
  await scene.sdk.send(
    new DeleteWebAuthnCredentialCommand({ AccessToken: scene.token, CredentialId: made.id }),
  );
  await assert.rejects(answer(scene, asked, credential), NotAuthorizedException);
  assert.deepEqual(await list(scene), []);
  assert.equal((await ask(scene)).ChallengeName, "SELECT_CHALLENGE");
});

test("a security key is a roaming passkey", async () => {
  const scene = await passkeyScene(server);
  await Authenticator.add(page, { transport: "usb" });
  await register(scene, page);
  const [listed] = await list(scene);
  assert.equal(listed.FriendlyCredentialName, "Roaming passkey");
  assert.equal(listed.AuthenticatorAttachment, "cross-platform");
  assert.deepEqual(listed.AuthenticatorTransports, ["usb"]);
  assert.ok((await signIn(scene, page)).RefreshToken);
});

test("an authenticator may sign with RSA", async () => {
  const scene = await passkeyScene(server);
  await Authenticator.add(page);
  const options = await creationOptions(scene);
  const [, rsa] = options.pubKeyCredParams;
  assert.equal(rsa.alg, -257);
  await register(scene, page, { ...options, pubKeyCredParams: [rsa] });
  assert.ok((await signIn(scene, page)).AccessToken);
});

test("the browser does not make a second passkey on the same authenticator", async () => {
  const scene = await passkeyScene(server);
  await Authenticator.add(page);
  await register(scene, page);
  const options = await creationOptions(scene);
  await assert.rejects(create(page, options), /InvalidStateError/);
});

test("an assertion is good once, and for the challenge that it signs", async () => {
  const scene = await passkeyScene(server);
  await Authenticator.add(page);
  await register(scene, page);
  const first = await ask(scene);
  const second = await ask(scene);
  const credential = await get(page, first.options);
  await assert.rejects(answer(scene, second, credential), NotAuthorizedException);
  assert.ok((await answer(scene, first, credential)).AuthenticationResult);
  await assert.rejects(answer(scene, first, credential), NotAuthorizedException);
});

test("a copy of an authenticator is found out by its count", async () => {
  const scene = await passkeyScene(server);
  const original = await Authenticator.add(page);
  await register(scene, page);
  await signIn(scene, page);
  const [copied] = await original.credentials();
  await signIn(scene, page);
  await signIn(scene, page);
  await original.remove();
  const copy = await Authenticator.add(page);
  await copy.addCredential(copied);
  await assert.rejects(signIn(scene, page), NotAuthorizedException);
});

test("who is not recognised signs in unless the pool requires it", async () => {
  const scene = await passkeyScene(server);
  const authenticator = await Authenticator.add(page);
  await register(scene, page);
  await authenticator.recogniseUser(false);
  const asked = await ask(scene);
  assert.equal(asked.options.userVerification, "preferred");
  // A page can ask for less than the options say.
  const discouraged = { ...asked.options, userVerification: "discouraged" };
  assert.ok((await answer(scene, asked, await get(page, discouraged))).AuthenticationResult);

  await configure(scene, { RelyingPartyId: "localhost", UserVerification: "required" });
  const again = await ask(scene);
  assert.equal(again.options.userVerification, "required");
  await assert.rejects(get(page, again.options), /NotAllowedError/);
  const less = { ...again.options, userVerification: "discouraged" };
  await assert.rejects(answer(scene, again, await get(page, less)), NotAuthorizedException);
});

test("the relying party of a pool with a prefix domain is its host", async () => {
  const scene = await passkeyScene(server, { UserVerification: "preferred" });
  await scene.sdk.send(
    new CreateUserPoolDomainCommand({ UserPoolId: scene.poolId, Domain: "passkeys" }),
  );
  await page.goto(`http://passkeys.auth.localhost:${site.port}/`);
  await Authenticator.add(page);
  await register(scene, page);
  const [listed] = await list(scene);
  assert.equal(listed.RelyingPartyId, "passkeys.auth.localhost");
  assert.ok((await signIn(scene, page)).AccessToken);
});

test("a page of another domain has nothing that the pool takes", async () => {
  const scene = await passkeyScene(server, { RelyingPartyId: "app.localhost" });
  await page.goto(`http://other.localhost:${site.port}/`);
  await Authenticator.add(page);
  const options = await creationOptions(scene);
  await assert.rejects(create(page, options), /SecurityError/);
  // The browser lets a page name its own domain, and says so to the pool.
  const own = { ...options, rp: { ...options.rp, id: "other.localhost" } };
  const credential = await create(page, own);
  await assert.rejects(
    scene.sdk.send(
      new CompleteWebAuthnRegistrationCommand({
        AccessToken: scene.token,
        Credential: credential,
      }),
    ),
    WebAuthnOriginNotAllowedException,
  );
});

test("a pool without passkeys makes none", async () => {
  const scene = await passkeyScene(server);
  await scene.sdk.send(
    new UpdateUserPoolCommand({
      UserPoolId: scene.poolId,
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD"] } },
    }),
  );
  await assert.rejects(creationOptions(scene), WebAuthnNotEnabledException);
});
