/**
 * One live stream per browser and URL, however many tabs show it: a browser has six HTTP/1.1 connections for a host, and a
 * POST must never wait for one.
 *
 * The tab that leads holds the connection, and only tabs that are looked at take part. Each keeps the newest of what the stream is of,
 * with its id, so each can answer a newcomer or go on where a leader stopped.
 *
 * Messages of the leader's:
 *   state {state, t}           on every change and sign of life; t is how far the server is
 *   morph {id, data, base, truth}  or another event of the stream: what changed since the id `base`; all there is if there is no
 *                              `base`
 */

import { whileLookedAt } from "./attention.js";
import { Connection } from "./connection.js";
import { basis, sameEpoch, supersedes } from "./event-id.js";
import { Leadership } from "./leadership.js";

/**
 * What a stream is of, as it is known in this tab.
 *
 * @typedef {object} Content
 * @property {string[]} events names of those that it is made of
 * @property {(type: string, data: string, sameHistory: boolean) => void} apply
 * @property {() => {type: string, data: string}} whole an event that says all of it
 * @property {boolean} [stale] the server may not have had the newest when it sent the last event
 */

export class SharedStream {
  /** The id of what this tab has. @type {string} */ #id;
  /** The id that the connection resumed from. */ #from = "";
  /** How far the server is, by what arrived. */ #t;
  #url;
  #query;
  #content;
  #listener;
  #connection;
  #leadership;

  /**
   * @param {string} url of the stream, which is also its name among the tabs
   * @param {{id: string, content: Content}} had what this tab has, and the id of it
   * @param {{
   *   state: (state: import("./connection.js").State) => void,
   *   reached?: (t: number) => void,
   *   left?: () => void,
   * }} listener `left` hears that nobody looks any more, so that nothing is heard until somebody does again
   * @param {() => Record<string, string>} [query] what else is asked for, anew with each connection
   */
  constructor(url, { id, content }, listener, query = () => ({})) {
    this.#url = url;
    this.#query = query;
    this.#id = id;
    this.#t = basis(id);
    this.#content = content;
    this.#listener = listener;
    this.#connection = new Connection(() => this.#address(), {
      state: (state) => this.#tell(state),
      reached: (t) => this.#reach(t),
      events: Object.fromEntries(content.events.map((type) => [type, (id, data) => this.#arrived(type, id, data)])),
    });
    this.#leadership = new Leadership(`bits:${url}`, {
      id: () => this.#id,
      lead: () => this.#connection.open(),
      stop: () => this.#connection.close(),
      nudge: () => this.#connection.nudge(),
      welcome: (id) => this.#welcome(id),
      hear: (message) => this.#hear(message),
    });
  }

  /** The basis t of what this tab has. */
  get t() {
    return basis(this.#id);
  }

  start() {
    whileLookedAt({
      come: () => this.#leadership.join(),
      go: () => {
        this.#leadership.leave();
        this.#listener.left?.();
      },
    });
    addEventListener("online", () => {
      if (this.#leadership.leading) this.#connection.nudge();
    });
    addEventListener("offline", () => {
      if (this.#leadership.leading) this.#connection.verify();
    });
  }

  /** To be called when there is something else to ask for. */
  reconnect() {
    if (this.#leadership.leading) this.#connection.open();
  }

  #address() {
    this.#from = this.#id;
    const address = new URL(this.#url, location.href);
    for (const [name, value] of Object.entries(this.#query())) address.searchParams.set(name, value);
    if (this.#from) address.searchParams.set("from", this.#from);
    return address;
  }

  #arrived(type, id, data) {
    // Going back is allowed in one case: the server's history ends before the id that we resumed from.
    const truth = sameEpoch(id, this.#from) && basis(id) < basis(this.#from);
    const message = { type, id, data, base: this.#id, truth };
    this.#leadership.tell(message);
    this.#apply(message);
    return this.#content.stale;
  }

  /** @param {string} id what the newcomer has */
  #welcome(id) {
    const { state } = this.#connection;
    const connected = state === "live" || state === "behind";
    if (connected) {
      if (this.#id && supersedes(this.#id, id)) {
        this.#leadership.tell({ ...this.#content.whole(), id: this.#id, truth: false });
      }
    } else if (!sameEpoch(this.#id, id)) {
      // The newcomer has been to the server since we lost it, and found another history: keep ours for ourselves.
      this.#connection.nudge();
    }
    this.#leadership.tell({ type: "state", state, t: this.#t });
  }

  #hear(message) {
    if (message.type !== "state") return this.#apply(message);
    this.#reach(message.t);
    this.#listener.state(message.state);
  }

  #apply({ type, id, data, base, truth }) {
    if (!truth && !supersedes(id, this.#id)) return;
    // Somebody who was suspended has missed a part, and what is not in this one may have changed in that.
    if (base && base !== this.#id && supersedes(base, this.#id)) return this.#leadership.ask();
    const sameHistory = sameEpoch(id, this.#id);
    this.#id = id;
    this.#t = sameHistory && !truth ? Math.max(this.#t, basis(id)) : basis(id);
    this.#content.apply(type, data, sameHistory);
    this.#listener.reached?.(this.#t);
  }

  /** @param {number} t */
  #reach(t) {
    this.#t = Math.max(this.#t, t);
    this.#listener.reached?.(this.#t);
  }

  /** @param {import("./connection.js").State} state */
  #tell(state) {
    this.#leadership.tell({ type: "state", state, t: this.#t });
    this.#listener.state(state);
  }
}
