/**
 * One live stream per browser and URL, however many tabs show it: a browser has six HTTP/1.1 connections for a host, and a
 * POST must never wait for one.
 *
 * Every tab asks for the Web Lock named after the stream; the one that gets it leads. The leader alone holds a connection and
 * passes on what arrives over a BroadcastChannel. Every tab keeps the newest section with its id, so each can answer a
 * newcomer or go on where a leader stopped: when its tab is closed, goes into the back/forward cache or crashes, the lock is free
 * and the next in line has it.
 *
 * Messages on the channel:
 *   hello {id}                     from a tab that joined, or looks again: what do you have?
 *   nudge {}                       from a tab that looks again: reconnect now if you are waiting
 *   state {state}                  from the leader, on every change and sign of life
 *   morph {id, html, truth}        from the leader
 */

import { Connection } from "./connection.js";

/** A leader that is silent for so long gets a question… */
const LEADER_SILENCE_MS = 50_000;
/** …and one that does not answer is suspended, as phones do with tabs in the background: its lock is taken away. */
const LEADER_ANSWER_MS = 5000;

/**
 * Whether a section with this id is to be shown in place of the other. Another epoch is another history, in which t starts
 * anew: there is no order between the two, and what arrives is what the server has now.
 *
 * @param {string} id `<epoch>.<t>`
 * @param {string} shown `<epoch>.<t>`
 */
export function supersedes(id, shown) {
  return !sameEpoch(id, shown) || basis(id) > basis(shown);
}

/** @param {string} a @param {string} b */
export function sameEpoch(a, b) {
  return a.split(".")[0] === b.split(".")[0];
}

/** @param {string} id */
function basis(id) {
  return Number(id.split(".")[1]);
}

export class SharedStream {
  /** @type {{id: string, html: string}} what this tab shows */ #shown;
  /** @type {?BroadcastChannel} */ #channel = null;
  /** @type {?AbortController} */ #queueing = null;
  /** @type {?() => void} */ #releaseLock = null;
  #leading = false;
  #gone = false;
  #leaderTimer = 0;
  #name;
  #listener;
  #connection;

  /**
   * @param {string} url of the stream, which is also its name among the tabs
   * @param {{id: string, html: string}} shown what the page was rendered with
   * @param {{state: (state: import("./connection.js").State) => void, morph: (html: string, sameHistory: boolean) => void}} listener
   */
  constructor(url, shown, listener) {
    this.#name = `bits:${url}`;
    this.#shown = shown;
    this.#listener = listener;
    this.#connection = new Connection(url, () => this.#shown.id, {
      state: (state) => this.#tell(state),
      morph: (id, html, from) => {
        // Going back is allowed in one case: the server's history ends before the id that we resumed from.
        const truth = sameEpoch(id, from) && basis(id) < basis(from);
        this.#send({ type: "morph", id, html, truth });
        this.#apply({ id, html, truth });
      },
    });
  }

  start() {
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.#join();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#lookAgain();
      else if (!navigator.locks) this.#connection.close();
    });
    addEventListener("online", () => {
      if (this.#leading) this.#connection.nudge();
    });
    addEventListener("offline", () => {
      if (this.#leading) this.#connection.verify();
    });
    this.#join();
  }

  #join() {
    if (this.#gone) return;
    if (!navigator.locks) {
      // Without a secure context (plain HTTP by another name than localhost) there are no locks: the tab that is looked at streams.
      this.#leading = true;
      if (!document.hidden) this.#connection.open();
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = (event) => this.#receive(event.data);
    this.#queue({});
    this.#ask();
  }

  #leave() {
    clearTimeout(this.#leaderTimer);
    this.#connection.close();
    this.#leading = false;
    this.#queueing?.abort();
    this.#queueing = null;
    this.#releaseLock?.();
    this.#releaseLock = null;
    this.#channel?.close();
    this.#channel = null;
  }

  #lookAgain() {
    if (this.#gone) return;
    if (this.#leading) {
      this.#connection.nudge();
    } else {
      this.#send({ type: "nudge" });
      this.#ask();
    }
  }

  /**
   * Waits in line for the lock, and leads while it holds it.
   *
   * @param {{steal?: boolean}} options
   */
  async #queue(options) {
    this.#queueing?.abort();
    const queueing = new AbortController();
    this.#queueing = queueing;
    const lead = () =>
      new Promise((release) => {
        if (queueing.signal.aborted) return release();
        this.#releaseLock = release;
        this.#leading = true;
        clearTimeout(this.#leaderTimer);
        this.#connection.open();
      });
    try {
      await navigator.locks.request(this.#name, options.steal ? options : { signal: queueing.signal }, lead);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      if (queueing.signal.aborted) return; // we left, or asked anew
      // Another tab took the lock while this one was suspended: follow it.
      this.#leading = false;
      this.#releaseLock = null;
      this.#connection.close();
      this.#queue({});
      this.#ask();
    }
  }

  /** Asks the leader for what it has; if none answers and somebody is looking, this tab takes over. */
  #ask() {
    this.#send({ type: "hello", id: this.#shown.id });
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => {
      if (!this.#leading && !this.#gone && !document.hidden) this.#queue({ steal: true });
    }, LEADER_ANSWER_MS);
  }

  #receive(message) {
    if (this.#leading) {
      if (message.type === "hello") this.#welcome(message.id);
      if (message.type === "nudge") this.#connection.nudge();
      return;
    }
    if (message.type !== "state" && message.type !== "morph") return;
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => this.#ask(), LEADER_SILENCE_MS);
    if (message.type === "state") this.#tell(message.state);
    else this.#apply(message);
  }

  /** @param {string} id what the newcomer shows */
  #welcome(id) {
    const { state } = this.#connection;
    const connected = state === "live" || state === "behind";
    if (connected) {
      if (supersedes(this.#shown.id, id)) this.#send({ type: "morph", ...this.#shown, truth: false });
    } else if (!sameEpoch(this.#shown.id, id)) {
      // The newcomer has been to the server since we lost it, and found another history: keep ours for ourselves.
      this.#connection.nudge();
    }
    this.#send({ type: "state", state });
  }

  #apply({ id, html, truth }) {
    if (!truth && !supersedes(id, this.#shown.id)) return;
    const sameHistory = sameEpoch(id, this.#shown.id);
    this.#shown = { id, html };
    this.#listener.morph(html, sameHistory);
  }

  /** @param {import("./connection.js").State} state */
  #tell(state) {
    if (this.#leading) this.#send({ type: "state", state });
    this.#listener.state(state);
    if (state === "gone" && !this.#gone) {
      this.#gone = true;
      this.#leave();
    }
  }

  #send(message) {
    this.#channel?.postMessage(message);
  }
}
