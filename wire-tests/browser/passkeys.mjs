// What a page does with the answers of the API: passkeys made and used by the browser itself.

import {
  CompleteWebAuthnRegistrationCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SetUserPoolMfaConfigCommand,
  StartWebAuthnRegistrationCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { PASSWORD, createUser } from "../node/support.mjs";

/** A pool that takes passwords and passkeys for a relying party, or for its own domain, and its user ada. */
export async function passkeyScene(server, configuration = { RelyingPartyId: "localhost" }) {
  const scene = await server.scene(
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } } },
    { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
  );
  await configure(scene, configuration);
  await createUser(scene, "ada");
  const { AuthenticationResult } = await initiate(scene, {
    PREFERRED_CHALLENGE: "PASSWORD",
    PASSWORD,
  });
  return { ...scene, token: AuthenticationResult.AccessToken };
}

/** Sets the passkey configuration. */
export function configure({ sdk, poolId }, configuration) {
  return sdk.send(
    new SetUserPoolMfaConfigCommand({ UserPoolId: poolId, WebAuthnConfiguration: configuration }),
  );
}

/** Begins a sign-in of ada. */
export function initiate({ sdk, clientId }, parameters) {
  return sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: "USER_AUTH",
      AuthParameters: { USERNAME: "ada", ...parameters },
    }),
  );
}

/** `navigator.credentials.create()` on the page; gives RegistrationResponseJSON. */
export function create(page, options) {
  return page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options);
}

/** `navigator.credentials.get()` on the page; gives AuthenticationResponseJSON. */
export function get(page, options) {
  return page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);
}

/** The options for a new passkey of ada. */
export async function creationOptions({ sdk, token }) {
  const started = await sdk.send(new StartWebAuthnRegistrationCommand({ AccessToken: token }));
  return started.CredentialCreationOptions;
}

/** Registers a passkey of ada that the page makes. */
export async function register(scene, page, options) {
  const credential = await create(page, options ?? (await creationOptions(scene)));
  await scene.sdk.send(
    new CompleteWebAuthnRegistrationCommand({ AccessToken: scene.token, Credential: credential }),
  );
  return credential;
}

/** Asks for ada's passkey: the challenge, and the options in it. */
export async function ask(scene) {
  const asked = await initiate(scene, { PREFERRED_CHALLENGE: "WEB_AUTHN" });
  const options = JSON.parse(asked.ChallengeParameters?.CREDENTIAL_REQUEST_OPTIONS ?? "null");
  return { ...asked, options };
}

/** Answers with a credential. */
export function answer({ sdk, clientId }, { Session }, credential) {
  return sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: "WEB_AUTHN",
      Session,
      ChallengeResponses: { USERNAME: "ada", CREDENTIAL: JSON.stringify(credential) },
    }),
  );
}

/** Signs ada in with a passkey that the page uses. */
export async function signIn(scene, page) {
  const asked = await ask(scene);
  const answered = await answer(scene, asked, await get(page, asked.options));
  return answered.AuthenticationResult;
}
