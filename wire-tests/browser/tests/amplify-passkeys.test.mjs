// aws-amplify v6, unmodified, in the browser: it makes and uses passkeys by itself.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { PASSWORD, Server } from "../../node/support.mjs";
import { Authenticator, Site, launch } from "../browser.mjs";
import { bundle } from "../bundle.mjs";
import { passkeyScene } from "../passkeys.mjs";

const PAGE = `
  import { Amplify } from "aws-amplify";
  import * as auth from "aws-amplify/auth";
  Object.assign(globalThis, { Amplify, auth });
`;

const DONE = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

let server;
let browser;
let site;
let script;
let page;

before(async () => {
  server = await Server.start();
  browser = await launch();
  site = await Site.start();
  script = await bundle(PAGE);
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

/** A page with Amplify, for a pool of its own whose user has signed in by password. */
beforeEach(async () => {
  const { poolId, clientId } = await passkeyScene(server);
  page = await (await browser.newContext()).newPage();
  await page.goto(site.url);
  await page.addScriptTag({ content: script });
  const settings = {
    userPoolId: poolId,
    userPoolClientId: clientId,
    userPoolEndpoint: server.url,
  };
  await page.evaluate((Cognito) => globalThis.Amplify.configure({ Auth: { Cognito } }), settings);
  assert.deepEqual(await signIn("PASSWORD", PASSWORD), DONE);
});

function signIn(preferredChallenge, password) {
  return page.evaluate(
    ([preferredChallenge, password]) =>
      globalThis.auth.signIn({
        username: "ada",
        password,
        options: { authFlowType: "USER_AUTH", preferredChallenge },
      }),
    [preferredChallenge, password],
  );
}

/** Calls a function of Amplify on the page. */
function call(name, input) {
  return page.evaluate(([name, input]) => globalThis.auth[name](input), [name, input]);
}

test("a passkey is associated, listed, used by preference, and deleted", async () => {
  await Authenticator.add(page);
  await call("associateWebAuthnCredential");
  const { credentials } = await call("listWebAuthnCredentials");
  assert.equal(credentials.length, 1);
  const [{ credentialId, friendlyCredentialName, relyingPartyId }] = credentials;
  assert.deepEqual(
    { friendlyCredentialName, relyingPartyId },
    { friendlyCredentialName: "Platform passkey", relyingPartyId: "localhost" },
  );

  await call("signOut");
  assert.deepEqual(await signIn("WEB_AUTHN"), DONE);
  assert.equal((await call("getCurrentUser")).username, "ada");

  await call("deleteWebAuthnCredential", { credentialId });
  assert.deepEqual((await call("listWebAuthnCredentials")).credentials, []);
  await call("signOut");
  const asked = await signIn("WEB_AUTHN");
  assert.deepEqual(asked.nextStep, {
    signInStep: "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION",
    availableChallenges: ["PASSWORD_SRP", "PASSWORD"],
  });
});

test("a passkey is chosen among the factors", async () => {
  await Authenticator.add(page);
  await call("associateWebAuthnCredential");
  await call("signOut");
  const asked = await signIn();
  assert.deepEqual(asked.nextStep.availableChallenges, ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]);
  assert.deepEqual(await call("confirmSignIn", { challengeResponse: "WEB_AUTHN" }), DONE);
});
