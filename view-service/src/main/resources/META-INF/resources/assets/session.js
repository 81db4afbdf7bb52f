/** Who is signed in. All tabs hear of it when one of them signs in or out. */

import { send } from "./actions.js";

/**
 * @typedef {object} Session
 * @property {boolean} signedIn
 * @property {string} [id]
 * @property {string} [name]
 * @property {string[]} creators handles of the pages that are theirs
 * @property {string[]} demo handles that one may sign in as, for trying Bits out
 * @property {boolean} guests whether anyone may sign in with a name alone
 */

/** All pages that a server was lost for don't ask it in the same moment when it is back. */
const SOON_MS = 3000;

/** @type {Session} */
const NOBODY = { signedIn: false, creators: [], demo: [], guests: false };

const tabs = new BroadcastChannel("bits:session");
/** @type {((session: Session) => void)[]} */
const listeners = [];
let soonTimer = 0;

/** @type {Session} */
export let session = NOBODY;

tabs.onmessage = () => refresh();
// A page from the back/forward cache shows who was signed in then.
addEventListener("pageshow", (event) => {
  if (event.persisted) refresh();
});

/** @param {(session: Session) => void} listener called now and on every change */
export function onSession(listener) {
  listeners.push(listener);
  listener(session);
}

/** Asks the server who is signed in. When it can't say, what was known stands. */
export async function refresh() {
  try {
    session = { ...NOBODY, ...(await send("GET", "/auth/session")) };
  } catch (problem) {
    if (problem.status === 401) session = NOBODY;
    else console.warn("Bits could not ask who is signed in:", problem.message);
  }
  listeners.forEach((listener) => listener(session));
}

/** As `refresh`, within seconds; once, however many ask for it until then. */
export function refreshSoon() {
  soonTimer ||= setTimeout(() => {
    soonTimer = 0;
    refresh();
  }, Math.random() * SOON_MS);
}

/** @param {string} handle of a creator of the demo data */
export const signInAsDemo = (handle) => changed(send("POST", "/auth/demo", { handle }));

/** @param {string} name as others will see it */
export const signInAsGuest = (name) => changed(send("POST", "/auth/guest", { name }));

export const signOut = () => changed(send("DELETE", "/auth/session"));

/** Also for actions that change what is theirs, such as a new page. @param {Promise<any>} request */
export async function changed(request) {
  const reply = await request;
  tabs.postMessage("changed");
  await refresh();
  return reply;
}
