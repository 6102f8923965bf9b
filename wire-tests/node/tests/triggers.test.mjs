// Functions written in Node, behind a webhook and behind an Invoke endpoint of Lambda's.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import {
  AdminGetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
  UserLambdaValidationException,
  UserNotFoundException,
} from "@aws-sdk/client-cognito-identity-provider";

import { PASSWORD, Server, claims, createUser } from "../support.mjs";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:";
const KEY = Buffer.from("0123456789abcdef0123456789abcdef");

const handlers = {
  async PreSignUp_SignUp(event) {
    if (event.userName.startsWith("x")) throw new Error("No names with x");
    event.response.autoConfirmUser = true;
    return event;
  },
  async TokenGeneration_Authentication(event) {
    event.response.claimsOverrideDetails = { claimsToAddOrOverride: { team: "node" } };
    return event;
  },
  async UserMigration_Authentication(event) {
    if (event.request.password !== PASSWORD) throw new Error("Who is that?");
    event.response.userAttributes = { email: "old@example.com", email_verified: "true" };
    event.response.finalUserStatus = "CONFIRMED";
    event.response.messageAction = "SUPPRESS";
    return event;
  },
  async DefineAuthChallenge_Authentication(event) {
    const last = event.request.session.at(-1);
    event.response.issueTokens = last?.challengeResult === true;
    event.response.failAuthentication = last?.challengeResult === false;
    if (!last) event.response.challengeName = "CUSTOM_CHALLENGE";
    return event;
  },
  async CreateAuthChallenge_Authentication(event) {
    event.response.publicChallengeParameters = { hint: "six times nine" };
    event.response.privateChallengeParameters = { answer: "42" };
    return event;
  },
  async VerifyAuthChallengeResponse_Authentication({ request, ...event }) {
    const answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer;
    return { ...event, request, response: { answerCorrect } };
  },
};

const triggers = [
  "PreSignUp", "PreTokenGeneration", "UserMigration", "DefineAuthChallenge",
  "CreateAuthChallenge", "VerifyAuthChallengeResponse",
];

/** Runs the function of an event, as a runtime does: what it returns, or what it threw. */
async function run(text) {
  const event = JSON.parse(text);
  const handle = handlers[event.triggerSource] ?? ((unchanged) => unchanged);
  try {
    return { body: await handle(event) };
  } catch (error) {
    return { body: { errorType: error.name, errorMessage: error.message }, threw: true };
  }
}

/** Answers `POST /hook` as a webhook and the path of Invoke as Lambda. */
async function answer(request, reply) {
  let text = "";
  for await (const part of request) text += part;
  const { body, threw } = await run(text);
  const headers = { "content-type": "application/json" };
  if (request.url === "/hook") {
    const { "webhook-id": id, "webhook-timestamp": time } = request.headers;
    const signed = createHmac("sha256", KEY).update(`${id}.${time}.${text}`).digest("base64");
    assert.equal(request.headers["webhook-signature"], `v1,${signed}`);
    reply.writeHead(threw ? 422 : 200, headers);
  } else {
    const path = `/2015-03-31/functions/${encodeURIComponent(`${ARN}lambda`)}/invocations`;
    assert.equal(request.url, path);
    assert.match(request.headers.authorization, /\/us-east-1\/lambda\/aws4_request/);
    reply.writeHead(200, threw ? { ...headers, "x-amz-function-error": "Unhandled" } : headers);
  }
  reply.end(JSON.stringify(body));
}

let functions;
let folder;
let server;

before(async () => {
  functions = createServer((request, reply) => {
    answer(request, reply).catch((error) => reply.writeHead(500).end(error.message));
  });
  await new Promise((resolve) => functions.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${functions.address().port}`;
  folder = mkdtempSync(join(tmpdir(), "cenote-triggers-"));
  const config = join(folder, "cenote.toml");
  writeFileSync(config, `
    [[triggers]]
    arn = "${ARN}webhook"
    webhook = "${url}/hook"
    secret = "whsec_${KEY.toString("base64")}"
    [[triggers]]
    arn = "${ARN}lambda"
    lambda_endpoint = "${url}"
    [aws]
    access_key_id = "AKIAEXAMPLE"
    secret_access_key = "secret"
  `);
  server = await Server.start("--config", config);
});

after(async () => {
  await server?.stop();
  functions?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const target of ["webhook", "lambda"]) {
  test(`functions behind a ${target} decide sign-up, tokens, migration and challenges`, async () => {
    const LambdaConfig = Object.fromEntries(triggers.map((name) => [name, ARN + target]));
    const scene = await server.scene(
      { LambdaConfig },
      { ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"] },
    );
    const { sdk, poolId, clientId: ClientId } = scene;
    const signUp = (Username) => sdk.send(new SignUpCommand({ ClientId, Username, Password: PASSWORD }));
    const signIn = (USERNAME, secret = PASSWORD) => sdk.send(new InitiateAuthCommand({
      ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME, PASSWORD: secret },
    }));
    assert.equal((await signUp("ada")).UserConfirmed, true);
    await assert.rejects(signUp("xavier"), (error) => {
      assert.ok(error instanceof UserLambdaValidationException);
      assert.equal(error.message, "PreSignUp failed with error No names with x.");
      return true;
    });
    const { AuthenticationResult: tokens } = await signIn("ada");
    assert.equal(claims(tokens.IdToken).team, "node");

    await assert.rejects(signIn("old", "Wrong-Horse-9"), UserNotFoundException);
    assert.ok((await signIn("old")).AuthenticationResult.AccessToken);
    const old = await sdk.send(new AdminGetUserCommand({ UserPoolId: poolId, Username: "old" }));
    assert.equal(old.UserStatus, "CONFIRMED");

    await createUser(scene, "bob");
    const begin = () => sdk.send(new InitiateAuthCommand({
      ClientId, AuthFlow: "CUSTOM_AUTH", AuthParameters: { USERNAME: "bob" },
    }));
    const respond = ({ ChallengeName, Session }, ANSWER) => sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId, ChallengeName, Session, ChallengeResponses: { USERNAME: "bob", ANSWER },
      }),
    );
    const asked = await begin();
    assert.deepEqual(asked.ChallengeParameters, { USERNAME: "bob", hint: "six times nine" });
    assert.ok((await respond(asked, "42")).AuthenticationResult.AccessToken);
    await assert.rejects(respond(await begin(), "41"), /Incorrect username or password\./);
  });
}
