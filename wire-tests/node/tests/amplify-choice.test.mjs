// USER_AUTH with aws-amplify v6, unmodified: the choice, each first factor, and a sign-up that ends signed in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  autoSignIn,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  signIn,
  signOut,
  signUp,
} from "aws-amplify/auth";

import { point } from "../amplify.mjs";
import { PASSWORD, Server, createUser } from "../support.mjs";

const DONE = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

let server;
let scene;

before(async () => {
  server = await Server.start();
  scene = await server.scene(
    {
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    },
    { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
  );
  await createUser(scene, "alice");
});

after(() => server?.stop());

function start(options = {}) {
  point(server, scene);
  const { password, ...rest } = options;
  return signIn({ username: "alice", password, options: { authFlowType: "USER_AUTH", ...rest } });
}

test("the user chooses, and proves it with a password", async () => {
  for (const factor of ["PASSWORD", "PASSWORD_SRP"]) {
    const asked = await start();
    assert.equal(asked.nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");
    assert.deepEqual(asked.nextStep.availableChallenges, [
      "PASSWORD_SRP", "PASSWORD", "EMAIL_OTP",
    ]);
    const chosen = await confirmSignIn({ challengeResponse: factor });
    assert.equal(chosen.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_PASSWORD");
    assert.deepEqual(await confirmSignIn({ challengeResponse: PASSWORD }), DONE);
    await signOut();
  }
});

test("a preferred password signs in at once", async () => {
  for (const preferredChallenge of ["PASSWORD", "PASSWORD_SRP"]) {
    assert.deepEqual(await start({ password: PASSWORD, preferredChallenge }), DONE);
    await signOut();
  }
});

test("a code by e-mail signs in", async () => {
  const asked = await start({ preferredChallenge: "EMAIL_OTP" });
  assert.equal(asked.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  const code = await server.code(scene.poolId, "alice");
  assert.deepEqual(await confirmSignIn({ challengeResponse: code }), DONE);
  await signOut();
});

test("a sign-up without a password ends signed in", async () => {
  point(server, scene);
  // Amplify looks out for the confirmation for three minutes; nothing here waits that long.
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (...given) => setTimeout(...given).unref();
  const signedUp = await signUp({
    username: "bob",
    options: {
      userAttributes: { email: "bob@example.com" },
      autoSignIn: { authFlowType: "USER_AUTH" },
    },
  });
  globalThis.setTimeout = setTimeout;
  assert.equal(signedUp.nextStep.signUpStep, "CONFIRM_SIGN_UP");
  const confirmationCode = await server.code(scene.poolId, "bob");
  const confirmed = await confirmSignUp({ username: "bob", confirmationCode });
  assert.equal(confirmed.nextStep.signUpStep, "COMPLETE_AUTO_SIGN_IN");
  assert.deepEqual(await autoSignIn(), DONE);
  const { tokens } = await fetchAuthSession();
  assert.equal(tokens.idToken.payload.email_verified, true);
  await signOut();
});
