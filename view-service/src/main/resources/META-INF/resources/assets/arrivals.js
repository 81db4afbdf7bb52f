/** Tells those who hear the page, now and then, how many are here and who came. */

import { announce } from "./announce.js";
import { counted, others } from "./presence-words.js";

/** Until then, what changes is that this page itself has come. */
const ARRIVED_MS = 5000;
/** Somebody may look in and leave again at once. */
const SETTLED_MS = 3000;
/** Whoever is reading is not to be told all the time. */
const RARELY_MS = 20_000;
/** Among more than so many it is not of interest who came, nor whether one came or left. */
const FEW = 20;

export class Arrivals {
  /** What was known when something was last said. @type {?import("./presence-state.js").Presence} */ #said = null;
  /** @type {?import("./presence-state.js").Presence} */ #now = null;
  /** @type {string|undefined} */ #me;
  #saidAt = 0;
  #openedAt = Date.now();
  #timer = 0;

  /**
   * @param {import("./presence-state.js").Presence} presence
   * @param {string} [me] id of whoever looks, where they are signed in
   */
  heard(presence, me) {
    this.#now = presence;
    this.#me = me;
    if (!this.#said || Date.now() - this.#openedAt < ARRIVED_MS) {
      this.#said = presence;
      return;
    }
    this.#timer ||= setTimeout(() => this.#say(), Math.max(SETTLED_MS, this.#saidAt + RARELY_MS - Date.now()));
  }

  #say() {
    this.#timer = 0;
    const text = this.#news();
    if (!text) return;
    announce(text);
    this.#said = this.#now;
    this.#saidAt = Date.now();
  }

  /** @returns {string} nothing, where it is as it was or not worth a word */
  #news() {
    const { count, viewers } = this.#now;
    const more = count - this.#said.count;
    if (count > FEW) return Math.abs(more) > count / 10 ? `${counted(count)} here now.` : "";
    const known = new Set(this.#said.viewers.map(({ id }) => id));
    const came = viewers.filter(({ id }) => !known.has(id) && id !== this.#me);
    if (more <= 0 || came.length === 0) return more === 0 ? "" : `${counted(count)} here now.`;
    const rest = Math.max(more, came.length) - 1;
    return rest === 0 ? `${came[0].name} came.` : `${came[0].name} and ${others(rest)} came.`;
  }
}
