// Second factors with aws-amplify v6, unmodified: set-up, preference, sign-in.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { SetUserPoolMfaConfigCommand } from "@aws-sdk/client-cognito-identity-provider";
import {
  confirmSignIn,
  fetchMFAPreference,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from "aws-amplify/auth";

import { point } from "../amplify.mjs";
import { PASSWORD, Server, createUser } from "../support.mjs";

const STEP = 30;

let server;

before(async () => {
  server = await Server.start();
});

after(() => server?.stop());

/** A pool whose MFA is in this state, with the factors that it may have. */
async function configure(state) {
  const scene = await server.scene({
    AutoVerifiedAttributes: [],
    EmailConfiguration: {
      EmailSendingAccount: "DEVELOPER",
      SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
    },
    AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "admin_only", Priority: 1 }] },
  });
  await scene.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: scene.poolId,
      MfaConfiguration: state,
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: {},
    }),
  );
  point(server, scene);
  return scene;
}

/** What an authenticator app shows (RFC 6238), by the server's clock. */
async function shown(secret) {
  const { now } = await server.get("/_cenote/clock");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 1000 / STEP)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** A code that was not shown before. */
async function fresh(secret) {
  const reply = await fetch(`${server.url}/_cenote/clock`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ advance_seconds: STEP }),
  });
  assert.ok(reply.ok);
  return shown(secret);
}

test("an authenticator app is set up, preferred, and asked for", async () => {
  const scene = await configure("OPTIONAL");
  await createUser(scene, "alice");
  assert.equal((await signIn({ username: "alice", password: PASSWORD })).isSignedIn, true);
  const { sharedSecret } = await setUpTOTP();
  await assert.rejects(verifyTOTPSetup({ code: "000000" }), {
    name: "EnableSoftwareTokenMFAException",
  });
  await verifyTOTPSetup({ code: await shown(sharedSecret) });
  assert.deepEqual(await fetchMFAPreference(), { enabled: undefined, preferred: undefined });
  await updateMFAPreference({ totp: "PREFERRED" });
  assert.deepEqual(await fetchMFAPreference(), { enabled: ["TOTP"], preferred: "TOTP" });
  await signOut();

  const asked = await signIn({ username: "alice", password: PASSWORD });
  assert.equal(asked.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  const code = await fresh(sharedSecret);
  const wrong = code === "000000" ? "000001" : "000000";
  await assert.rejects(confirmSignIn({ challengeResponse: wrong }), {
    name: "CodeMismatchException",
  });
  const done = await confirmSignIn({ challengeResponse: code });
  assert.deepEqual(done, { isSignedIn: true, nextStep: { signInStep: "DONE" } });
  await signOut();
});

test("where MFA is required, an app is set up on the way", async () => {
  const scene = await configure("ON");
  await scene.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: scene.poolId,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  await createUser(scene, "bob");
  const asked = await signIn({ username: "bob", password: PASSWORD });
  assert.equal(asked.nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_TOTP_SETUP");
  const { sharedSecret } = asked.nextStep.totpSetupDetails;
  const done = await confirmSignIn({ challengeResponse: await shown(sharedSecret) });
  assert.equal(done.isSignedIn, true);
  await signOut();

  const again = await signIn({ username: "bob", password: PASSWORD });
  assert.equal(again.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  const signedIn = await confirmSignIn({ challengeResponse: await fresh(sharedSecret) });
  assert.equal(signedIn.isSignedIn, true);
  await signOut();
});

test("of two factors, the user chooses", async () => {
  const scene = await configure("ON");
  await createUser(scene, "carl");
  const asked = await signIn({ username: "carl", password: PASSWORD });
  assert.equal(asked.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  const code = await server.code(scene.poolId, "carl");
  assert.equal((await confirmSignIn({ challengeResponse: code })).isSignedIn, true);
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: await shown(sharedSecret) });
  await signOut();

  const choice = await signIn({ username: "carl", password: PASSWORD });
  assert.equal(choice.nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_MFA_SELECTION");
  assert.deepEqual(choice.nextStep.allowedMFATypes, ["TOTP", "EMAIL"]);
  const chosen = await confirmSignIn({ challengeResponse: "EMAIL" });
  assert.equal(chosen.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  const second = await server.code(scene.poolId, "carl");
  assert.equal((await confirmSignIn({ challengeResponse: second })).isSignedIn, true);
  await signOut();
});
