// Makes a passkey, or signs in with one, and sends what came of it with the form.
(() => {
  const box = document.getElementById("passkey");
  const button = document.getElementById("passkey-button");
  const form = document.getElementById("passkey-form");
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  const read = (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (options.user) publicKey.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) publicKey.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) publicKey.allowCredentials = named(options.allowCredentials);
    return publicKey;
  };
  const write = (credential) => {
    const { id, rawId, type, authenticatorAttachment, response } = credential;
    const told = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) told[name] = text(response[name]);
    }
    if (response.getTransports) told.transports = response.getTransports();
    return JSON.stringify({
      id,
      rawId: text(rawId),
      type,
      authenticatorAttachment: authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: told,
    });
  };
  const ask = async () => {
    const alert = document.getElementById("passkey-alert");
    alert.hidden = true;
    button.disabled = true;
    try {
      const publicKey = read(JSON.parse(box.dataset.options));
      const credential = await navigator.credentials[box.dataset.kind]({ publicKey });
      form.elements.credential.value = write(credential);
      form.submit();
    } catch {
      alert.textContent = box.dataset.failed;
      alert.hidden = false;
      button.disabled = false;
    }
  };
  button.addEventListener("click", ask);
  button.disabled = !navigator.credentials;
})();
