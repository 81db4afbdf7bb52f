/**
 * One EventSource that is kept alive.
 *
 * An EventSource gives up for good on any status but 200, waits the same time for ever on a lost network, and never notices a
 * connection that died silently. So this one is used for a single connection each, and what comes after it is decided here.
 */

const FIRST_RETRY_MS = 1000;
/** A restart takes less than this, and somebody may be looking: until then the wait stays short. */
const RESTART_MS = 120_000;
const RESTART_RETRY_MS = 4000;
const LONGEST_RETRY_MS = 30_000;
/** The server sends something every 15 s. */
const SILENCE_MS = 45_000;
const LONG_GONE_MS = 60_000;

/** @typedef {"connecting"|"live"|"behind"|"reconnecting"|"offline"} State */

export class Connection {
  /** @type {?EventSource} */ #source = null;
  /** @type {State} */ #state = "connecting";
  #retryTimer = 0;
  #silenceTimer = 0;
  #attempts = 0;
  #lostAt = 0;
  #triedAt = 0;
  #heardAt = 0;
  #address;
  #listener;

  /**
   * @param {() => string|URL} address of the stream, with where to resume; asked anew for each connection
   * @param {{
   *   state: (state: State) => void,
   *   reached: (t: number) => void,
   *   events: Record<string, (id: string, data: string) => boolean|void>,
   * }} listener `reached` hears how far the server is where nothing changed; what takes the events by their names returns true where
   *     the server told with one that it may not have the newest
   */
  constructor(address, listener) {
    this.#address = address;
    this.#listener = listener;
  }

  get state() {
    return this.#state;
  }

  open() {
    this.#drop();
    this.#triedAt = Date.now();
    const source = new EventSource(this.#address());
    this.#source = source;
    const on = (name, handle) =>
      source.addEventListener(name, (event) => {
        if (this.#source !== source) return;
        this.#heard();
        handle(event);
      });
    on("open", () => {
      this.#lostAt = 0;
      this.#tell("live");
    });
    for (const [name, take] of Object.entries(this.#listener.events)) {
      on(name, (event) => {
        this.#attempts = 0; // a real connection, not one that opens only to fail
        const stale = take(event.lastEventId, event.data);
        this.#tell(stale ? "behind" : "live");
      });
    }
    on("keepalive", (event) => {
      this.#attempts = 0; // a real connection, not one that opens only to fail
      const { t, stale } = JSON.parse(event.data);
      this.#listener.reached(t);
      this.#tell(stale ? "behind" : "live");
    });
    on("reconnect", (event) => {
      this.#lose(Number(JSON.parse(event.data).retry) || 0);
    });
    source.onerror = () => {
      if (this.#source === source) this.#lose();
    };
    this.#listen();
  }

  close() {
    this.#drop();
    this.#state = "connecting"; // when it is opened again it begins anew
    this.#attempts = 0;
    this.#lostAt = 0;
  }

  /** Somebody looks again, or the network came back: don't wait for the timer, and don't trust a connection that is silent. */
  nudge() {
    const sinceTry = Date.now() - this.#triedAt;
    if (!this.#source && sinceTry >= FIRST_RETRY_MS) this.open();
    else if (this.#source && Date.now() - this.#heardAt > SILENCE_MS / 2 && sinceTry > SILENCE_MS / 2) this.open();
  }

  /** The browser says that its network is gone. It may be wrong about a server on this machine, so ask. */
  verify() {
    if (this.#source) this.open();
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#listen();
  }

  /** (Re)starts the watch for a connection that died without saying so. */
  #listen() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lose(0), SILENCE_MS);
  }

  /** @param {number} [wait] ms until the next attempt; if not given it backs off */
  #lose(wait) {
    this.#drop();
    this.#lostAt ||= Date.now();
    const outage = Date.now() - this.#lostAt;
    if (wait === undefined) {
      const longest = outage < RESTART_MS ? RESTART_RETRY_MS : LONGEST_RETRY_MS;
      // Jitter, so that the readers of a server that was restarted don't all return in the same moment.
      wait = Math.min(longest, FIRST_RETRY_MS * 1.6 ** this.#attempts++) * (0.6 + 0.4 * Math.random());
    }
    this.#tell(!navigator.onLine || outage > LONG_GONE_MS ? "offline" : "reconnecting");
    this.#retryTimer = setTimeout(() => this.open(), wait);
  }

  #drop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#source?.close();
    this.#source = null;
  }

  /** @param {State} state */
  #tell(state) {
    this.#state = state;
    this.#listener.state(state);
  }
}
