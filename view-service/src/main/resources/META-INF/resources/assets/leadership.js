/**
 * Which of the tabs that show the same leads: it alone is connected, and passes on to the others what arrives.
 *
 * Every tab asks for the Web Lock of that name; the one that gets it leads. When it is closed, goes into the back/forward cache or
 * crashes, the lock is free and the next in line has it.
 *
 * Messages on the BroadcastChannel of that name:
 *   hello {id}  from a tab that joined, or looks again: what do you have?
 *   nudge {}    from a tab that looks again: reconnect now if you are waiting
 *   others      from the leader: what arrived, and signs of life
 */

/** A leader that is silent for so long gets a question… */
const LEADER_SILENCE_MS = 50_000;
/** …and one that does not answer is suspended, as phones do with tabs in the background: its lock is taken away. */
const LEADER_ANSWER_MS = 5000;

/**
 * What a tab does in either role.
 *
 * @typedef {object} Member
 * @property {() => string} id of what it has
 * @property {() => void} lead connects
 * @property {() => void} stop leads no more: is connected no more
 * @property {() => void} nudge leads, and does not wait any longer where it is waiting to connect
 * @property {(id: string) => void} welcome leads, and tells a newcomer what it does not have
 * @property {(message: object) => void} hear follows, and takes what the leader passes on
 */

export class Leadership {
  /** @type {?BroadcastChannel} */ #channel = null;
  /** @type {?AbortController} */ #queueing = null;
  /** @type {?() => void} */ #releaseLock = null;
  #joined = false;
  #leading = false;
  #leaderTimer = 0;
  #name;
  #member;

  /**
   * @param {string} name of what the tabs show
   * @param {Member} member
   */
  constructor(name, member) {
    this.#name = name;
    this.#member = member;
  }

  get leading() {
    return this.#leading;
  }

  /** Joins the other tabs; where it has joined, asks for what it may have missed. */
  join() {
    if (this.#joined) return this.#lookAgain();
    this.#joined = true;
    if (!navigator.locks) {
      // Without a secure context (plain HTTP by another name than localhost) there are no locks: each tab leads itself.
      this.#lead();
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = (event) => this.#receive(event.data);
    this.#queue({});
    this.ask();
  }

  leave() {
    this.#joined = false;
    clearTimeout(this.#leaderTimer);
    this.#releaseLock?.();
    this.#stop();
    this.#queueing?.abort();
    this.#queueing = null;
    this.#channel?.close();
    this.#channel = null;
  }

  /** Passes something on to those who follow, while this tab leads. @param {object} message */
  tell(message) {
    if (this.#leading) this.#channel?.postMessage(message);
  }

  /** Asks the leader for what it has; if none answers and somebody is looking, this tab takes over. */
  ask() {
    this.#channel?.postMessage({ type: "hello", id: this.#member.id() });
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => {
      if (!this.#leading && !document.hidden) this.#queue({ steal: true });
    }, LEADER_ANSWER_MS);
  }

  #lookAgain() {
    if (this.#leading) {
      this.#member.nudge();
    } else {
      this.#channel.postMessage({ type: "nudge" });
      this.ask();
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
        this.#lead();
      });
    try {
      await navigator.locks.request(this.#name, options.steal ? options : { signal: queueing.signal }, lead);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      if (queueing.signal.aborted) return; // we left, or asked anew
      // Another tab took the lock while this one was suspended: follow it.
      this.#stop();
      this.#queue({});
      this.ask();
    }
  }

  #lead() {
    this.#leading = true;
    clearTimeout(this.#leaderTimer);
    this.#member.lead();
  }

  #stop() {
    this.#leading = false;
    this.#releaseLock = null;
    this.#member.stop();
  }

  #receive(message) {
    if (this.#leading) {
      if (message.type === "hello") this.#member.welcome(message.id);
      if (message.type === "nudge") this.#member.nudge();
      return;
    }
    if (message.type === "hello" || message.type === "nudge") return;
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = setTimeout(() => this.ask(), LEADER_SILENCE_MS);
    this.#member.hear(message);
  }
}
