/** The small indicator that says whether the page is live. */

import { announce } from "./announce.js";

/** @type {Record<import("./connection.js").State, [word: string, explanation: string]>} */
const WORDS = {
  connecting: ["Connecting", "Connecting"],
  live: ["Live", "What is new appears by itself"],
  behind: ["Behind", "The server may not have the newest yet"],
  reconnecting: ["Reconnecting", "The connection was lost, it is being made again"],
  offline: ["Offline", "No connection. What is new will appear when it is back"],
};

/** Only what lasts is worth interrupting somebody for. */
const WORTH_SAYING_MS = 5000;

/** What changes a page is on its way to it within milliseconds. */
const PATIENCE_MS = 5000;
/** What may have changed nothing is told of by the keep-alive only, 15 s after the last event. */
const KEEPALIVE_PATIENCE_MS = 20_000;

export class LiveIndicator {
  #element = document.getElementById("live");
  #word = document.getElementById("live-word");
  /** @type {import("./connection.js").State} that the connection is in */ #connection = "connecting";
  #reached = 0;
  /** Bases that are known of and that the stream did not reach in time. @type {Set<number>} */ #overdue = new Set();
  #said = "live";
  #sayTimer = 0;

  constructor() {
    this.#element.hidden = false;
  }

  /** @param {import("./connection.js").State} state of the connection */
  show(state) {
    this.#connection = state;
    this.#update();
  }

  /** The stream shows everything up to a basis. @param {number} t */
  reached(t) {
    this.#reached = t;
    for (const overdue of this.#overdue) if (overdue <= t) this.#overdue.delete(overdue);
    this.#update();
  }

  /**
   * There is a basis, by the answer to an action, that the stream should reach soon.
   *
   * @param {number} t
   * @param {boolean} changes whether it surely changes something on this page
   */
  expect(t, changes) {
    setTimeout(() => {
      if (t <= this.#reached) return;
      this.#overdue.add(t);
      this.#update();
    }, changes ? PATIENCE_MS : KEEPALIVE_PATIENCE_MS);
  }

  /** Another history has begun, in which t starts anew. */
  forget() {
    this.#overdue.clear();
  }

  #update() {
    const state = this.#connection === "live" && this.#overdue.size > 0 ? "behind" : this.#connection;
    if (this.#element.dataset.state === state) return;
    const [word, explanation] = WORDS[state];
    this.#element.dataset.state = state;
    this.#element.title = explanation;
    this.#word.textContent = word;
    clearTimeout(this.#sayTimer);
    this.#sayTimer = setTimeout(() => {
      if (state === this.#said || state === "connecting") return;
      this.#said = state;
      announce(`${word}. ${explanation}.`);
    }, WORTH_SAYING_MS);
  }
}
