/** The small indicator that says whether the page is live. */

import { announce } from "./announce.js";

/** @type {Record<import("./connection.js").State, [word: string, explanation: string]>} */
const WORDS = {
  connecting: ["Connecting", "Connecting"],
  live: ["Live", "New posts appear by themselves"],
  behind: ["Behind", "The server may not have the newest posts yet"],
  reconnecting: ["Reconnecting", "The connection was lost, it is being made again"],
  offline: ["Offline", "No connection. New posts will appear when it is back"],
  gone: ["Closed", "This page does not exist any more"],
};

/** Only what lasts is worth interrupting somebody for. */
const WORTH_SAYING_MS = 5000;

export class LiveIndicator {
  #element = document.getElementById("live");
  #word = document.getElementById("live-word");
  #said = "live";
  #sayTimer = 0;

  constructor() {
    this.#element.hidden = false;
  }

  /** @param {import("./connection.js").State} state */
  show(state) {
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
