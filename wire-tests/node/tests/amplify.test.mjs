// aws-amplify v6, unmodified: its auth category, configured with this server as its endpoint.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { AdminResetUserPasswordCommand } from "@aws-sdk/client-cognito-identity-provider";
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  confirmUserAttribute,
  deleteUser,
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  resendSignUpCode,
  resetPassword,
  signIn,
  signOut,
  signUp,
  updatePassword,
  updateUserAttribute,
} from "aws-amplify/auth";

import { point } from "../amplify.mjs";
import { NEW_PASSWORD, PASSWORD, Server, createUser } from "../support.mjs";

let server;
let scene;

before(async () => {
  server = await Server.start();
});

after(() => server?.stop());

/** Points Amplify at a new pool. */
async function configure(pool, client) {
  scene = await server.scene(pool, client);
  point(server, scene);
}

beforeEach(() => configure());

async function register(username) {
  const answer = await signUp({
    username,
    password: PASSWORD,
    options: { userAttributes: { email: `${username}@example.com` } },
  });
  assert.equal(answer.isSignUpComplete, false);
  assert.equal(answer.nextStep.signUpStep, "CONFIRM_SIGN_UP");
  assert.equal(answer.nextStep.codeDeliveryDetails.deliveryMedium, "EMAIL");
  return answer;
}

test("sign up, confirm, sign in by SRP, session, refresh, sign out", async () => {
  const { userId } = await register("alice");
  const confirmed = await confirmSignUp({
    username: "alice",
    confirmationCode: await server.code(scene.poolId, "alice"),
  });
  assert.equal(confirmed.isSignUpComplete, true);
  const signedIn = await signIn({ username: "alice", password: PASSWORD });
  assert.deepEqual(signedIn, { isSignedIn: true, nextStep: { signInStep: "DONE" } });
  const current = await getCurrentUser();
  assert.equal(current.username, "alice");
  assert.equal(current.userId, userId);

  const one = await fetchAuthSession();
  assert.equal(one.userSub, userId);
  assert.equal(one.tokens.accessToken.payload.token_use, "access");
  assert.equal(one.tokens.idToken.payload.email, "alice@example.com");
  const two = await fetchAuthSession({ forceRefresh: true });
  assert.notEqual(two.tokens.accessToken.toString(), one.tokens.accessToken.toString());
  assert.equal(
    two.tokens.accessToken.payload.origin_jti,
    one.tokens.accessToken.payload.origin_jti,
  );

  await signOut({ global: true });
  assert.equal((await fetchAuthSession()).tokens, undefined);
  await assert.rejects(getCurrentUser(), { name: "UserUnAuthenticatedException" });
});

test("the plain password flow", async () => {
  await createUser(scene, "bob");
  const answer = await signIn({
    username: "bob",
    password: PASSWORD,
    options: { authFlowType: "USER_PASSWORD_AUTH" },
  });
  assert.equal(answer.isSignedIn, true);
  assert.equal((await fetchUserAttributes()).email, "bob@example.com");
  await signOut();
});

test("errors keep their names and texts", async () => {
  await createUser(scene, "carl");
  await assert.rejects(signIn({ username: "carl", password: "wrong" }), {
    name: "NotAuthorizedException",
    message: "Incorrect username or password.",
  });
  await assert.rejects(signIn({ username: "nobody", password: PASSWORD }), {
    name: "UserNotFoundException",
    message: "User does not exist.",
  });
  await assert.rejects(signUp({ username: "carl", password: PASSWORD }), {
    name: "UsernameExistsException",
    message: "User already exists",
  });
  await assert.rejects(signUp({ username: "new", password: "short" }), {
    name: "InvalidPasswordException",
    message: "Password did not conform with policy: Password not long enough",
  });
});

test("an unconfirmed user is led to confirmation", async () => {
  await register("dora");
  const answer = await signIn({ username: "dora", password: PASSWORD });
  assert.deepEqual(answer, {
    isSignedIn: false,
    nextStep: { signInStep: "CONFIRM_SIGN_UP" },
  });
  const details = await resendSignUpCode({ username: "dora" });
  assert.deepEqual(details, {
    destination: "d***@e***",
    deliveryMedium: "EMAIL",
    attributeName: "email",
  });
  await confirmSignUp({
    username: "dora",
    confirmationCode: await server.code(scene.poolId, "dora"),
  });
  assert.equal((await signIn({ username: "dora", password: PASSWORD })).isSignedIn, true);
});

test("an invited user chooses a new password", async () => {
  await configure({ Schema: [{ Name: "given_name", Required: true }] });
  await createUser(scene, "erna", { confirmed: false });
  const answer = await signIn({ username: "erna", password: "Temporary-1" });
  assert.equal(answer.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
  assert.deepEqual(answer.nextStep.missingAttributes, ["given_name"]);
  const done = await confirmSignIn({
    challengeResponse: NEW_PASSWORD,
    options: { userAttributes: { given_name: "Erna" } },
  });
  assert.equal(done.isSignedIn, true);
  const attributes = await fetchUserAttributes();
  assert.equal(attributes.given_name, "Erna");
  assert.equal(attributes.email_verified, "true");
});

test("a forgotten password, and one that must be reset", async () => {
  await createUser(scene, "fritz");
  const answer = await resetPassword({ username: "fritz" });
  assert.equal(answer.nextStep.resetPasswordStep, "CONFIRM_RESET_PASSWORD_WITH_CODE");
  assert.equal(answer.nextStep.codeDeliveryDetails.destination, "f***@e***");
  await confirmResetPassword({
    username: "fritz",
    newPassword: NEW_PASSWORD,
    confirmationCode: await server.code(scene.poolId, "fritz"),
  });
  assert.equal((await signIn({ username: "fritz", password: NEW_PASSWORD })).isSignedIn, true);
  await signOut();

  await scene.sdk.send(
    new AdminResetUserPasswordCommand({ UserPoolId: scene.poolId, Username: "fritz" }),
  );
  const reset = await signIn({ username: "fritz", password: NEW_PASSWORD });
  assert.deepEqual(reset, { isSignedIn: false, nextStep: { signInStep: "RESET_PASSWORD" } });
});

test("changing the password and an attribute, and leaving", async () => {
  await createUser(scene, "gina");
  await signIn({ username: "gina", password: PASSWORD });
  await updatePassword({ oldPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const answer = await updateUserAttribute({
    userAttribute: { attributeKey: "email", value: "new@example.com" },
  });
  assert.equal(answer.nextStep.updateAttributeStep, "CONFIRM_ATTRIBUTE_WITH_CODE");
  assert.equal(answer.nextStep.codeDeliveryDetails.destination, "n***@e***");
  await confirmUserAttribute({
    userAttributeKey: "email",
    confirmationCode: await server.code(scene.poolId, "gina"),
  });
  assert.equal((await fetchUserAttributes()).email_verified, "true");
  await deleteUser();
  await assert.rejects(signIn({ username: "gina", password: NEW_PASSWORD }), {
    name: "UserNotFoundException",
  });
});
