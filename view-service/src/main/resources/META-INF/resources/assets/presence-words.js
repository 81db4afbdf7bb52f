/** Who is here, in a few words. */

/** So many are named before the others are counted. */
const NAMED = 2;

const number = new Intl.NumberFormat("en");

/** @param {number} count */
export function counted(count) {
  return number.format(count);
}

/** @param {number} count 1 → "1 other", 2 → "2 others" */
export function others(count) {
  return `${counted(count)} ${count === 1 ? "other" : "others"}`;
}

/**
 * "You, Alice and 2 others".
 *
 * @param {import("./presence-state.js").Presence} presence
 * @param {string} [me] id of whoever looks, where they are signed in
 * @returns {(string|{name: string})[]} names apart from the words between them, since they may run the other way
 */
export function inWords({ count, viewers, anonymous }, me) {
  if (count === 0) return ["Nobody yet"];
  // Whoever sees this is here.
  if (count === 1 && (anonymous === 1 || viewers[0].id === me)) return ["Just you"];
  if (viewers.length === 0) return [`${counted(count)} without a name`];
  const mine = viewers.filter(({ id }) => id === me).map(() => "You");
  const named = [...mine, ...viewers.filter(({ id }) => id !== me).map(({ name }) => ({ name }))].slice(0, NAMED);
  const rest = count - named.length;
  const parts = rest > 0 ? [...named, others(rest)] : named;
  return parts.flatMap((part, i) => (i === 0 ? [part] : [i === parts.length - 1 ? " and " : ", ", part]));
}
