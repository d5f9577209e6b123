/** `pageToken` and its like say where to go on, and reports need them. */
const HARMLESS = /(page|continuation|sync)token$/;
const SECRET = /token(?!s)|secret|apikey|passw(or)?d|passphrase|credential|privatekey|authorization|cookie|^xauth/;
/** A JSON member is judged by how it ends: `tokenUrl` and `apiKeySecurityScheme` hold no secret, `duplo_token` does. */
const SECRET_ENDING = new RegExp(
  `(${[
    'token|secrets?|apikeys?|passw(or)?ds?|passphrase|credentials?|kubeconfig|authorization|cookies?',
    'privatekey|accesskey(id)?|secretkey|clientassertion|codeverifier',
  ].join('|')})$`,
);
/** The members of these are named by whoever wrote them: a scheme called `apiKey`, a property called `password`. */
const NAME_MAP = /^(security(schemes|requirements)?|schemes|flows|properties|patternproperties|definitions|\$defs)$/;

/** Header names, query parameters and form fields. */
export function isSecretName(name: string): boolean {
  const plain = normal(name);
  return SECRET.test(plain) && !HARMLESS.test(plain);
}

export function isSecretMember(key: string): boolean {
  const plain = normal(key);
  return SECRET_ENDING.test(plain) && !HARMLESS.test(plain);
}

export function isNameMap(key: string): boolean {
  return NAME_MAP.test(normal(key));
}

// Names are short; a long key is content, and its start and end tell enough.
function normal(name: string): string {
  const short = name.length > 200 ? name.slice(0, 100) + name.slice(-100) : name;
  return short.toLowerCase().replace(/[-_.\s]/g, '');
}
