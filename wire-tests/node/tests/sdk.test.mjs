// @aws-sdk/client-cognito-identity-provider, unmodified.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import {
  AdminAddUserToGroupCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  ConfirmSignUpCommand,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  InvalidParameterException,
  NotAuthorizedException,
  ResourceNotFoundException,
  RevokeTokenCommand,
  SignUpCommand,
  UpdateUserPoolCommand,
  UsernameExistsException,
  UserNotFoundException,
  paginateListUsers,
} from "@aws-sdk/client-cognito-identity-provider";

import { PASSWORD, Server, claims, createUser } from "../support.mjs";

let server;

before(async () => {
  server = await Server.start();
});

after(() => server?.stop());

function signIn({ sdk, clientId }, username, password = PASSWORD, extra = {}) {
  return sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: username, PASSWORD: password, ...extra },
    }),
  );
}

test("a user signs up, confirms, signs in, refreshes and signs out", async () => {
  const scene = await server.scene();
  const { sdk, poolId, clientId } = scene;
  const made = await sdk.send(
    new SignUpCommand({
      ClientId: clientId,
      Username: "alice",
      Password: PASSWORD,
      UserAttributes: [{ Name: "email", Value: "alice@example.com" }],
    }),
  );
  assert.equal(made.UserConfirmed, false);
  assert.deepEqual(made.CodeDeliveryDetails, {
    Destination: "a***@e***",
    DeliveryMedium: "EMAIL",
    AttributeName: "email",
  });
  await sdk.send(
    new ConfirmSignUpCommand({
      ClientId: clientId,
      Username: "alice",
      ConfirmationCode: await server.code(poolId, "alice"),
    }),
  );
  const first = await signIn(scene, "alice");
  assert.equal(first.ChallengeName, undefined);
  assert.deepEqual(first.ChallengeParameters, {});
  const tokens = first.AuthenticationResult;
  assert.equal(tokens.TokenType, "Bearer");
  assert.equal(tokens.ExpiresIn, 3600);
  assert.equal(claims(tokens.IdToken).email_verified, true);
  assert.equal(claims(tokens.AccessToken).sub, made.UserSub);

  const refreshed = await sdk.send(
    new GetTokensFromRefreshTokenCommand({
      ClientId: clientId,
      RefreshToken: tokens.RefreshToken,
    }),
  );
  assert.equal(refreshed.AuthenticationResult.RefreshToken, undefined);
  const access = refreshed.AuthenticationResult.AccessToken;
  const me = await sdk.send(new GetUserCommand({ AccessToken: access }));
  assert.equal(me.Username, "alice");

  await sdk.send(new GlobalSignOutCommand({ AccessToken: access }));
  await assert.rejects(sdk.send(new GetUserCommand({ AccessToken: access })), (error) => {
    assert.ok(error instanceof NotAuthorizedException);
    assert.equal(error.message, "Access Token has been revoked");
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
});

test("revoking a refresh token ends its family", async () => {
  const scene = await server.scene();
  await createUser(scene, "bob");
  const { AuthenticationResult: one } = await signIn(scene, "bob");
  const { AuthenticationResult: two } = await signIn(scene, "bob");
  await scene.sdk.send(
    new RevokeTokenCommand({ ClientId: scene.clientId, Token: one.RefreshToken }),
  );
  await assert.rejects(
    scene.sdk.send(new GetUserCommand({ AccessToken: one.AccessToken })),
    { name: "NotAuthorizedException", message: "Access Token has been revoked" },
  );
  const me = await scene.sdk.send(new GetUserCommand({ AccessToken: two.AccessToken }));
  assert.equal(me.Username, "bob");
});

test("refusals are instances of the modelled classes", async () => {
  const scene = await server.scene();
  await createUser(scene, "carol");
  const { sdk, poolId } = scene;
  const cases = [
    [
      () => sdk.send(new AdminGetUserCommand({ UserPoolId: poolId, Username: "nobody" })),
      UserNotFoundException,
      "User does not exist.",
    ],
    [
      () => sdk.send(new DescribeUserPoolCommand({ UserPoolId: "us-east-1_ABCdef123" })),
      ResourceNotFoundException,
      "User pool us-east-1_ABCdef123 does not exist.",
    ],
    [() => createUser(scene, "carol"), UsernameExistsException, "User account already exists"],
    [() => signIn(scene, "carol", "wrong"), NotAuthorizedException, "Incorrect username or password."],
    [
      () => sdk.send(new DescribeUserPoolCommand({ UserPoolId: "!" })),
      InvalidParameterException,
      "1 validation error detected: Value '!' at 'userPoolId' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
    ],
  ];
  for (const [act, kind, message] of cases) {
    await assert.rejects(act, (error) => {
      assert.ok(error instanceof kind, error.name);
      assert.equal(error.message, message);
      assert.equal(error.$fault, "client");
      assert.equal(error.$metadata.httpStatusCode, 400);
      assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
      return true;
    });
  }
});

test("empty answers and dates are understood", async () => {
  const scene = await server.scene();
  await createUser(scene, "dora");
  const { sdk, poolId } = scene;
  const begun = Date.now();
  await sdk.send(new CreateGroupCommand({ UserPoolId: poolId, GroupName: "staff" }));
  const who = { UserPoolId: poolId, Username: "dora" };
  await sdk.send(new AdminAddUserToGroupCommand({ ...who, GroupName: "staff" }));
  const groups = await sdk.send(new AdminListGroupsForUserCommand(who));
  assert.deepEqual(groups.Groups.map((group) => group.GroupName), ["staff"]);
  const seen = await sdk.send(new AdminGetUserCommand(who));
  assert.ok(seen.UserCreateDate instanceof Date);
  assert.ok(Math.abs(seen.UserCreateDate.getTime() - begun) < 60_000);
  await sdk.send(new UpdateUserPoolCommand({ UserPoolId: poolId }));
  await sdk.send(new AdminDeleteUserCommand(who));
  await assert.rejects(sdk.send(new AdminGetUserCommand(who)), { name: "UserNotFoundException" });
});

test("the paginator walks all users", async () => {
  const scene = await server.scene();
  const names = Array.from({ length: 7 }, (_, n) => `user${n}`);
  for (const name of names) await createUser(scene, name, { confirmed: false });
  const seen = [];
  const pages = paginateListUsers({ client: scene.sdk, pageSize: 3 }, { UserPoolId: scene.poolId });
  for await (const page of pages) {
    assert.ok(page.Users.length <= 3);
    seen.push(...page.Users.map((user) => user.Username));
  }
  assert.deepEqual(seen.sort(), names);
});

test("a secret client signs in with its hash", async () => {
  const scene = await server.scene({}, { GenerateSecret: true });
  await createUser(scene, "erna");
  const { UserPoolClient } = await scene.sdk.send(
    new DescribeUserPoolClientCommand({
      UserPoolId: scene.poolId,
      ClientId: scene.clientId,
    }),
  );
  const hash = createHmac("sha256", UserPoolClient.ClientSecret)
    .update(`erna${scene.clientId}`)
    .digest("base64");
  await assert.rejects(signIn(scene, "erna"), {
    name: "NotAuthorizedException",
    message: `Client ${scene.clientId} is configured with secret but SECRET_HASH was not received`,
  });
  const answer = await signIn(scene, "erna", PASSWORD, { SECRET_HASH: hash });
  assert.ok(answer.AuthenticationResult.AccessToken);
});

test("a temporary password leads to a challenge with a session", async () => {
  const scene = await server.scene({}, {
    ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  await createUser(scene, "fritz", { confirmed: false });
  const answer = await scene.sdk.send(
    new AdminInitiateAuthCommand({
      UserPoolId: scene.poolId,
      ClientId: scene.clientId,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "fritz", PASSWORD: "Temporary-1" },
    }),
  );
  assert.equal(answer.ChallengeName, "NEW_PASSWORD_REQUIRED");
  assert.equal(answer.AuthenticationResult, undefined);
  assert.equal(answer.ChallengeParameters.USER_ID_FOR_SRP, "fritz");
  assert.deepEqual(JSON.parse(answer.ChallengeParameters.requiredAttributes), []);
  assert.deepEqual(JSON.parse(answer.ChallengeParameters.userAttributes), {
    email: "fritz@example.com",
    email_verified: "true",
  });
});
