/** What this page asks of the server: actions and identity, as same-origin JSON with the session's cookie. */

const RETRIES = 2;
const RETRY_MS = 800;
const LONGEST_RETRY_MS = 10_000;

/** A request that was refused, as the server explains it (RFC 9457), or that never got an answer (status 0). */
export class Problem extends Error {
  /** @param {{status: number, title?: string, detail?: string, violations?: {field: string, message: string}[]}} problem */
  constructor({ status, title, detail, violations }) {
    super(detail || title || `The server answered ${status}.`);
    this.status = status;
    this.violations = violations ?? [];
  }
}

/** A key that makes repeating an action harmless. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // randomUUID needs a secure context, which plain HTTP by another name than localhost is not.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} name of the action, as in /actions/{name}
 * @param {object} body
 * @param {string} [key] the Idempotency-Key: the same for every try of the same thing
 * @returns {Promise<{action: string, t: number, at: string, result: object}>}
 * @throws {Problem}
 */
export async function act(name, body, key = newKey()) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send("POST", `/actions/${name}`, body, { "Idempotency-Key": key });
    } catch (problem) {
      // 0: no answer, 503: never submitted, 504: outcome unknown. With its key, repeating can't do it twice.
      if (![0, 503, 504].includes(problem.status) || attempt >= RETRIES) throw problem;
      const wait = problem.retryAfterMs ?? RETRY_MS * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, LONGEST_RETRY_MS)));
    }
  }
}

/**
 * @param {"GET"|"POST"|"DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} the JSON of the reply, undefined where it has none
 * @throws {Problem}
 */
export async function send(method, path, body, headers = {}) {
  const request = { method, credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Problem({ status: 0, detail: "The server can’t be reached. Nothing is lost: try again in a moment." });
  }
  const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
  const reply = isJson ? await response.json().catch(() => undefined) : undefined;
  if (response.ok) return reply;
  const problem = new Problem({ ...reply, status: response.status });
  const retryAfter = Number(response.headers.get("Retry-After"));
  if (retryAfter > 0) problem.retryAfterMs = retryAfter * 1000;
  throw problem;
}
