/** Times as people say them: the server writes absolute ones, which are the same for every reader. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// The page speaks English, so its times do, with the day before the month as the server writes them; the time zone is the reader's.
const language = "en-GB";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const dayOfThisYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const dayOfAnyYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });

/**
 * How long ago it was, up to a week; then the day.
 *
 * @param {Date} then
 * @param {Date} now
 */
export function ago(then, now) {
  const age = now - then;
  // A clock that is a little behind the server's would otherwise say "in 3 seconds".
  if (age < 45_000) return "just now";
  if (age < HOUR - MINUTE / 2) return relative.format(-Math.max(1, Math.round(age / MINUTE)), "minute");
  if (age < DAY - HOUR / 2) return relative.format(-Math.round(age / HOUR), "hour");
  if (age < 7 * DAY) return relative.format(-Math.round(age / DAY), "day");
  const sameYear = then.getFullYear() === now.getFullYear();
  return (sameYear ? dayOfThisYear : dayOfAnyYear).format(then);
}

/**
 * Rewrites every `<time>` under the root. It is applied to a section *before* that is morphed into the page, so that
 * old and new agree and nothing flickers.
 *
 * @param {ParentNode} root
 */
export function makeTimesRelative(root) {
  const now = new Date();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const then = new Date(time.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    const text = ago(then, now);
    if (time.textContent !== text) time.textContent = text;
    const title = absolute.format(then);
    if (time.title !== title) time.title = title;
  }
}

/** Keeps the page's times right while it is looked at. */
export function keepTimesRelative() {
  const update = () => {
    if (!document.hidden) makeTimesRelative(document);
  };
  update();
  setInterval(update, 20_000);
  document.addEventListener("visibilitychange", update);
}
